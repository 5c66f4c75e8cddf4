package io.jangada.tester;

import io.jangada.bytes.Bytes;
import io.jangada.harness.TextClient;
import io.jangada.harness.TextReply;
import io.jangada.harness.Waiting;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeoutException;

/// What must be there after all servers were killed at once.
final class CrashTrials {
  private static final int WRITERS = 4;
  private static final int ACKNOWLEDGED_BETWEEN = 60;

  private CrashTrials() {}

  static List<Trial> all() {
    return List.of(
        new Trial(
            "crash",
            "one after another and then all are killed while clients write; all that was"
                + " acknowledged is there",
            1,
            CrashTrials::crash));
  }

  /// Clients that write as fast as they can, each its own keys, until they are told to stop.
  private static final class Writers {
    private final Map<String, Long> acknowledged = new ConcurrentHashMap<>();
    private final List<Thread> threads = new ArrayList<>();
    private volatile boolean over;
    private volatile Exception broken;

    Writers(Stage stage) {
      for (int writer = 0; writer < WRITERS; writer++) {
        TextClient client = stage.client();
        String prefix = stage.key("w" + writer);
        threads.add(Thread.ofPlatform().daemon().start(() -> write(client, prefix)));
      }
    }

    private void write(TextClient client, String prefix) {
      try {
        for (int i = 0; !over; i++) {
          String key = prefix + "-" + i;
          long version = Stage.version(client.set(key, 0, Bytes.utf8(key)), "set " + key);
          acknowledged.put(key, version);
        }
      } catch (InterruptedException | TimeoutException | Failure e) {
        broken = e;
      }
    }

    /// Waits until so many more are acknowledged.
    void awaitMore(int count) throws InterruptedException, Failure {
      int wanted = acknowledged.size() + count;
      boolean went =
          Waiting.until(Stage.MILLIS_MAX, () -> acknowledged.size() >= wanted || broken != null);
      if (broken != null) throw new Failure("a writer broke off: " + broken.getMessage());
      Failure.unless(went, "writes came to a halt at " + acknowledged.size());
    }

    void end() throws InterruptedException, Failure {
      over = true;
      for (Thread thread : threads) thread.join(Stage.MILLIS_MAX);
      if (broken != null) throw new Failure("a writer broke off: " + broken.getMessage());
    }
  }

  /// A follower, then the leader, then all at once.
  private static String crash(Stage stage)
      throws IOException, InterruptedException, TimeoutException, Failure {
    int leader = stage.leader();
    Writers writers = new Writers(stage);
    writers.awaitMore(ACKNOWLEDGED_BETWEEN);
    if (stage.cluster().ids().size() > 2) {
      int follower = stage.followersOf(leader).last();
      stage.cluster().kill(follower);
      writers.awaitMore(ACKNOWLEDGED_BETWEEN);
      stage.cluster().start(follower);
      stage.awaitFollowers();
      int second = stage.leader();
      stage.cluster().kill(second);
      writers.awaitMore(ACKNOWLEDGED_BETWEEN);
      stage.cluster().start(second);
    }
    stage.cluster().kill(stage.cluster().ids());
    stage.restore();
    writers.awaitMore(WRITERS);
    writers.end();
    TextClient client = stage.client();
    for (Map.Entry<String, Long> written : writers.acknowledged.entrySet()) {
      Bytes value = Bytes.utf8(written.getKey());
      TextReply wanted = new TextReply.Meta(written.getValue(), 0, value);
      Stage.expect(client.getm(written.getKey()), wanted, "getm " + written.getKey());
    }
    return writers.acknowledged.size() + " writes were acknowledged meanwhile; all are there";
  }
}
