package io.jangada.cli.tester;

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
  private static final int ACKNOWLEDGED_BEFORE_KILL = 200;

  private CrashTrials() {}

  static List<Trial> all() {
    return List.of(
        new Trial(
            "restart",
            "all are killed while clients write; what was acknowledged is there",
            1,
            CrashTrials::restart));
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

    void end() throws InterruptedException, Failure {
      over = true;
      for (Thread thread : threads) thread.join(Stage.MILLIS_MAX);
      if (broken != null) throw new Failure("a writer broke off: " + broken.getMessage());
    }
  }

  private static String restart(Stage stage)
      throws IOException, InterruptedException, TimeoutException, Failure {
    stage.leader();
    Writers writers = new Writers(stage);
    awaitAcknowledged(writers, ACKNOWLEDGED_BEFORE_KILL);
    stage.cluster().kill(stage.cluster().ids());
    int before = writers.acknowledged.size();
    stage.restore();
    awaitAcknowledged(writers, before + WRITERS);
    writers.end();
    TextClient client = stage.client();
    for (Map.Entry<String, Long> written : writers.acknowledged.entrySet()) {
      Bytes value = Bytes.utf8(written.getKey());
      TextReply wanted = new TextReply.Meta(written.getValue(), 0, value);
      Stage.expect(client.getm(written.getKey()), wanted, "getm " + written.getKey());
    }
    return before
        + " writes were acknowledged before, "
        + (writers.acknowledged.size() - before)
        + " after; all are there";
  }

  private static void awaitAcknowledged(Writers writers, int count)
      throws InterruptedException, Failure {
    boolean went =
        Waiting.until(
            Stage.MILLIS_MAX, () -> writers.acknowledged.size() >= count || writers.broken != null);
    Failure.unless(went, "only " + writers.acknowledged.size() + " writes were acknowledged");
    if (writers.broken != null) throw new Failure("a writer broke off: " + writers.broken);
  }
}
