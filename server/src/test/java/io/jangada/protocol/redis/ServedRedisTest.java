package io.jangada.protocol.redis;

import static org.assertj.core.api.Assertions.assertThat;

import io.jangada.kv.Operation;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Scripts, lists of keys, keyspace events, and what is asked of a member, over a socket.
class ServedRedisTest {
  private static final String DELETE =
      "if redis.call('get',KEYS[1]) == ARGV[1] then return redis.call('del',KEYS[1]) else return 0"
          + " end";
  private static final String TAKE =
      "local c = redis.call('GET', KEYS[1]) if c == ARGV[1] then redis.call('PEXPIRE', KEYS[1],"
          + " ARGV[2]) return true elseif not c then redis.call('SET', KEYS[1], ARGV[1], 'PX',"
          + " ARGV[2]) return true end return false";
  private static final String SET_ALL =
      " for i, k in ipairs(KEYS) do redis.call('set', k, ARGV[1], 'PX', ARGV[2]) end return #KEYS";
  private static final String TAKE_ALL =
      "for i, k in ipairs(KEYS) do if redis.call('exists', k) == 1 then return 0 end end" + SET_ALL;
  private static final String EXTEND_ALL =
      "for i, k in ipairs(KEYS) do if redis.call('get', k) ~= ARGV[1] then return 0 end end"
          + SET_ALL;
  private static final String DELETE_ALL =
      "local n = 0 for i, k in ipairs(KEYS) do if redis.call('get', k) == ARGV[1] then"
          + " redis.pcall('del', k) n = n + 1 end end return n";

  @TempDir private static Path directory;
  private static ServedRedis served;
  private RespClient client;

  @BeforeAll
  static void start() throws IOException {
    served = new ServedRedis(directory);
  }

  @AfterAll
  static void stop() throws IOException {
    served.close();
  }

  @AfterEach
  void disconnect() throws IOException {
    served.disconnect();
  }

  @BeforeEach
  void connect() throws IOException {
    client = served.client();
    assertThat(client.ask("FLUSHALL")).isEqualTo("OK");
  }

  @Test
  void oneLock() throws IOException {
    assertThat(client.ask("EVAL", TAKE, "1", "lock", "me", "60000")).isEqualTo(":1");
    assertThat(client.ask("EVAL", TAKE, "1", "lock", "me", "90000")).isEqualTo(":1");
    assertThat(client.ask("EVAL", TAKE, "1", "lock", "you", "60000")).isEqualTo("nil");
    assertThat(Integer.parseInt(client.ask("PTTL", "lock").substring(1))).isBetween(60_001, 90_000);
    assertThat(client.ask("EVAL", DELETE, "1", "lock", "you")).isEqualTo(":0");
    assertThat(client.ask("EVAL", DELETE, "1", "lock", "me")).isEqualTo(":1");
    assertThat(client.ask("EVAL", DELETE, "1", "lock", "me")).isEqualTo(":0");
    String expire = DELETE.replace("'del',KEYS[1]", "'pexpire',KEYS[1],ARGV[2]");
    client.ask("SET", "lock", "me");
    assertThat(client.ask("EVAL", expire, "1", "lock", "me", "5000")).isEqualTo(":1");
    assertThat(client.ask("EVAL", expire, "1", "lock", "you", "5000")).isEqualTo(":0");
    assertThat(client.ask("EVAL", expire, "1", "lock", "me", "0")).isEqualTo(":1");
    assertThat(client.ask("EXISTS", "lock")).isEqualTo(":0");
  }

