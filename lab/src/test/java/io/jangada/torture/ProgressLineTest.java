package io.jangada.torture;

import static org.assertj.core.api.Assertions.assertThat;

import io.jangada.check.RecordedResult;
import io.jangada.harness.Waiting;
import java.util.EnumMap;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

/// The figures of a run.
class ProgressLineTest {
  private static final ClientOp READ = new ClientOp(ClientOp.Verb.GET, "k", "", 0, 0);
  private static final ClientOp WRITE = new ClientOp(ClientOp.Verb.SET, "k", "v", 0, 0);

  @Test
  void everythingIsCounted() {
    ProgressLine progressLine = new ProgressLine();
    progressLine.operation(READ, new OpResult.Done(new RecordedResult.Absent()));
    progressLine.operation(READ, new OpResult.No());
    progressLine.operation(WRITE, new OpResult.Unknown());
    progressLine.operation(WRITE, new OpResult.Done(new RecordedResult.Written(1)));
    progressLine.fault("kill-one", "kill -9 of [1]");
    progressLine.fault("kill-one", "kill -9 of [2]");
    progressLine.fault("transfer", "transfer");
    progressLine.leads(3, 1);
    progressLine.leads(3, 1);
    progressLine.leads(4, 2);
    assertThat(progressLine.figures())
        .startsWith(
            "4 operations, 2 acknowledged, 1 not done, 1 unknown; 3 faults (kill-one 2, transfer"
                + " 1); 2 terms with a leader; longest time without an acknowledged write ");
  }

  @Test
  void theLongestGapNamesWhatWasDoneInIt() throws InterruptedException {
    ProgressLine progressLine = new ProgressLine();
    progressLine.wrote();
    progressLine.fault("kill-all", "kill -9 of [1, 2, 3]");
    Waiting.pause(100);
    progressLine.operation(READ, new OpResult.Done(new RecordedResult.Absent()));
    Waiting.pause(100);
    progressLine.wrote();
    progressLine.fault("transfer", "transfer");
    progressLine.wrote();
    assertThat(progressLine.figures())
        .containsPattern("acknowledged write [2-9]\\d\\d ms, after kill -9 of \\[1, 2, 3]");
  }

  @Test
  void troubleIsKept() {
    ProgressLine progressLine = new ProgressLine();
    assertThat(progressLine.isTroubled()).isFalse();
    progressLine.trouble("server 2 ended by itself");
    assertThat(progressLine.isTroubled()).isTrue();
    assertThat(progressLine.troubles()).containsExactly("server 2 ended by itself");
  }

  @Test
  void everyFaultIsDrawnSometimes() {
    Random dice = new Random(1);
    Map<Fault, Integer> drawn = new EnumMap<>(Fault.class);
    for (int i = 0; i < 10_000; i++) drawn.merge(Fault.draw(dice), 1, Integer::sum);
    assertThat(drawn).containsOnlyKeys(Fault.values());
    assertThat(drawn.get(Fault.KILL_LEADER)).isGreaterThan(2 * drawn.get(Fault.KILL_ALL));
    assertThat(Fault.KILL_LEADER.kind()).isEqualTo("kill-leader");
  }
}
