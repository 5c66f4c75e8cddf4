package io.jangada.tester;

import io.jangada.bytes.Bytes;
import io.jangada.harness.TextClient;
import io.jangada.harness.TextReply;
import java.io.IOException;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/// The three tests that users of such servers know.
final class SeedTrials {
  private static final int ITEMS = 20;
  private static final int ROUNDS = 3;

  private SeedTrials() {}

  static List<Trial> all() {
    return List.of(
        new Trial("election", "the leader is killed, another is elected", 3, SeedTrials::election),
        new Trial(
            "replication",
            "a key is added, the leader killed, the key read from the next",
            3,
            SeedTrials::replication),
        new Trial(
            "stress",
            "20 items are added, and read from one leader after another",
            3,
            SeedTrials::stress));
  }

  private static String election(Stage stage)
      throws IOException, InterruptedException, TimeoutException, Failure {
    int first = stage.leader();
    long began = System.nanoTime();
    stage.cluster().kill(first);
    int second = stage.leaderOtherThan(first);
    long millis = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - began);
    Stage.version(stage.client().set(stage.key("k"), 0, Bytes.utf8("v")), "a set afterwards");
    return "server " + first + " led; " + second + " leads " + millis + " ms after it was killed";
  }

  private static String replication(Stage stage)
      throws IOException, InterruptedException, TimeoutException, Failure {
    TextClient client = stage.client();
    Bytes value = Bytes.utf8("kept by a majority");
    long version = Stage.version(client.set(stage.key("k"), 0, value), "set");
    int first = client.answeredBy();
    stage.cluster().kill(first);
    int second = stage.leaderOtherThan(first);
    TextReply reply = stage.connect(second).getm(stage.key("k"));
    Stage.expect(reply, new TextReply.Meta(version, 0, value), "getm at the new leader");
    return "written through server " + first + ", read from " + second;
  }

  private static String stress(Stage stage)
      throws IOException, InterruptedException, TimeoutException, Failure {
    TextClient client = stage.client();
    long[] versions = new long[ITEMS];
    for (int i = 0; i < ITEMS; i++)
      versions[i] = Stage.version(client.set(stage.key(i), 0, value(i)), "set");
    Set<Integer> leaders = new TreeSet<>();
    for (int round = 0; round < ROUNDS; round++) {
      int leader = stage.leader();
      leaders.add(leader);
      var connection = stage.connect(leader);
      for (int i = 0; i < ITEMS; i++) {
        TextReply wanted = new TextReply.Meta(versions[i], 0, value(i));
        Stage.expect(connection.getm(stage.key(i)), wanted, "getm at server " + leader);
      }
      if (round == ROUNDS - 1) break;
      stage.cluster().kill(leader);
      stage.leaderOtherThan(leader);
      stage.restore();
    }
    return "read from servers " + leaders + " in " + ROUNDS + " rounds";
  }

  private static Bytes value(int i) {
    return Bytes.utf8("item " + i);
  }
}
