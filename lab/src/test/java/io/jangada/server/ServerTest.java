package io.jangada.server;

import static java.nio.file.StandardOpenOption.READ;
import static java.nio.file.StandardOpenOption.WRITE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.jangada.bytes.Bytes;
import io.jangada.codec.Json;
import io.jangada.harness.ProcessCluster;
import io.jangada.harness.TextReply;
import java.io.IOException;
import java.net.http.HttpRequest;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.zip.CRC32C;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// Whole servers in one process, over real sockets and on a real disk.
@Timeout(120)
class ServerTest {
  @TempDir private Path folder;

  @Test
  void threeServersElectOneThatServesAndTheOthersSayWho() throws Exception {
    try (Fleet fleet = new Fleet(folder, 3)) {
      fleet.startAll();
      assertThat(fleet.askLeader("set boat 0 4", "sail")).isInstanceOf(TextReply.Ok.class);
      int leader = fleet.leader();
      int other = fleet.other(leader);
      assertThat(fleet.ask(leader, "get boat", "")).isEqualTo(value("sail"));
      assertThat(fleet.ask(other, "get boat", "")).isEqualTo(new TextReply.Redirect(leader));
      Json.Obj status = fleet.status(leader);
      assertThat(status.text("cluster")).isEqualTo("jangada");
      assertThat(status.number("leader", 9)).isEqualTo(leader);
      assertThat(status.list("peers", 9)).hasSize(2);
      assertThat(status.number("keys", 9)).isEqualTo(1);
    }
  }

  @Test
  void whatWasAcknowledgedOutlivesTheLeaderAndARestartOfAll() throws Exception {
    try (Fleet fleet = new Fleet(folder, 3)) {
      fleet.startAll();
      fleet.askLeader("set boat 0 4", "sail");
      int first = fleet.leader();
      fleet.kill(first);
      assertThat(fleet.askLeader("get boat", "")).isEqualTo(value("sail"));
      fleet.askLeader("set port 0 3", "far");
      fleet.start(first);
      for (int id : List.of(0, 1, 2)) fleet.kill(id);
      fleet.startAll();
      assertThat(fleet.askLeader("get boat", "")).isEqualTo(value("sail"));
      assertThat(fleet.askLeader("get port", "")).isEqualTo(value("far"));
    }
  }

  @Test
  void aListOfServersThatIsEditedLaterMakesNoMembers() throws Exception {
    try (Fleet fleet = new Fleet(folder, 3)) {
      fleet.startAll();
      fleet.askLeader("set boat 0 4", "sail");
      for (int id : List.of(0, 1, 2)) fleet.kill(id);
      fleet.list(3);
      fleet.list(4);
      for (int id : List.of(0, 1)) fleet.start(id);
      assertThat(fleet.askLeader("get boat", "")).isEqualTo(value("sail"));
      assertThat(fleet.admin("members").list("members", 9)).hasSize(3);
    }
  }

  @Test
  void aServerThatLostItsDataComesBackAndCatchesUp() throws Exception {
    try (Fleet fleet = new Fleet(folder, 3)) {
      fleet.startAll();
      fleet.askLeader("set boat 0 4", "sail");
      int wiped = fleet.other(fleet.leader());
      fleet.kill(wiped);
      ProcessCluster.remove(fleet.dataDirectory(wiped));
      fleet.start(wiped);
      assertThat(fleet.until(() -> fleet.status(wiped).number("keys", 9) == 1)).isTrue();
      assertThat(fleet.until(() -> fleet.status(wiped).text("probation").isEmpty())).isTrue();
      assertThat(fleet.untilAllSee("0 voter, 1 voter, 2 voter")).isTrue();
      fleet.kill(fleet.other(wiped));
      assertThat(fleet.askLeader("get boat", "")).isEqualTo(value("sail"));
    }
  }

  @Test
  void aFlippedBitInTheLogIsRepairedFromTheOthers() throws Exception {
    try (Fleet fleet = new Fleet(folder, 3)) {
      fleet.startAll();
      for (int key = 0; key < 50; key++) fleet.askLeader("set key" + key + " 0 4", "sail");
      int damaged = fleet.other(fleet.leader());
      fleet.kill(damaged);
      Path segment = fleet.dataDirectory(damaged).resolve("log/0000000000000001.log");
      try (FileChannel log = FileChannel.open(segment, READ, WRITE)) {
        ByteBuffer one = ByteBuffer.allocate(1);
        log.read(one, 2_000);
        one.flip();
        log.write(ByteBuffer.wrap(new byte[] {(byte) (one.get(0) ^ 4)}), 2_000);
      }
      fleet.start(damaged);
      assertThat(fleet.untilAllSee("0 voter, 1 voter, 2 voter")).isTrue();
      assertThat(fleet.until(() -> fleet.status(damaged).number("keys", 99) == 50)).isTrue();
      assertThat(fleet.dataDirectory(damaged).resolve("damaged")).isNotEmptyDirectory();
    }
  }

  @Test
  void aStopHandsTheLeadOver() throws Exception {
    try (Fleet fleet = new Fleet(folder, 3)) {
      fleet.startAll();
      fleet.askLeader("set boat 0 4", "sail");
      int leader = fleet.leader();
      int term = fleet.status(leader).number("term", 99);
      long began = System.nanoTime();
      fleet.server(leader).stop();
      assertThat(Duration.ofNanos(System.nanoTime() - began)).isLessThan(Duration.ofSeconds(3));
      fleet.kill(leader);
      int next = fleet.leader();
      assertThat(fleet.status(next).number("term", 99)).isEqualTo(term + 1);
    }
  }

