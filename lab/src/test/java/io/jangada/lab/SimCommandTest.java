package io.jangada.lab;

import static org.assertj.core.api.Assertions.assertThat;

import io.jangada.check.History;
import io.jangada.cli.ExitCode;
import io.jangada.sim.Simulation;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/// `jangada sim` as it is used: which seeds it runs, what it says, how it exits.
class SimCommandTest {
  private final List<Long> run = new ArrayList<>();
  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();

  private int sim(SimCommand command, String... args) {
    return new CommandLine(command)
        .setOut(new PrintWriter(out))
        .setErr(new PrintWriter(err))
        .execute(args);
  }

  private Simulation.Report report(long seed, String failure) {
    run.add(seed);
    History nothing = new History.Recorder().history();
    return new Simulation.Report(
        seed, failure, 0, new Simulation.Extent(1, 1_000_000_000L), nothing);
  }

  @Test
  @DisplayName("one seed runs that seed alone, tells its story and draws its page")
  void oneSeed(@TempDir Path directory) throws IOException {
    Path page = directory.resolve("seed.html");
    assertThat(sim(new SimCommand(), "--seed", "7", "--trace", "--page", page.toString()))
        .isEqualTo(ExitCode.OK);
    assertThat(out.toString()).contains("seed 7: ", "LeaderElected", "good: 1 ");
    assertThat(Files.readString(page)).startsWith("<!DOCTYPE html>");
  }

  @Test
  @DisplayName("a number of seeds runs so many, from 1 or from --seed")
  void severalSeeds() {
    assertThat(sim(new SimCommand((seed, lines) -> report(seed, null)), "--seeds", "3")).isZero();
    assertThat(sim(new SimCommand((seed, lines) -> report(seed, null)), "--seeds=2", "--seed=40"))
        .isZero();
    assertThat(run).containsExactly(1L, 2L, 3L, 40L, 41L);
  }

  @Test
  @DisplayName("a broken law ends the run, names the seed and the command that replays it")
  void brokenLaw() {
    SimCommand command =
        new SimCommand((seed, lines) -> report(seed, seed == 3 ? "Election Safety" : null));
    assertThat(sim(command, "--seeds", "10")).isEqualTo(ExitCode.FAILED);
    assertThat(run).containsExactly(1L, 2L, 3L);
    assertThat(out.toString())
        .contains("seed 3: BROKEN: Election Safety")
        .contains("bin/jangada sim --seed 3 --trace");
  }

  @Test
  @DisplayName("impossible numbers are refused")
  void impossibleNumbers() {
    for (String[] args :
        List.of(
            new String[] {"--seeds", "0"},
            new String[] {"--minutes", "0"},
            new String[] {"--minutes", "NaN"},
            new String[] {"--seeds", "5", "--minutes", "1"},
            new String[] {"--seed", "many"}))
      assertThat(sim(new SimCommand((seed, lines) -> report(seed, null)), args))
          .as(String.join(" ", args))
          .isEqualTo(ExitCode.USAGE);
    assertThat(run).isEmpty();
  }
}
