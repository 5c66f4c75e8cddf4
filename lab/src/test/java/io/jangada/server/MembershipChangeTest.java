package io.jangada.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.jangada.bytes.Bytes;
import io.jangada.codec.Json;
import io.jangada.harness.TextReply;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// Servers that come and go while others serve, by `admin` commands over the client port.
@Timeout(120)
class MembershipChangeTest {
  private static final Map<Setting, String> JOINS = Map.of(Setting.JOIN, "true");

  @TempDir private Path folder;

  @Test
  void aServerIsAddedCatchesUpAndVotes() throws Exception {
    try (Fleet fleet = new Fleet(folder, 3)) {
      fleet.startAll();
      fleet.askLeader("set boat 0 4", "sail");
      String where = join(fleet, 3);
      Json.Obj dry = fleet.admin("add 3 " + where + " dry-run");
      assertThat(dry.flag("ok")).isTrue();
      assertThat(dry.text("says"))
          .contains("server 3 at 127.0.0.1:")
          .contains("joins as a learner");
      assertThat(fleet.kinds()).isEqualTo("0 voter, 1 voter, 2 voter");

      Json.Obj added = fleet.admin("add 3 " + where);
      assertThat(added.flag("ok")).as("%s", added).isTrue();
      assertThat(fleet.until(() -> fleet.kinds().endsWith("3 voter"))).isTrue();
      assertThat(fleet.until(() -> fleet.status(3).number("keys", 9) == 1)).isTrue();

      Json.Obj again = fleet.admin("add 3 " + where);
      assertThat(again.flag("done")).as("%s", again).isTrue();
      assertThat(again.text("says")).contains("server 3");
      assertThat(fleet.admin("transfer 3").number("leader", 9)).isEqualTo(3);
      assertThat(fleet.ask(3, "get boat", "")).isEqualTo(new TextReply.Value(Bytes.utf8("sail")));
    }
  }

  @Test
  void aDeadServerIsReplaced() throws Exception {
    try (Fleet fleet = new Fleet(folder, 3)) {
      fleet.startAll();
      fleet.askLeader("set boat 0 4", "sail");
      fleet.kill(fleet.other(fleet.leader()));
      int dead = List.of(0, 1, 2).stream().filter(id -> fleet.server(id) == null).findFirst().get();
      String swap = "replace " + dead + " 3 " + join(fleet, 3);
      Json.Obj first = fleet.admin(swap);
      assertThat(first.flag("ok")).as("%s", first).isTrue();
      assertThat(first.text("says")).contains("after a change of leader");
      // It goes on by itself, and asking again does no harm.
      assertThat(fleet.until(() -> fleet.admin(swap).flag("done"))).isTrue();
      assertThat(fleet.kinds()).doesNotContain(dead + " ").endsWith("3 voter");
      assertThat(fleet.admin(swap).text("says")).contains("server 3", "" + dead);
    }
  }

  @Test
  void aReplacementGoesOnByItself() throws Exception {
    try (Fleet fleet = new Fleet(folder, 3)) {
      fleet.startAll();
      int leaving = fleet.other(fleet.leader());
      fleet.admin("replace " + leaving + " 3 " + join(fleet, 3));
      assertThat(fleet.until(() -> !fleet.kinds().contains(leaving + " "))).isTrue();
      assertThat(fleet.kinds()).endsWith("3 voter");
    }
  }

