package io.jangada.tester;

import io.jangada.cli.BuildInfo;
import io.jangada.cli.ExitCode;
import io.jangada.harness.ClusterPlan;
import io.jangada.harness.ProcessCluster;
import io.jangada.harness.ServerProgram;
import io.jangada.server.ConfigException;
import io.jangada.server.Setting;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.PathMatcher;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/// `jangada tester`: starts servers, does things to them, and says what holds.
@Command(
    name = "tester",
    description = {
      "Start the servers of a config.json on this machine, kill and stop them, and test the replies"
          + " to clients.",
      "Without --config and --servers: the config.json of this folder if there is one, else three"
          + " servers of its own. The servers' data is in a temporary folder either way; the data"
          + " directories of the file are not touched. Its ports must be free.",
      "One line for each test: ok, FAILED or SKIPPED, its duration, its findings. Exit codes: 0"
          + " passed, 1 a test failed, 2 the command line or the file is wrong."
    },
    mixinStandardHelpOptions = true,
    versionProvider = BuildInfo.Provider.class)
public final class TesterCommand implements Callable<Integer> {
  private static final int SERVERS_MAX = 9;
  private static final int HEAP_MEBIBYTES = 256;
  private static final Path STANDARD_FILE = Path.of("config.json");

  @Spec private CommandSpec spec;

  @Option(names = "--config", paramLabel = "FILE", description = "The servers to start.")
  private Path config;

  @Option(
      names = "--servers",
      paramLabel = "N",
      description = "Start N servers of its own instead, 1 to " + SERVERS_MAX + ".")
  private Integer servers;

  @Option(
      names = "--program",
      paramLabel = "FILE",
      description = "The program to start as FILE ID --config FILE (default: this program).")
  private Path program;

  @Option(
      names = "--only",
      paramLabel = "PATTERN",
      description = "Only tests of this name; * and ? are wildcards.")
  private String only = "*";

  @Option(names = "--list", description = "List the tests, and run none.")
  private boolean list;

  enum Output {
    TEXT,
    JSON
  }

  @Option(
      names = {"-o", "--output"},
      paramLabel = "FORM",
      description = "text or json (default: text).")
  private Output output = Output.TEXT;

  @Option(
      names = "--keep",
      description = "Keep the servers' data and logs; without it, only when a test fails.")
  private boolean keep;

  @Override
  public Integer call() throws IOException, InterruptedException {
    List<Trial> trials = chosen();
    PrintWriter out = spec.commandLine().getOut();
    if (list) {
      trials.forEach(trial -> out.printf("%-12s  %s%n", trial.name(), trial.what()));
      out.flush();
      return ExitCode.OK;
    }
    check();
    Path folder = Files.createTempDirectory("jangada-tester-");
    boolean good = false;
    boolean ran = false;
    try (ProcessCluster cluster = cluster(folder)) {
      ran = true;
      good = run(cluster, trials);
    } finally {
      leave(folder, keep || ran && !good);
    }
    return good ? ExitCode.OK : ExitCode.FAILED;
  }

  private List<Trial> chosen() {
    PathMatcher matcher = FileSystems.getDefault().getPathMatcher("glob:" + only);
    List<Trial> trials =
        Trial.all().stream().filter(trial -> matcher.matches(Path.of(trial.name()))).toList();
    if (trials.isEmpty()) throw usage("no test has a name like '" + only + "'; --list names them");
    return trials;
  }

  private ParameterException usage(String message) {
    return new ParameterException(spec.commandLine(), message);
  }

  private void check() {
    if (servers != null && config != null) throw usage("give --config or --servers, not both");
    if (servers != null && (servers < 1 || servers > SERVERS_MAX))
      throw usage("--servers must be 1 to " + SERVERS_MAX + ", not " + servers);
  }

  private ProcessCluster cluster(Path folder) throws IOException {
    ServerProgram started =
        program == null
            ? ServerProgram.own(HEAP_MEBIBYTES)
            : ServerProgram.of(program.toAbsolutePath().toString());
    boolean given = config != null || servers == null && Files.exists(STANDARD_FILE);
    if (!given)
      return ProcessCluster.make(folder, ClusterPlan.of(servers == null ? 3 : servers), started);
    Path file = config != null ? config : STANDARD_FILE;
    try {
      Path data = folder.resolve("data");
      ProcessCluster cluster =
          ProcessCluster.of(folder, file, started, Map.of(Setting.PATH, data.toString()));
      cluster.needPorts();
      return cluster;
    } catch (ConfigException | IOException e) {
      throw usage(e.getMessage());
    }
  }

  private boolean run(ProcessCluster cluster, List<Trial> trials) throws InterruptedException {
    PrintWriter out = spec.commandLine().getOut();
    try (Report report = new Report(out, trials, output == Output.JSON)) {
      return report.sumUp(new Tester(cluster, report).run(trials));
    }
  }

  private void leave(Path folder, boolean stays) throws IOException {
    if (!stays) {
      ProcessCluster.remove(folder);
      return;
    }
    PrintWriter err = spec.commandLine().getErr();
    err.println("The servers' logs and data are in " + folder);
    err.flush();
  }
}
