package io.jangada.cli;

import io.jangada.server.ServerCommand;
import java.io.PrintWriter;
import java.util.List;
import java.util.Map;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Help.Ansi;
import picocli.CommandLine.HelpCommand;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;
import picocli.CommandLine.UnmatchedArgumentException;

/// The program `jangada`: parses the command line and runs one subcommand. Data goes to standard
/// output, everything else to standard error; the exit codes are [ExitCode]'s.
@Command(
    name = "jangada",
    description = "A distributed, linearizable key-value store on its own Raft.",
    mixinStandardHelpOptions = true,
    versionProvider = BuildInfo.Provider.class,
    subcommands = {
      HelpCommand.class,
      VersionCommand.class,
      CompletionCommand.class,
      DemoCommand.class,
      ServerCommand.class,
      SimCommand.class
    })
public final class Main implements Runnable {
  @Spec private CommandSpec spec;

  public static void main(String[] args) {
    System.exit(commandLine(System.getenv()).execute(args));
  }

  /// The whole command tree, ready to execute. Colours are used on a terminal only, and never where
  /// the environment has a `NO_COLOR` that is not empty (no-color.org).
  static CommandLine commandLine(Map<String, String> environment) {
    boolean plain = !environment.getOrDefault("NO_COLOR", "").isEmpty();
    CommandLine jangada = new CommandLine(new Main());
    ServerCommand.withFlags(jangada.getSubcommands().get("server"));
    return jangada
        .setColorScheme(CommandLine.Help.defaultColorScheme(plain ? Ansi.OFF : Ansi.AUTO))
        .setCaseInsensitiveEnumValuesAllowed(true)
        .setParameterExceptionHandler(Main::explainUsage)
        .setExecutionExceptionHandler(Main::explainFailure);
  }

  @Override
  public void run() {
    throw new ParameterException(spec.commandLine(), "a command is needed");
  }

  private static int explainUsage(ParameterException e, String[] args) {
    CommandLine command = e.getCommandLine();
    PrintWriter err = command.getErr();
    String name = command.getCommandSpec().qualifiedName();
    err.println(name + ": " + complaint(e));
    err.println("Try '" + name + " --help'.");
    err.flush();
    return ExitCode.USAGE;
  }

  private static String complaint(ParameterException e) {
    if (!(e instanceof UnmatchedArgumentException unmatched)) {
      return e.getMessage();
    }
    String first = unmatched.getUnmatched().getFirst();
    boolean command = !first.startsWith("-") && !e.getCommandLine().getSubcommands().isEmpty();
    String kind = command ? "command" : first.startsWith("-") ? "option" : "argument";
    List<String> likely = unmatched.getSuggestions();
    String hint = likely.isEmpty() ? "" : " Did you mean '" + likely.getFirst() + "'?";
    return "unknown " + kind + " '" + first + "'." + hint;
  }

  private static int explainFailure(
      Exception e, CommandLine command, CommandLine.ParseResult parsed) {
    PrintWriter err = command.getErr();
    err.println(command.getCommandSpec().qualifiedName() + ": " + e);
    for (StackTraceElement frame : e.getStackTrace()) {
      err.println("    at " + frame);
    }
    err.flush();
    return ExitCode.FAILED;
  }
}
