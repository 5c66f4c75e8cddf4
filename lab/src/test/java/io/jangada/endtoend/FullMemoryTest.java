package io.jangada.endtoend;

import static org.assertj.core.api.Assertions.assertThat;

import io.jangada.bytes.Bytes;
import io.jangada.codec.Json;
import io.jangada.harness.AdminClient;
import io.jangada.harness.ClusterPlan;
import io.jangada.harness.LeaderSearch;
import io.jangada.harness.ProcessCluster;
import io.jangada.harness.ServerProgram;
import io.jangada.harness.TextClient;
import io.jangada.harness.TextConnection;
import io.jangada.harness.TextReply;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.IntFunction;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Three servers with a small heap that are given more than it holds.
class FullMemoryTest {
  private static final int HEAP_MEBIBYTES = 80;
  private static final long MILLIS_MAX = 30_000;
  private static final Bytes VALUE = Bytes.wrap(new byte[8 << 10]);
  private static final String REFUSED = "NoMemory";
  private static final int UNDER_WAY = 64;
  private static final int KEYS_MAX = HEAP_MEBIBYTES << 20 >> 13;

  @TempDir private Path folder;
  private ProcessCluster cluster;

  @AfterEach
  void end() {
    cluster.close();
  }

  @Test
  @DisplayName(
      "writes are refused and nobody ends; what is deleted makes room; a start finds it so")
  void full() throws Exception {
    ClusterPlan plan = ClusterPlan.of(3).with("ValueBytesMax", "\"1MiB\"");
    cluster = ProcessCluster.make(folder, plan, ServerProgram.own(HEAP_MEBIBYTES));
    cluster.startAll();
    String set = " 0 " + VALUE.length();
    var replies = ask(KEYS_MAX, key -> TextConnection.command("set k" + key + set, VALUE));
    assertThat(replies).containsKey(REFUSED);
    int keys = replies.get("Ok");
    assertThat(keys).as("of 8 KiB each").isBetween(1_000, KEYS_MAX / 2);
    assertFull();

    cluster.kill(cluster.ids());
    cluster.startAll();
    try (TextClient client = new TextClient(cluster, "c", TextClient.Patience.USUAL)) {
      for (int key = 0; key < keys; key += 100)
        assertThat(client.get("k" + key)).isEqualTo(new TextReply.Value(VALUE));
      Bytes large = Bytes.wrap(new byte[1 << 20]);
      ask(keys / 2, key -> TextConnection.command("delete k" + key, Bytes.EMPTY));
      for (int i = 0; i < 5; i++)
        assertThat(client.set("large" + i, 0, large)).isInstanceOf(TextReply.Ok.class);
    }
    assertThat(cluster.up()).isEqualTo(cluster.ids());
  }

  /// Asks for the same of many keys, of whoever leads, until one is refused for want of memory.
  private SortedMap<String, Integer> ask(int keys, IntFunction<byte[]> command) throws Exception {
    SortedMap<String, Integer> replies = new TreeMap<>();
    LeaderSearch search = new LeaderSearch(cluster);
    for (int key = 0; key < keys && !replies.containsKey(REFUSED); ) {
      int leader = search.await(MILLIS_MAX);
      try (TextConnection connection =
          TextConnection.open(cluster.clientAddress(leader), (int) MILLIS_MAX)) {
        int elsewhere = replies.getOrDefault("Redirect", 0);
        while (key < keys
            && !replies.containsKey(REFUSED)
            && replies.getOrDefault("Redirect", 0) == elsewhere) {
          ByteArrayOutputStream commands = new ByteArrayOutputStream();
          for (int i = 0; i < UNDER_WAY; i++) commands.writeBytes(command.apply(key + i));
          connection.send(commands.toByteArray());
          for (int i = 0; i < UNDER_WAY; i++)
            replies.merge(connection.receive().getClass().getSimpleName(), 1, Integer::sum);
          key += UNDER_WAY;
        }
      }
    }
    return replies;
  }

  /// The member that refused says so, and all say what they take.
  private void assertFull() throws IOException {
    long refused = 0;
    List<String> levels = new ArrayList<>();
    StringBuilder said = new StringBuilder();
    for (int id : cluster.ids()) {
      Json.Obj status = new AdminClient(cluster, (int) MILLIS_MAX).json(id, "status");
      Json.Obj memory = (Json.Obj) status.get("memory");
      refused += number(memory, "refused");
      levels.add(memory.text("level"));
      long parts = 0;
      for (String part : List.of("data", "sessions", "log", "requests"))
        parts += number(memory, part);
      assertThat(number(memory, "used"))
          .isEqualTo(parts)
          .isGreaterThan(number(memory, "limit") * 3 / 4);
      said.append(Files.readString(cluster.output(id)));
    }
    assertThat(refused).isPositive();
    assertThat(levels).contains("full").doesNotContain("roomy");
    assertThat(said.toString()).contains("WARN", "OUT OF MEMORY");
    assertThat(cluster.up()).isEqualTo(cluster.ids());
  }

  private static long number(Json.Obj of, String name) {
    return ((Json.Num) of.get(name)).value().longValueExact();
  }
}
