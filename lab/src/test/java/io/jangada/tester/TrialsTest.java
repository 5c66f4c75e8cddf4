package io.jangada.tester;

import static org.assertj.core.api.Assertions.assertThat;

import io.jangada.harness.ClusterPlan;
import io.jangada.harness.ProcessCluster;
import io.jangada.harness.ServerProgram;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

/// End to end: what `jangada tester` tries, on three real servers.
class TrialsTest {
  @TempDir private static Path folder;
  private static ProcessCluster cluster;

  @BeforeAll
  static void makeCluster() throws IOException {
    cluster = ProcessCluster.make(folder, ClusterPlan.of(3), ServerProgram.own(128));
  }

  @AfterAll
  static void killAll() {
    cluster.close();
  }

  @TestFactory
  Stream<DynamicTest> everyTrialHolds() {
    return Trial.all().stream()
        .map(trial -> DynamicTest.dynamicTest(trial.name(), () -> holds(trial)));
  }

  private static void holds(Trial trial) throws InterruptedException {
    Tester.Outcome outcome = new Tester(cluster, new Deaf()).run(List.of(trial)).getFirst();
    assertThat(outcome.verdict()).as(() -> told(outcome)).isEqualTo(Tester.Verdict.OK);
  }

  private static String told(Tester.Outcome outcome) {
    StringBuilder told = new StringBuilder(outcome.note());
    for (int id : cluster.ids())
      told.append("\n--- server ").append(id).append(":\n").append(cluster.process(id).tail());
    return told.toString();
  }

  private static final class Deaf implements Tester.Listener {
    @Override
    public void begins(Trial trial) {}

    @Override
    public void ended(Tester.Outcome outcome) {}
  }
}