  @Test
  void oneLockIsExtended() throws IOException {
    String extend =
        """
        local t = redis.call('get', KEYS[1]) if not t or t ~= ARGV[1] then return 0 end
        local e = redis.call('pttl', KEYS[1]) if not e then e = 0 end if e < 0 then return 0 end
        local n = ARGV[2] if ARGV[3] == '0' then n = ARGV[2] + e end
        redis.call('pexpire', KEYS[1], n) return 1
        """;
    client.ask("SET", "lock", "me");
    assertThat(client.ask("EVAL", extend, "1", "lock", "me", "5000", "0")).isEqualTo(":0");
    client.ask("SET", "lock", "me", "PX", "60000");
    assertThat(client.ask("EVAL", extend, "1", "lock", "you", "5000", "0")).isEqualTo(":0");
    assertThat(client.ask("EVAL", extend, "1", "lock", "me", "50000", "0")).isEqualTo(":1");
    assertThat(millisLeft("lock")).isBetween(80_001, 110_000);
    assertThat(client.ask("EVAL", extend, "1", "lock", "me", "70000", "1")).isEqualTo(":1");
    assertThat(millisLeft("lock")).isBetween(50_000, 70_000);
  }

  private int millisLeft(String key) throws IOException {
    return Integer.parseInt(client.ask("PTTL", key).substring(1));
  }

  @Test
  void severalLocks() throws IOException {
    assertThat(client.ask("EVAL", TAKE_ALL, "2", "a", "b", "me", "60000")).isEqualTo(":2");
    assertThat(client.ask("EVAL", TAKE_ALL, "2", "c", "b", "you", "60000")).isEqualTo(":0");
    assertThat(client.ask("EXISTS", "c")).isEqualTo(":0");
    assertThat(client.ask("EVAL", EXTEND_ALL, "2", "a", "b", "me", "90000")).isEqualTo(":2");
    assertThat(client.ask("EVAL", EXTEND_ALL, "2", "a", "c", "me", "90000")).isEqualTo(":0");
    assertThat(client.ask("EVAL", DELETE_ALL, "3", "a", "b", "c", "me")).isEqualTo(":2");
  }

  @Test
  void scriptsByName() throws IOException {
    String sha = client.ask("SCRIPT", "LOAD", DELETE);
    client.ask("SET", "k", "me");
    assertThat(client.ask("MULTI")).isEqualTo("OK");
    assertThat(client.ask("EVALSHA", sha.toUpperCase(), "1", "k", "me")).isEqualTo("QUEUED");
    assertThat(client.ask("EXEC")).isEqualTo("[:1]");
    assertThat(client.ask("SCRIPT", "EXISTS", sha, "0".repeat(40))).isEqualTo("[:1, :0]");
    client.ask("SCRIPT", "FLUSH");
    assertThat(client.ask("EVALSHA", sha, "1", "k", "me"))
        .isEqualTo("-NOSCRIPT No matching script. Please use EVAL.");
    String unknown = "-ERR scripts are not served here; see DELEX, SET IFEQ, MULTI";
    assertThat(client.ask("EVAL", "return 1", "0")).isEqualTo(unknown);
    assertThat(client.ask("SCRIPT", "LOAD", "return 1")).isEqualTo(unknown);
    assertThat(client.ask("EVAL", DELETE, "2", "k")).contains("greater than number of args");
    assertThat(client.ask("EVAL", DELETE, "0")).startsWith("-ERR");
  }

  @Test
  void keys() throws IOException {
    for (String key : List.of("a:1", "a:2", "b:1")) client.ask("SET", key, "v");
    assertThat(client.ask("KEYS", "a:*")).isEqualTo("[a:1, a:2]");
    assertThat(client.ask("KEYS", "?:1")).isEqualTo("[a:1, b:1]");
    assertThat(client.ask("KEYS", "b:1")).isEqualTo("[b:1]");
    assertThat(client.ask("KEYS", "c*")).isEqualTo("[]");
    assertThat(client.ask("DBSIZE")).isEqualTo(":3");
    assertThat(client.ask("RANDOMKEY")).isIn("a:1", "a:2", "b:1");
    client.ask("FLUSHALL");
    assertThat(client.ask("RANDOMKEY")).isEqualTo("nil");
  }

