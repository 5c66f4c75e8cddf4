package io.jangada.demo;

import io.jangada.cli.BuildInfo;
import io.jangada.server.LogSetup;
import java.io.Console;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/// `jangada demo`: a cluster on this machine and a small shell.
@Command(
    name = "demo",
    description = {
      "Run a cluster of servers on this machine and inject faults; any client can connect to their"
          + " ports.",
      "In a terminal it prompts for commands ('help' lists them). Commands can be piped in: replies"
          + " go to standard output, events of the cluster to standard error. Without a terminal"
          + " and without input it plays a short tour.",
      "Exit codes: 0 all commands were done; otherwise that of the first piped command that failed:"
          + " 1 failed or outcome unknown, 2 no such command, 3 no such key, 4 not changed because"
          + " of another value, 69 no leader."
    },
    mixinStandardHelpOptions = true,
    versionProvider = BuildInfo.Provider.class)
public final class DemoCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;

  @Option(
      names = "--members",
      paramLabel = "N",
      description = "How many members, 1 to 9 (default: 3, or as many as --data has).")
  private Integer members;

  @Option(
      names = "--data",
      paramLabel = "DIR",
      description =
          "The directory for their data (default: a temporary directory, removed at the end).")
  private Path data;

  @Option(names = "--keep", description = "Keep the temporary directory.")
  private boolean keep;

  @Option(
      names = "--tls",
      description = "Speak TLS at all ports; certificates are made beside the data, in certs.")
  private boolean tls;

  @Option(
      names = {"-v", "--verbose"},
      description = "Print more events: votes, seeds.")
  private boolean verbose;

  @Override
  public Integer call() {
    if (members != null && (members < 1 || members > Demo.MEMBERS_MAX))
      throw new ParameterException(
          spec.commandLine(), "--members must be 1 to " + Demo.MEMBERS_MAX + ", not " + members);
    LogSetup.silence();
    Console console = System.console();
    boolean terminal = console != null && console.isTerminal();
    boolean styled = terminal && spec.commandLine().getColorScheme().ansi().enabled();
    return Demo.run(
        new Demo.Options(members == null ? 0 : members, data, keep, verbose, tls),
        new Demo.Streams(
            System.in, spec.commandLine().getOut(), spec.commandLine().getErr(), terminal, styled));
  }
}
