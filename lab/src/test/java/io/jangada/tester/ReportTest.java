package io.jangada.tester;

import static org.assertj.core.api.Assertions.assertThat;

import io.jangada.codec.Json;
import io.jangada.codec.JsonReader;
import io.jangada.harness.ClusterPlan;
import io.jangada.harness.ProcessCluster;
import io.jangada.harness.ServerProgram;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What a tester says, and that each trial has a name of its own.
class ReportTest {
  private static final Trial FIRST = new Trial("first", "it holds", 1, _ -> "seen");
  private static final Trial SECOND = new Trial("the-second", "it holds, too", 3, _ -> "seen");
  private static final List<Tester.Outcome> OUTCOMES =
      List.of(
          new Tester.Outcome(FIRST, Tester.Verdict.OK, "a \"note\"", 12),
          new Tester.Outcome(SECOND, Tester.Verdict.FAILED, "a reason", 3456));

  @TempDir private Path folder;
  private final StringWriter out = new StringWriter();

  private boolean tell(boolean json, List<Tester.Outcome> outcomes) {
    PrintWriter writer = new PrintWriter(out);
    try (Report report = new Report(writer, List.of(FIRST, SECOND), json)) {
      outcomes.forEach(
          outcome -> {
            report.begins(outcome.trial());
            report.ended(outcome);
          });
      return report.sumUp(outcomes);
    }
  }

  @Test
  void eachTrialIsALineAndTheLastLineCounts() {
    assertThat(tell(false, OUTCOMES)).isFalse();
    assertThat(out.toString().lines())
        .containsExactly(
            "ok       first           12 ms  a \"note\"",
            "FAILED   the-second    3456 ms  a reason",
            "1 ok, 1 failed, 0 skipped");
  }

  @Test
  void allIsWellWhenNoneFailed() {
    assertThat(tell(false, OUTCOMES.subList(0, 1))).isTrue();
    assertThat(out.toString()).endsWith("1 ok, 0 failed, 0 skipped" + System.lineSeparator());
  }

  @Test
  void aProgramGetsOneObject() {
    assertThat(tell(true, OUTCOMES)).isFalse();
    byte[] text = out.toString().getBytes(StandardCharsets.UTF_8);
    Json.Obj all = (Json.Obj) new JsonReader().read(text, 0, text.length);
    assertThat(all.flag("ok")).isFalse();
    Json.Obj second = (Json.Obj) all.list("tests", 2).get(1);
    assertThat(second.text("name")).isEqualTo("the-second");
    assertThat(second.text("verdict")).isEqualTo("failed");
    assertThat(second.text("note")).isEqualTo("a reason");
    assertThat(second.number("millis", 0, 9999)).isEqualTo(3456);
  }

  @Test
  void everyTrialHasANameOfItsOwnAndSaysWhatMustHold() {
    assertThat(Trial.all()).extracting(Trial::name).doesNotHaveDuplicates();
    assertThat(Trial.all()).extracting(Trial::name).allMatch(name -> name.matches("[a-z-]+"));
    assertThat(Trial.all()).extracting(Trial::what).doesNotHaveDuplicates().doesNotContain("");
    assertThat(Trial.all()).extracting(Trial::name).contains("election", "replication", "stress");
  }

  @Test
  void aTrialThatNeedsMoreServersIsSkipped() throws Exception {
    try (ProcessCluster cluster =
        ProcessCluster.make(folder, ClusterPlan.of(2), ServerProgram.of("false"))) {
      PrintWriter writer = new PrintWriter(out);
      List<Trial> trials = List.of(SECOND);
      try (Report report = new Report(writer, trials, false)) {
        assertThat(new Tester(cluster, report).run(trials))
            .extracting(Tester.Outcome::verdict)
            .containsExactly(Tester.Verdict.SKIPPED);
      }
      assertThat(out.toString()).contains("3 servers");
    }
  }
}
