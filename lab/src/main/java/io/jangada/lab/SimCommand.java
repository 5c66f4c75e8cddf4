package io.jangada.lab;

import io.jangada.check.Checker;
import io.jangada.check.HistoryPage;
import io.jangada.check.Verdict;
import io.jangada.cli.ExitCode;
import io.jangada.sim.Simulation;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/// `jangada sim`: runs simulated clusters, one a seed, until a law breaks or enough were good.
@Command(
    name = "sim",
    description = "Simulate clusters under faults, one per seed, and check every invariant.",
    mixinStandardHelpOptions = true)
final class SimCommand implements Callable<Integer> {
  private static final long PROGRESS_NANOS = TimeUnit.SECONDS.toNanos(1);

  /// What runs a seed.
  interface Runner {
    Simulation.Report run(long seed, Consumer<String> lines);
  }

  private final Runner runner;

  @Spec private CommandSpec spec;

  @Option(
      names = "--seed",
      paramLabel = "N",
      description = "The first seed (default: ${DEFAULT-VALUE}).",
      defaultValue = "1")
  private long seed;

  @Option(
      names = "--seeds",
      paramLabel = "N",
      description = "How many seeds to run (default: 1 with --seed, else 100).")
  private Long seeds;

  @Option(
      names = "--minutes",
      paramLabel = "M",
      description = "Run further seeds for this time instead.")
  private Double minutes;

  @Option(
      names = "--page",
      paramLabel = "FILE",
      description = "Draw the clients' history of the last run, as one HTML page.")
  private Path page;

  @Option(names = "--trace", description = "Print each run, event by event.")
  private boolean trace;

  private long began;
  private long told;
  private long simulatedNanos;
  private long operations;

  SimCommand() {
    this(Simulation::run);
  }

  SimCommand(Runner runner) {
    this.runner = runner;
  }

  @Override
  public Integer call() throws IOException {
    check();
    PrintWriter out = spec.commandLine().getOut();
    PrintWriter err = spec.commandLine().getErr();
    began = System.nanoTime();
    told = began;
    long run = 0;
    Simulation.Report report = null;
    for (long next = seed; isWanted(run); next++) {
      report = runner.run(next, trace ? out::println : null);
      run++;
      simulatedNanos += report.extent().simulatedNanos();
      operations += report.history().operations().size();
      if (!report.isGood()) break;
      if (System.nanoTime() - told >= PROGRESS_NANOS) progress(err, run);
    }
    if (page != null) {
      Verdict verdict = new Checker().check(report.history());
      Files.writeString(page, HistoryPage.draw(report.history(), verdict));
    }
    out.println(summary(run, report));
    if (!report.isGood())
      out.println("Replay it with: bin/jangada sim --seed " + report.seed() + " --trace");
    out.flush();
    return report.isGood() ? ExitCode.OK : ExitCode.FAILED;
  }

  private void check() {
    if (seeds != null && minutes != null)
      throw new ParameterException(spec.commandLine(), "give --seeds or --minutes, not both");
    if (seeds != null && seeds < 1)
      throw new ParameterException(spec.commandLine(), "--seeds must be 1 or more");
    if (minutes != null && !(minutes > 0 && minutes <= 100_000))
      throw new ParameterException(spec.commandLine(), "--minutes must be above 0, up to 100000");
  }

  private boolean isWanted(long run) {
    if (minutes != null) return run == 0 || System.nanoTime() - began < minutes * 60e9;
    boolean one = spec.commandLine().getParseResult().hasMatchedOption("--seed");
    return run < (seeds != null ? seeds : one ? 1 : 100);
  }

  private void progress(PrintWriter err, long run) {
    told = System.nanoTime();
    err.println(figures(run));
    err.flush();
  }

  private String summary(long run, Simulation.Report last) {
    return last.isGood() ? "good: " + figures(run) : last + System.lineSeparator() + figures(run);
  }

  private String figures(long run) {
    double seconds = (System.nanoTime() - began) / 1e9;
    double simulated = simulatedNanos / 1e9;
    return String.format(
        "%d seeds, %d operations, %.0f s simulated in %.1f s (%.0f times real time)",
        run, operations, simulated, seconds, simulated / seconds);
  }
}
