package io.jangada.torture;

import static org.assertj.core.api.Assertions.assertThat;

import io.jangada.harness.ServerProgram;
import io.jangada.harness.Waiting;
import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// End to end: what clients see of three real servers while the leader is stopped and goes on, and
/// while members come, go and lose what they had, is linearizable.
class StormTest {
  private static final int CLIENTS = 6;
  private static final int ACKNOWLEDGED_BETWEEN = 100;
  private static final long MILLIS_MAX = 30_000;

  @TempDir private Path folder;

  @Test
  void clientsSeeOneStoreWhileTheLeaderIsStoppedAndMembersChange() throws Exception {
    long seed = System.nanoTime();
    Torture.Settings settings =
        new Torture.Settings(
            0, seed, new Torture.Servers(3, "linearizable", ServerProgram.own(128)), CLIENTS, null);
    Torture.Result result = Torture.run(settings, folder, StormTest::storm);
    assertThat(result.troubles()).as(result.summary()).isEmpty();
    assertThat(result.summary())
        .contains("pause-leader 2", "resize 2", "replace 1", "wipe 1", "seed " + seed);
  }

  private static void storm(FaultInjector nemesis, ProgressLine progressLine)
      throws IOException, InterruptedException, TimeoutException {
    Fault[] faults = {
      Fault.PAUSE_LEADER, Fault.RESIZE, Fault.RESIZE, Fault.REPLACE, Fault.WIPE, Fault.PAUSE_LEADER
    };
    for (Fault fault : faults) {
      nemesis.commit(fault, FaultInjector.Manner.ALONE);
      awaitMore(progressLine);
      nemesis.mend();
      awaitMore(progressLine);
    }
  }

  /// Goes on as soon as the clients have, with another leader if it takes one.
  private static void awaitMore(ProgressLine progressLine) throws InterruptedException {
    long wanted = progressLine.acknowledged() + ACKNOWLEDGED_BETWEEN;
    boolean went = Waiting.until(MILLIS_MAX, () -> progressLine.acknowledged() >= wanted);
    assertThat(went).as("clients go on").isTrue();
  }
}
