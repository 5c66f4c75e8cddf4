package io.jangada.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.jangada.bytes.Bytes;
import io.jangada.client.ClientOptions;
import io.jangada.client.Endpoint;
import io.jangada.client.JangadaClient;
import io.jangada.client.Reply;
import io.jangada.harness.TextReply;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// Whole servers whose clients see the number of a key's changes as its version.
@Timeout(120)
class VersionsPerKeyTest {
  private static final List<Integer> SERVERS = List.of(0, 1, 2);

  @TempDir private Path folder;

  @Test
  void versionsCountFromOneOverSnapshotsRestartsAndChangesOfLeader() throws Exception {
    try (Fleet fleet = new Fleet(folder, 3, "'VersionsPerKey':true")) {
      fleet.startAll();
      assertThat(fleet.askLeader("set boat 0 4", "sail")).isEqualTo(new TextReply.Ok(1));
      assertThat(fleet.askLeader("once me 1 cas boat 0 1 3", "oar")).isEqualTo(new TextReply.Ok(2));
      assertThat(fleet.askLeader("cas boat 0 1 3", "tow")).isEqualTo(new TextReply.OtherVersion());
      assertThat(fleet.askLeader("cas boat 0 2 3", "tow")).isEqualTo(new TextReply.Ok(3));
      fleet.kill(fleet.leader());
      assertThat(fleet.askLeader("once me 1 cas boat 0 1 3", "oar")).isEqualTo(new TextReply.Ok(2));
      for (int id : SERVERS) if (fleet.server(id) != null) fleet.ask(id, "admin snapshot", "");
      restart(fleet, Map.of());
      assertThat(fleet.askLeader("getm boat", ""))
          .isEqualTo(new TextReply.Meta(3, 0, Bytes.utf8("tow")));
      fleet.askLeader("delete boat", "");
      assertThat(fleet.askLeader("set boat 0 4", "sail")).isEqualTo(new TextReply.Ok(1));
    }
  }

  @Test
  void theJavaClientPassesSuchVersionsOn() throws Exception {
    try (Fleet fleet = new Fleet(folder, 1, "'VersionsPerKey':true")) {
      fleet.startAll();
      Bytes key = Bytes.utf8("boat");
      Endpoint endpoint = new Endpoint("127.0.0.1", fleet.at(0).clientPort());
      try (JangadaClient client = JangadaClient.connect(ClientOptions.of(List.of(endpoint)))) {
        Bytes value = Bytes.utf8("sail");
        assertThat(client.set(key, value, 0).get()).isEqualTo(new Reply.Written(1));
        assertThat(client.cas(key, 1, value, 60).get()).isEqualTo(new Reply.Written(2));
        assertThat(client.getm(key).get()).isEqualTo(new Reply.FoundVersion(value, 2, 60));
      }
    }
  }

  /// One server begins with a snapshot, the others with their logs: what is counted has to be the
  /// same for all.
  @Test
  void theSwitchMayBeTurnedOnWhenThereIsData() throws Exception {
    try (Fleet fleet = new Fleet(folder, 3)) {
      fleet.startAll();
      long version = ok(fleet.askLeader("set boat 0 4", "sail"));
      for (int i = 0; i < 3; i++)
        version = ok(fleet.askLeader("cas boat 0 " + version + " 4", "row" + i));
      fleet.ask(0, "admin snapshot", "");
      version = ok(fleet.askLeader("cas boat 0 " + version + " 4", "tow0"));
      restart(fleet, Map.of(Setting.VERSIONS_PER_KEY, "true"));
      assertThat(fleet.askLeader("getm boat", ""))
          .isEqualTo(new TextReply.Meta(5, 0, Bytes.utf8("tow0")));
      assertThat(fleet.askLeader("cas boat 0 5 4", "tow1")).isEqualTo(new TextReply.Ok(6));
      assertThat(fleet.askLeader("cas boat 0 6 4", "tow2")).isEqualTo(new TextReply.Ok(7));
      assertThat(fleet.until(() -> digests(fleet).size() == 1)).isTrue();
    }
  }

  /// The digests of servers that have all applied as much.
  private static Map<String, Integer> digests(Fleet fleet) throws IOException {
    Map<String, Integer> digests = new TreeMap<>();
    for (int id : SERVERS) {
      var status = fleet.status(id);
      digests.put(status.number("appliedIndex", 9_999) + " " + status.get("digest"), id);
    }
    return digests;
  }

  private static void restart(Fleet fleet, Map<Setting, String> flags) throws Exception {
    for (int id : SERVERS) if (fleet.server(id) != null) fleet.kill(id);
    for (int id : SERVERS) fleet.start(id, flags);
  }

  private static long ok(TextReply reply) {
    return ((TextReply.Ok) reply).version();
  }
}
