package io.jangada.endtoend;

import static org.assertj.core.api.Assertions.assertThat;

import io.jangada.harness.ClusterPlan;
import io.jangada.harness.ProcessCluster;
import io.jangada.harness.ServerProgram;
import io.jangada.harness.Waiting;
import io.jangada.server.OptionalPort;
import io.lettuce.core.RedisClient;
import io.lettuce.core.ScanIterator;
import io.lettuce.core.SetArgs;
import io.lettuce.core.api.sync.RedisCommands;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import redis.clients.jedis.Jedis;
import redis.clients.jedis.Pipeline;
import redis.clients.jedis.Response;
import redis.clients.jedis.Transaction;
import redis.clients.jedis.exceptions.JedisConnectionException;
import redis.clients.jedis.exceptions.JedisDataException;
import redis.clients.jedis.params.ScanParams;
import redis.clients.jedis.params.SetParams;

/// Java's clients for Redis, unchanged and with their defaults, on three servers.
@Timeout(120)
class RedisClientsTest {
  private static final String RELEASE =
      "if redis.call('get', KEYS[1]) == ARGV[1] then return redis.call('del', KEYS[1])"
          + " else return 0 end";

  private static final int MILLIS_MAX = 10_000;
  private static final long WAITED_MILLIS_MAX = 30_000;

  @TempDir private static Path folder;
  private static ProcessCluster cluster;

  @BeforeAll
  static void start() throws Exception {
    ClusterPlan plan = ClusterPlan.of(3).with(OptionalPort.REDIS);
    cluster = ProcessCluster.make(folder, plan, ServerProgram.own(128));
    cluster.startAll();
    awaitAll();
  }

  private static void awaitAll() throws Exception {
    for (int id : cluster.ids())
      assertThat(Waiting.until(WAITED_MILLIS_MAX, () -> answers(id))).as("server %d", id).isTrue();
  }

  private static boolean answers(int id) {
    try (Jedis jedis = jedis(id)) {
      return !jedis.exists("none");
    } catch (JedisConnectionException | JedisDataException e) {
      return false;
    }
  }

  @AfterAll
  static void stop() {
    cluster.close();
  }

  private static Jedis jedis(int id) {
    return new Jedis("127.0.0.1", cluster.entry(id).port(OptionalPort.REDIS), MILLIS_MAX);
  }

  @Test
  void jedisWorks() {
    try (Jedis jedis = jedis(1);
        Jedis other = jedis(2)) {
      assertThat(jedis.set("boat", "sail")).isEqualTo("OK");
      assertThat(other.get("boat")).isEqualTo("sail");
      assertThat(other.get("none")).isNull();
      assertThat(jedis.set("boat", "oar", SetParams.setParams().nx())).isNull();
      assertThat(jedis.set("boat", "oar", SetParams.setParams().xx().px(60_000))).isEqualTo("OK");
      assertThat(other.pttl("boat")).isBetween(1L, 60_000L);
      assertThat(jedis.mget("boat", "none")).containsExactly("oar", null);
      assertThat(jedis.incrBy("count", 5)).isEqualTo(5);

      jedis.watch("boat");
      Transaction lost = jedis.multi();
      other.set("boat", "motor");
      lost.set("boat", "lost");
      assertThat(lost.exec()).isNull();
      Transaction done = jedis.multi();
      done.set("boat", "won");
      Response<Long> count = done.incr("count");
      assertThat(done.exec()).hasSize(2);
      assertThat(count.get()).isEqualTo(6);

      Pipeline pipeline = jedis.pipelined();
      for (int i = 0; i < 1_000; i++) pipeline.set("many:" + i, "" + i);
      Response<String> last = pipeline.get("many:999");
      pipeline.sync();
      assertThat(last.get()).isEqualTo("999");
      Set<String> met = new HashSet<>();
      int times = 0;
      String cursor = ScanParams.SCAN_POINTER_START;
      do {
        var page = other.scan(cursor, new ScanParams().match("many:*").count(100));
        met.addAll(page.getResult());
        times += page.getResult().size();
        cursor = page.getCursor();
      } while (!cursor.equals(ScanParams.SCAN_POINTER_START));
      assertThat(met).hasSize(1_000);
      assertThat(times).isEqualTo(1_000);
    }
  }

