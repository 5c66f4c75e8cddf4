package io.jangada.torture;

import io.jangada.cli.BuildInfo;
import io.jangada.cli.ExitCode;
import io.jangada.harness.ProcessCluster;
import io.jangada.harness.ServerProgram;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/// `jangada torture`: a storm over real processes.
@Command(
    name = "torture",
    description = {
      "Run servers as processes, with clients, and kill, stop, wipe and replace servers meanwhile;"
          + " then report whether the clients saw a linearizable store.",
      "The history of the clients is checked for linearizability during the run. At the end all"
          + " servers must catch up and hold every acknowledged write of the ledger. The seed"
          + " decides the faults, but not their timing: no two runs are alike.",
      "Exit codes: 0 passed, 1 failed; after a failure the histories, logs and data stay."
    },
    mixinStandardHelpOptions = true,
    versionProvider = BuildInfo.Provider.class)
public final class TortureCommand implements Callable<Integer> {
  private static final int SERVERS_MAX = 9;
  private static final int CLIENTS_MAX = 100;
  private static final int HEAP_MEBIBYTES = 256;

  @Spec private CommandSpec spec;

  @Option(
      names = "--minutes",
      paramLabel = "M",
      description = "The duration of the run (default: ${DEFAULT-VALUE}).",
      defaultValue = "10")
  private double minutes;

  @Option(
      names = "--seed",
      paramLabel = "N",
      description = "The random seed (default: another each time).")
  private Long seed;

  @Option(
      names = "--servers",
      paramLabel = "N",
      description = "The number of servers (default: ${DEFAULT-VALUE}).",
      defaultValue = "3")
  private int servers;

  @Option(
      names = "--clients",
      paramLabel = "N",
      description = "The number of clients (default: ${DEFAULT-VALUE}).",
      defaultValue = "8")
  private int clients;

  @Option(
      names = "--reads",
      paramLabel = "WORD",
      description =
          "The setting Reads of the servers: linearizable, lease or follower (default:"
              + " ${DEFAULT-VALUE}).",
      defaultValue = "linearizable")
  private String reads;

  @Option(
      names = "--program",
      paramLabel = "FILE",
      description = "The program to start as FILE ID --config FILE (default: this program).")
  private Path program;

  @Option(names = "--keep", description = "Keep the folder also after a run that passed.")
  private boolean keep;

  @Option(
      names = {"-v", "--verbose"},
      description = "Print each fault, on standard error.")
  private boolean verbose;

  @Override
  public Integer call() throws IOException, InterruptedException {
    need(minutes > 0 && minutes <= 100_000, "--minutes must be above 0, up to 100000");
    need(servers >= 3 && servers <= SERVERS_MAX, "--servers must be 3 to " + SERVERS_MAX);
    need(clients >= 1 && clients <= CLIENTS_MAX, "--clients must be 1 to " + CLIENTS_MAX);
    need(
        List.of("linearizable", "lease", "follower").contains(reads),
        "--reads must be linearizable, lease or follower, not '" + reads + "'");
    PrintWriter err = spec.commandLine().getErr();
    Path folder = Files.createTempDirectory("jangada-torture-");
    ServerProgram started =
        program == null
            ? ServerProgram.own(HEAP_MEBIBYTES)
            : ServerProgram.of(program.toAbsolutePath().toString());
    long dice = seed == null ? System.nanoTime() & Integer.MAX_VALUE : seed;
    Torture.Result result =
        Torture.run(
            new Torture.Settings(
                (long) (minutes * 60_000),
                dice,
                new Torture.Servers(servers, reads, started),
                clients,
                verbose ? err : null),
            folder);
    result.troubles().forEach(err::println);
    boolean stays = keep || !result.good();
    if (stays) err.println("Histories, logs and data are in " + folder);
    else ProcessCluster.remove(folder);
    err.flush();
    PrintWriter out = spec.commandLine().getOut();
    out.println(result.summary());
    out.flush();
    return result.good() ? ExitCode.OK : ExitCode.FAILED;
  }

  private void need(boolean holds, String otherwise) {
    if (!holds) throw new ParameterException(spec.commandLine(), otherwise);
  }
}