  @Test
  void whatWouldDoHarmIsRefused() throws Exception {
    try (Fleet fleet = new Fleet(folder, 3)) {
      fleet.startAll();
      int leader = fleet.leader();
      int other = fleet.other(leader);
      assertThat(fleet.admin("add 9 127.0.0.1 1 2").text("error")).contains("127.0.0.1:1");
      int wrong = fleet.at(other).clientPort();
      assertThat(fleet.admin("add 9 127.0.0.1 " + wrong + " 2").text("error"))
          .contains(":" + wrong);
      assertThat(fleet.admin("remove 9").text("error")).contains("server 9");
      assertThat(fleet.admin("transfer 9").text("error")).contains("server 9");
      fleet.kill(other);
      int third = 3 - leader - other;
      String remove = "remove " + third;
      assertThat(fleet.until(() -> fleet.admin(remove + " dry-run").has("error"))).isTrue();
      assertThat(fleet.admin(remove).text("error")).contains("majority is 2");
      assertThat(fleet.admin("remove " + other + " dry-run").text("says"))
          .contains("server " + other);
      assertThat(fleet.admin("remove " + other).flag("ok")).isTrue();
      assertThat(fleet.kinds()).doesNotContain(other + " ");
    }
  }

  @Test
  void aRemovedServerIsNotAddedWithItsOldDataNotEvenBeforeItHasReadIt() throws Exception {
    try (Fleet fleet = new Fleet(folder, 3)) {
      fleet.startAll();
      int leader = fleet.leader();
      int removed = fleet.other(leader);
      fleet.kill(removed);
      assertThat(fleet.admin("remove " + removed).flag("ok")).isTrue();
      String add = "add " + removed + " " + where(fleet.at(removed));
      CountDownLatch asked = new CountDownLatch(1);
      Thread starting = Thread.ofVirtual().start(() -> fleet.startWhen(removed, asked));
      String[] why = {""};
      // It holds no data as long as it does not say so: that would have it taken in.
      boolean isDecided =
          fleet.until(
              () -> {
                Json.Obj said = fleet.admin(add + " dry-run");
                why[0] = said.has("error") ? said.text("error") : said.text("says");
                return said.flag("ok") || why[0].contains("holds data");
              });
      asked.countDown();
      starting.join();
      assertThat(isDecided).isTrue();
      assertThat(why[0]).contains("empty data directory");
    }
  }

  @Test
  void theDeadOneOfTwoVotersIsNotRemovedNeitherNowNorWhenItIsBack() throws Exception {
    try (Fleet fleet = new Fleet(folder, 2, "'ElectionTimeoutMillis':'5s-10s'")) {
      fleet.startAll();
      int leader = fleet.leader();
      int dead = fleet.other(leader);
      fleet.kill(dead);
      Json.Obj removed = Fleet.object(fleet.ask(leader, "admin remove " + dead, ""));
      assertThat(removed.text("error")).contains("majority");
      fleet.start(dead);
      fleet.askLeader("set boat 0 4", "sail");
      assertThat(fleet.kinds()).isEqualTo("0 voter, 1 voter");
    }
  }

  @Test
  void otherServersSayWhoseDeskItIs() throws Exception {
    try (Fleet fleet = new Fleet(folder, 3)) {
      fleet.startAll();
      int leader = fleet.leader();
      int other = fleet.other(leader);
      for (String words : List.of("add 9 h 1 2", "remove 9", "promote 9", "transfer"))
        assertThat(fleet.ask(other, "admin " + words, ""))
            .isEqualTo(new TextReply.Redirect(leader));
      assertThat(fleet.ask(leader, "admin shutdown", "")).isEqualTo(new TextReply.CommandError());
    }
  }

  @Test
  void adminCommandsCanBeTurnedOff() throws Exception {
    try (Fleet fleet = new Fleet(folder, 1, "'Admin':false")) {
      fleet.start(0);
      assertThat(fleet.ask(0, "admin status", "")).isEqualTo(new TextReply.CommandError());
    }
  }

  /// Starts a server that waits to be added. Returns where it is, as `add` wants it.
  private static String join(Fleet fleet, int id) throws Exception {
    ServerConfig.Entry place = fleet.list(id);
    fleet.start(id, JOINS);
    return where(place);
  }

  private static String where(ServerConfig.Entry place) {
    return place.hostname() + " " + place.logPort() + " " + place.clientPort();
  }
}