  /// Each key that stays is met once, whatever comes and goes meanwhile.
  @Test
  void scans() throws IOException {
    setMany(2);
    List<String> met = new ArrayList<>();
    String cursor = "0";
    int pages = 0;
    do {
      String[] page =
          client.ask("SCAN", cursor, "COUNT", "100", "MATCH", "0*x").split("[\\[\\], ]+");
      cursor = page[1];
      met.addAll(List.of(page).subList(2, page.length));
      for (int i = 0; i < 20; i++) client.ask("SET", "more" + pages * 20 + i, "");
      client.ask("DEL", "more" + pages);
    } while (!cursor.equals("0") && ++pages < 1_000);
    assertThat(met).hasSize(2_000).doesNotHaveDuplicates();
    assertThat(client.ask("SCAN", "0", "TYPE", "list", "COUNT", "10000")).endsWith(", []]");
    assertThat(client.ask("SCAN", "7")).startsWith("-ERR invalid cursor");
    assertThat(client.ask("SCAN", "x")).isEqualTo("-ERR invalid cursor");
    assertThat(client.ask("SCAN", "0", "COUNT", "0")).isEqualTo("-ERR syntax error");
    assertThat(client.ask("RANDOMKEY")).matches("0.*x|more.*");
  }

  /// Sets a thousand keys so many times.
  private void setMany(int pieces) throws IOException {
    for (int piece = 0; piece < pieces; piece++) {
      List<String> command = new ArrayList<>(List.of("MSET"));
      for (int i = 0; i < 1_000; i++) {
        command.add("%06d".formatted(piece * 1_000 + i) + "x".repeat(400));
        command.add("");
      }
      assertThat(client.ask(command.toArray(String[]::new))).isEqualTo("OK");
    }
  }

  /// More than one piece, and more than one reply has.
  @Test
  void manyKeys() throws IOException {
    int pieces = 12;
    setMany(pieces);
    assertThat(client.ask("KEYS", "*9999*").split(", ")).hasSize(1);
    assertThat(client.ask("KEYS", "0[01]*[0-6]x*").split(", ")).hasSize(7 * pieces * 100);
    assertThat(client.ask("KEYS", "*")).isEqualTo("-ERR too many keys, use SCAN");
  }

  @Test
  void eventsInResp2() throws IOException {
    RespClient listening = served.client();
    assertThat(listening.ask("SUBSCRIBE", "__keyspace@0__:k")).endsWith("__keyspace@0__:k, :1]");
    String pattern = "__keyevent@*__:*d*l*";
    assertThat(listening.ask("PSUBSCRIBE", pattern, pattern)).endsWith(", :2]");
    assertThat(listening.read()).endsWith(", :2]");
    client.ask("SET", "k", "v", "PX", "60000");
    client.ask("DEL", "k");
    List<String> told = new ArrayList<>();
    for (int i = 0; i < 4; i++) told.add(listening.read());
    assertThat(told)
        .containsExactlyInAnyOrder(
            "[message, __keyspace@0__:k, set]",
            "[message, __keyspace@0__:k, expire]",
            "[message, __keyspace@0__:k, del]",
            "[pmessage, __keyevent@*__:*d*l*, __keyevent@0__:del, k]");
    assertThat(listening.ask("GET", "k")).startsWith("-ERR Can't execute 'get': only");
    assertThat(listening.ask("PING")).isEqualTo("[pong, ]");
    assertThat(listening.ask("UNSUBSCRIBE")).isEqualTo("[unsubscribe, __keyspace@0__:k, :1]");
    assertThat(listening.ask("PUNSUBSCRIBE", "x")).isEqualTo("[punsubscribe, x, :1]");
    assertThat(listening.ask("PUNSUBSCRIBE")).endsWith("*d*l*, :0]");
    assertThat(listening.ask("UNSUBSCRIBE")).isEqualTo("[unsubscribe, nil, :0]");
    assertThat(listening.ask("PING")).isEqualTo("PONG");
  }