  @Test
  void aForwardingServerServesWhoeverComes() throws Exception {
    try (Fleet fleet = new Fleet(folder, 3, "'Followers':'forward'")) {
      fleet.startAll();
      int other = fleet.other(fleet.leader());
      assertThat(fleet.ask(other, "set boat 0 4", "sail")).isInstanceOf(TextReply.Ok.class);
      assertThat(fleet.ask(other, "get boat", "")).isEqualTo(value("sail"));
    }
  }

  @Test
  void readsAreServedByFollowersWhereTheConfigurationSaysSo() throws Exception {
    for (String reads : List.of("follower", "bounded-stale")) {
      Path place = Files.createDirectory(folder.resolve(reads));
      try (Fleet fleet = new Fleet(place, 3, "'Reads':'" + reads + "'")) {
        fleet.startAll();
        fleet.askLeader("set boat 0 4", "sail");
        int other = fleet.other(fleet.leader());
        assertThat(fleet.until(() -> fleet.ask(other, "get boat", "").equals(value("sail"))))
            .as(reads)
            .isTrue();
      }
    }
  }

  @Test
  void whatCannotStartSaysWhyAndLeavesNothingBehind() throws Exception {
    try (Fleet fleet = new Fleet(folder, 1)) {
      fleet.start(0);
      assertThatThrownBy(() -> fleet.start(0))
          .isInstanceOf(IOException.class)
          .hasMessageContaining("" + fleet.at(0).clientPort());
      Path taken = fleet.dataDirectory(0);
      try (Fleet stranger = new Fleet(Files.createDirectory(folder.resolve("stranger")), 1)) {
        assertThatThrownBy(() -> stranger.start(0, Map.of(Setting.DATA_DIR, taken.toString())))
            .isInstanceOf(IOException.class)
            .hasMessageContaining("in use");
        fleet.kill(0);
        assertThatThrownBy(
                () ->
                    stranger.start(
                        0, Map.of(Setting.DATA_DIR, "" + taken, Setting.CLUSTER, "other")))
            .isInstanceOf(IOException.class)
            .hasMessageContainingAll("member 0", "'jangada'");
        stranger.start(0, Map.of(Setting.DATA_DIR, taken.toString()));
        assertThat(stranger.leader()).isZero();
      }
    }
  }

  @Test
  void aBackupIsReadChunkByChunkWhileWritesGoOn() throws Exception {
    try (Fleet fleet = new Fleet(folder, 1)) {
      fleet.start(0);
      String value = "v".repeat(40_000);
      for (int key = 0; key < 8; key++) fleet.askLeader("set key" + key + " 0 40000", value);
      Json.Obj backup = fleet.admin("backup");
      assertThat(backup.flag("ok")).as("%s", backup).isTrue();
      fleet.askLeader("set later 0 1", "x");
      int chunks = backup.number("chunks", 99);
      assertThat(chunks).isGreaterThan(3);
      CRC32C crc = new CRC32C();
      long bytes = 0;
      String place = backup.number("index", 99) + " " + backup.number("term", 9);
      for (int number = 0; number < chunks; number++) {
        TextReply reply = fleet.ask(0, "admin chunk " + place + " " + number, "");
        byte[] chunk = ((TextReply.Value) reply).value().toArray();
        crc.update(chunk);
        bytes += chunk.length;
      }
      assertThat(bytes).isEqualTo(backup.number("bytes", 0, Long.MAX_VALUE));
      assertThat(crc.getValue()).isEqualTo(backup.number("crc32c", 0, 0xffff_ffffL));
      assertThat(fleet.ask(0, "admin chunk " + place + " " + chunks, ""))
          .isEqualTo(new TextReply.InternalError());
    }
  }

  @Test
  void httpTellsHowItStands() throws Exception {
    try (Fleet fleet = new Fleet(folder, 3)) {
      fleet.start(0);
      assertThat(fleet.http(0, "/livez").statusCode()).isEqualTo(200);
      assertThat(fleet.http(0, "/readyz").statusCode()).isEqualTo(503);
      assertThat(fleet.http(0, "/health").body())
          .contains("\"health\":\"false\"", "1 of members 1, 2");
      fleet.start(1);
      fleet.start(2);
      fleet.askLeader("set boat 0 4", "sail");
      int leader = fleet.leader();
      assertThat(fleet.http(leader, "/health").body()).isEqualTo("{\"health\":\"true\"}");
      assertThat(fleet.http(leader, "/ready").statusCode()).isEqualTo(200);
      assertThat(fleet.http(leader, "/status").body()).contains("\"role\":\"leader\"");
      assertThat(fleet.http(leader, "/version").body()).contains("\"java\":\"");
      assertThat(fleet.http(leader, "/").body()).contains("/metrics");
      assertThat(fleet.http(leader, "/nothing").statusCode()).isEqualTo(404);
      String metrics = fleet.http(leader, "/metrics").body();
      assertThat(metrics)
          .contains(
              "\njangada_server_has_leader 1.0\n",
              "\njangada_server_is_leader 1.0\n",
              "\njangada_store_keys 1.0\n",
              "\njangada_raft_term ",
              "\njangada_raft_peer_match_index{peer=\"",
              "\njangada_raft_peer_lag_entries{peer=\"",
              "\njangada_disk_wal_fsync_duration_seconds_bucket{le=\"",
              "\njangada_server_client_requests_total{command=\"set\"} ");
      var post = HttpRequest.newBuilder(fleet.httpAt(leader, "/status"));
      post.POST(HttpRequest.BodyPublishers.ofString("x"));
      assertThat(Fleet.send(post.build()).statusCode()).isEqualTo(405);
    }
  }

  private static TextReply value(String text) {
    return new TextReply.Value(Bytes.utf8(text));
  }
}
