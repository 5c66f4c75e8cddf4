package io.jangada.endtoend;

import static org.assertj.core.api.Assertions.assertThat;

import io.jangada.harness.ClusterPlan;
import io.jangada.harness.ProcessCluster;
import io.jangada.harness.ServerProgram;
import io.jangada.harness.Waiting;
import io.jangada.server.OptionalPort;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import redis.clients.jedis.Jedis;
import redis.clients.jedis.exceptions.JedisConnectionException;
import redis.clients.jedis.exceptions.JedisDataException;

/// Clients of memcached's and Redis's ports that make a member with a small heap hold as much as
/// they can, and read nothing. It must live, serve others, and start again with what it has.
@Timeout(120)
class HoardingClientsTest {
  private static final int HEAP_MEBIBYTES = 80;
  private static final int STUCK_MILLIS = 300;
  private static final int MILLIS_MAX = 20_000;
  private static final String LONG = "x".repeat(1_000_000);
  private static final String SHORT = "y".repeat(31_000);

  @TempDir private Path folder;
  private ProcessCluster cluster;
  private final List<SocketChannel> open = new ArrayList<>();

  @AfterEach
  void end() throws IOException {
    for (SocketChannel one : open) one.close();
    cluster.close();
  }

  @Test
  void noClientEndsAMember() throws Exception {
    ClusterPlan plan = ClusterPlan.of(1).with(OptionalPort.REDIS, OptionalPort.MEMCACHED);
    cluster = ProcessCluster.make(folder, plan, ServerProgram.own(HEAP_MEBIBYTES));
    cluster.startAll();
    assertThat(Waiting.until(MILLIS_MAX, this::answers)).isTrue();
    try (Jedis jedis = jedis()) {
      jedis.set("long", LONG);
      jedis.set("short", SHORT);
    }

    // A few bytes that make many, in one entry.
    StringBuilder making = new StringBuilder(command("MULTI"));
    for (int i = 0; i < 300; i++)
      making
          .append(command("SETRANGE", "r" + i, "1000000", "x"))
          .append(command("COPY", "long", "c" + i))
          .append(command("APPEND", "long", "x"));
    redis(1, making + command("EXEC"));
    // The same, and a request each.
    redis(1, command("SETRANGE", "one", "1000000", "x").repeat(20) + growing());
    // What is held between MULTI and EXEC, and for them.
    redis(40, command("MULTI") + command("ECHO", LONG).repeat(3));
    redis(40, command("WATCH", LONG.substring(0, 900_000).split("(?<=\\G.{90})")));
    redis(4, command("CLIENT", "SETNAME", LONG));
    // What is answered and not sent, with the command that it answers.
    redis(2, command("WAIT", "9", "0") + command("ECHO", LONG).repeat(60));
    redis(2, command("GET", "long").repeat(20) + command("SET", "long", LONG).repeat(60));
    redis(20, command("GET", "short").repeat(1_000));
    redis(20, command("GETEX", "short", "EX", "1000").repeat(1_000));
    redis(20, command("MGET", "short short short short".repeat(10).split(" ")).repeat(1_000));
    redis(5, command("MULTI") + command("COMMAND").repeat(10_000) + command("EXEC"));
    for (int i = 0; i < 20; i++) pour(OptionalPort.MEMCACHED, "gat 1000 short\r\n".repeat(1_000));

    assertThat(cluster.isUp(1)).isTrue();
    for (SocketChannel one : open) one.close();
    assertThat(Waiting.until(MILLIS_MAX, this::answers)).isTrue();
    cluster.kill(1);
    cluster.start(1);
    assertThat(Waiting.until(MILLIS_MAX, this::answers)).isTrue();
    try (Jedis jedis = jedis()) {
      assertThat(SHORT.equals(jedis.get("short"))).as("what was done is there").isTrue();
      assertThat(jedis.exists("r1", "c1")).as("of what was refused").isZero();
    }
  }

  private static String growing() {
    StringBuilder growing = new StringBuilder();
    for (int i = 0; i < 300; i++) growing.append(command("SETRANGE", "g" + i, "1000000", "x"));
    return growing.toString();
  }

  private Jedis jedis() {
    return new Jedis("127.0.0.1", cluster.entry(1).port(OptionalPort.REDIS), MILLIS_MAX);
  }

  private boolean answers() {
    try (Jedis jedis = jedis()) {
      return !jedis.exists("none");
    } catch (JedisConnectionException | JedisDataException e) {
      return false;
    }
  }

  private static String command(String... words) {
    return command(words[0], List.of(words).subList(1, words.length));
  }

  private static String command(String name, String[] arguments) {
    return command(name, List.of(arguments));
  }

  private static String command(String name, List<String> arguments) {
    StringBuilder text = new StringBuilder("*" + (1 + arguments.size()) + "\r\n");
    text.append('$').append(name.length()).append("\r\n").append(name).append("\r\n");
    for (String one : arguments)
      text.append('$').append(one.length()).append("\r\n").append(one).append("\r\n");
    return text.toString();
  }

  private void redis(int connections, String commands) throws IOException {
    for (int i = 0; i < connections; i++) pour(OptionalPort.REDIS, commands);
  }

  /// Sends as much as is taken, and reads nothing.
  private void pour(OptionalPort port, String commands) throws IOException {
    ByteBuffer left = ByteBuffer.wrap(commands.getBytes(StandardCharsets.ISO_8859_1));
    SocketChannel channel =
        SocketChannel.open(new InetSocketAddress("127.0.0.1", cluster.entry(1).port(port)));
    open.add(channel);
    channel.configureBlocking(false);
    try (Selector selector = Selector.open()) {
      channel.register(selector, SelectionKey.OP_WRITE);
      while (left.hasRemaining() && selector.select(STUCK_MILLIS) > 0) {
        selector.selectedKeys().clear();
        channel.write(left);
      }
    }
  }
}