  @Test
  void eventsInResp3() throws IOException {
    RespClient listening = served.client();
    listening.ask("HELLO", "3");
    assertThat(listening.ask("SUBSCRIBE", "__keyevent@0__:expired", "__keyevent@0__:expire"))
        .isEqualTo(">[subscribe, __keyevent@0__:expired, :1]");
    assertThat(listening.read()).isEqualTo(">[subscribe, __keyevent@0__:expire, :2]");
    client.ask("SET", "k", "v");
    client.ask("PEXPIRE", "k", "20");
    assertThat(listening.read()).isEqualTo(">[message, __keyevent@0__:expire, k]");
    assertThat(listening.read()).isEqualTo(">[message, __keyevent@0__:expired, k]");
    assertThat(listening.ask("GET", "k")).isEqualTo("nil");
  }

  /// A client that reads late gets all, as long as it is kept, and none is held for it.
  @Test
  void aSlowClient() throws IOException {
    served.submit(new Operation.KeepHistory(true));
    RespClient slow = listenSlowly(served);
    int pieces = 24;
    setMany(pieces);
    assertThat(served.lagging()).isPositive();
    for (int i = 0; i < pieces * 1_000; i++)
      assertThat(slow.read()).startsWith("[message, __keyevent@0__:set, %06dx".formatted(i));
    client.ask("SET", "last", "");
    assertThat(slow.read()).isEqualTo("[message, __keyevent@0__:set, last]");
  }

  /// Where it is not, the client must know that it missed something. (In a store of its own: KEYS
  /// has some kept for a while.)
  @Test
  void aSlowClientThatMissesSomething(@TempDir Path other) throws IOException {
    try (ServedRedis unkept = new ServedRedis(other)) {
      unkept.submit(new Operation.KeepHistory(false));
      RespClient slow = listenSlowly(unkept);
      client = unkept.client();
      setMany(24);
      client.ask("FLUSHALL");
      assertThat(slow.isAtEndOf("[message")).isTrue();
    }
  }

  private static RespClient listenSlowly(ServedRedis to) throws IOException {
    RespClient slow = to.client(8 << 10);
    assertThat(slow.ask("SUBSCRIBE", "__keyevent@0__:set")).endsWith(":1]");
    return slow;
  }

  @Test
  void otherChannels() throws IOException {
    for (String name : List.of("news", "__keyevent@0__:lpush"))
      assertThat(client.ask("SUBSCRIBE", name)).startsWith("-ERR messages of clients are not");
    assertThat(client.ask("PUBLISH", "news", "x")).startsWith("-ERR messages of clients are not");
    assertThat(client.ask("PING")).isEqualTo("PONG");
  }

  @Test
  void safety() throws IOException {
    client.ask("SET", "k", "v");
    assertThat(client.ask("WAIT", "0", "0")).isEqualTo(":0");
    assertThat(client.ask("WAIT", "1", "20")).isEqualTo(":0");
    assertThat(client.ask("WAITAOF", "1", "0", "0")).isEqualTo("[:1, :0]");
    assertThat(client.ask("WAIT", "1", "-1")).isEqualTo("-ERR timeout is negative");
  }

  @Test
  void information() throws IOException {
    client.ask("SET", "k", "v");
    String all = client.ask("INFO");
    assertThat(all.split("\r\n"))
        .contains(
            "# Server",
            "redis_version:7.2.4",
            "jangada_version:1.2.3",
            "loading:0",
            "role:master",
            "maxmemory_policy:noeviction",
            "cluster_enabled:0",
            "db0:keys=1,avg_ttl=0");
    assertThat(client.ask("INFO", "replication", "nothing")).startsWith("# Replication\r\nrole:");
    assertThat(client.ask("INFO", "nothing")).isEmpty();
    assertThat(client.ask("OBJECT", "ENCODING", "k")).isEqualTo("raw");
    assertThat(client.ask("OBJECT", "ENCODING", "none")).isEqualTo("nil");
    assertThat(client.ask("MEMORY", "USAGE", "k")).startsWith(":");
    assertThat(client.ask("CLUSTER", "SLOTS"))
        .isEqualTo("-ERR This instance has cluster support disabled");
    assertThat(client.ask("SENTINEL", "masters")).startsWith("-ERR there are no sentinels here");
  }
}