  @Test
  void lettuceWorks() {
    RedisClient client =
        RedisClient.create("redis://127.0.0.1:" + cluster.entry(3).port(OptionalPort.REDIS));
    try (var connection = client.connect()) {
      RedisCommands<String, String> redis = connection.sync();
      assertThat(redis.set("raft", "log", SetArgs.Builder.ex(100))).isEqualTo("OK");
      assertThat(redis.ttl("raft")).isBetween(90L, 100L);
      assertThat(redis.append("raft", "s")).isEqualTo(4);
      assertThat(redis.getrange("raft", 1, -1)).isEqualTo("ogs");
      redis.multi();
      redis.set("raft", "logs");
      redis.get("raft");
      var done = redis.exec();
      assertThat((String) done.get(1)).isEqualTo("logs");
      for (int i = 0; i < 200; i++) redis.set("l:" + i, "x");
      List<String> scanned = new ArrayList<>();
      ScanIterator.scan(redis).forEachRemaining(scanned::add);
      assertThat(scanned.stream().filter(key -> key.startsWith("l:"))).hasSize(200);
    } finally {
      client.shutdown();
    }
  }

  /// Takes and releases a lock as lock libraries do, while the leader is killed.
  @Test
  void noTwoHoldALock() throws Exception {
    AtomicInteger holders = new AtomicInteger();
    AtomicInteger taken = new AtomicInteger();
    AtomicInteger together = new AtomicInteger();
    try (ExecutorService threads = Executors.newFixedThreadPool(6)) {
      List<Future<?>> clients = new ArrayList<>();
      for (int number = 0; number < 6; number++) {
        String token = "client-" + number;
        int first = 1 + number % 3;
        clients.add(
            threads.submit(
                () -> {
                  int at = first;
                  for (int round = 0; taken.get() < 200 && round < 100_000; round++) {
                    String mine = token + "-" + round;
                    try (Jedis jedis = jedis(at)) {
                      String reply = jedis.set("lock", mine, SetParams.setParams().nx().px(60_000));
                      if (reply == null) continue;
                      if (holders.incrementAndGet() > 1) together.incrementAndGet();
                      try {
                        jedis.incr("work");
                      } finally {
                        holders.decrementAndGet();
                      }
                      taken.incrementAndGet();
                      release(mine);
                    } catch (JedisConnectionException | JedisDataException e) {
                      // Whether it was taken is not known: its own release says so.
                      release(mine);
                      at = 1 + at % 3;
                    }
                  }
                  return null;
                }));
      }
      int killed = leader();
      cluster.kill(killed);
      for (Future<?> client : clients) client.get();
      cluster.start(killed);
    }
    awaitAll();
    assertThat(taken.get()).isGreaterThanOrEqualTo(200);
    assertThat(together.get()).isZero();
  }

  private static void release(String token) throws InterruptedException {
    assertThat(Waiting.until(WAITED_MILLIS_MAX, () -> tryRelease(token))).isTrue();
  }

  private static boolean tryRelease(String token) {
    for (int id : cluster.up()) {
      try (Jedis jedis = jedis(id)) {
        jedis.eval(RELEASE, 1, "lock", token);
        return true;
      } catch (JedisConnectionException | JedisDataException e) {
        // Another member, or this one later.
      }
    }
    return false;
  }

  private static int leader() {
    for (int id : cluster.ids())
      try (Jedis jedis = jedis(id)) {
        if (jedis.info("replication").contains("role:master")) return id;
      }
    throw new AssertionError("no leader");
  }
}
