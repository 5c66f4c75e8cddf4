package io.jangada.cli;

import io.jangada.cli.backup.BackupCommand;
import io.jangada.cli.backup.RestoreCommand;
import io.jangada.cli.backup.VerifyCommand;
import io.jangada.cli.certs.CertsCommand;
import io.jangada.cli.cluster.AuthCommand;
import io.jangada.cli.cluster.CasCommand;
import io.jangada.cli.cluster.DeleteCommand;
import io.jangada.cli.cluster.DiffCommand;
import io.jangada.cli.cluster.Environment;
import io.jangada.cli.cluster.GetCommand;
import io.jangada.cli.cluster.GetmCommand;
import io.jangada.cli.cluster.HistoryCommand;
import io.jangada.cli.cluster.LeaderCommand;
import io.jangada.cli.cluster.LeaseCommand;
import io.jangada.cli.cluster.ListCommand;
import io.jangada.cli.cluster.MemberCommand;
import io.jangada.cli.cluster.PutCommand;
import io.jangada.cli.cluster.RoleCommand;
import io.jangada.cli.cluster.SetCommand;
import io.jangada.cli.cluster.SnapshotCommand;
import io.jangada.cli.cluster.StatusCommand;
import io.jangada.cli.cluster.TxnCommand;
import io.jangada.cli.cluster.UserCommand;
import io.jangada.cli.cluster.WatchCommand;
import io.jangada.cli.shell.ShellCommand;
import io.jangada.server.Nearest;
import io.jangada.server.ServerCommand;
import io.jangada.server.Variables;
import java.io.PrintWriter;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Predicate;
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
    description = "A distributed, linearizable key-value store replicated with Raft.",
    mixinStandardHelpOptions = true,
    versionProvider = BuildInfo.Provider.class)
public final class Main implements Runnable {
  /// The commands, as `help` lists them.
  private static final List<String> NAMES =
      List.of(
          "help",
          "version",
          "completion",
          "server",
          "get",
          "getm",
          "set",
          "cas",
          "put",
          "delete",
          "list",
          "watch",
          "history",
          "diff",
          "lease",
          "txn",
          "user",
          "role",
          "auth",
          "status",
          "member",
          "leader",
          "snapshot",
          "backup",
          "restore",
          "verify",
          "certs",
          "shell");

  /// What needs to know all commands.
  private static final Set<String> OF_ALL = Set.of("help", "completion");

  @Spec private CommandSpec spec;

  /// Commands that this program does not know by itself.
  ///
  /// @param make makes the one of this name
  public record Further(List<String> names, Function<String, Object> make) {
    private static final Further NONE = new Further(List.of(), _ -> null);
  }

  public static void main(String[] args) {
    System.exit(execute(args));
  }

  private static Object command(String name) {
    return switch (name) {
      case "help" -> new HelpCommand();
      case "version" -> new VersionCommand();
      case "completion" -> new CompletionCommand();
      case "server" -> new ServerCommand();
      case "get" -> new GetCommand();
      case "getm" -> new GetmCommand();
      case "set" -> new SetCommand();
      case "cas" -> new CasCommand();
      case "put" -> new PutCommand();
      case "delete" -> new DeleteCommand();
      case "list" -> new ListCommand();
      case "watch" -> new WatchCommand();
      case "history" -> new HistoryCommand();
      case "diff" -> new DiffCommand();
      case "lease" -> new LeaseCommand();
      case "txn" -> new TxnCommand();
      case "user" -> new UserCommand();
      case "role" -> new RoleCommand();
      case "auth" -> new AuthCommand();
      case "status" -> new StatusCommand();
      case "member" -> new MemberCommand();
      case "leader" -> new LeaderCommand();
      case "snapshot" -> new SnapshotCommand();
      case "backup" -> new BackupCommand();
      case "restore" -> new RestoreCommand();
      case "verify" -> new VerifyCommand();
      case "certs" -> new CertsCommand();
      case "shell" -> new ShellCommand();
      default -> throw new IllegalArgumentException(name);
    };
  }

  /// Runs a command line of this process. Returns the exit code. Only the command that is named
  /// first is made, if one is: all of them take longer than what most of them do.
  public static int execute(String[] args, Further further) {
    String first = args.length == 0 ? "" : args[0];
    boolean isKnown = NAMES.contains(first) || further.names.contains(first);
    boolean isAlone = isKnown && !OF_ALL.contains(first);
    CommandLine jangada = make(System.getenv(), further, name -> !isAlone || name.equals(first));
    Environment.ofProcess().putAround(jangada);
    return jangada.execute(args);
  }

  /// The same without further commands.
  public static int execute(String[] args) {
    return execute(args, Further.NONE);
  }

  /// The whole command tree, ready to execute.
  public static CommandLine commandLine(Map<String, String> environment, Further further) {
    return make(environment, further, _ -> true);
  }

  public static CommandLine commandLine(Map<String, String> environment) {
    return commandLine(environment, Further.NONE);
  }

  /// Colours are used on a terminal only, and never where the environment has a `NO_COLOR` that is
  /// not empty (no-color.org).
  ///
  /// @param isWanted whether the command of a name is made
  private static CommandLine make(
      Map<String, String> environment, Further further, Predicate<String> isWanted) {
    boolean plain = !environment.getOrDefault("NO_COLOR", "").isEmpty();
    CommandLine jangada = new CommandLine(new Main());
    NAMES.stream().filter(isWanted).map(Main::command).forEach(jangada::addSubcommand);
    further.names.stream().filter(isWanted).map(further.make).forEach(jangada::addSubcommand);
    CommandLine server = jangada.getSubcommands().get("server");
    if (server != null) ServerCommand.withFlags(server);
    printVersions(jangada);
    return jangada
        .setExecutionStrategy(parsed -> run(parsed, environment))
        .setColorScheme(CommandLine.Help.defaultColorScheme(plain ? Ansi.OFF : Ansi.AUTO))
        .setCaseInsensitiveEnumValuesAllowed(true)
        .setParameterExceptionHandler(Main::explainUsage)
        .setExecutionExceptionHandler(Main::explainFailure);
  }

  /// Runs the command, after a warning for each variable that nothing reads: a server, which is
  /// configured by them, refuses to start.
  private static int run(CommandLine.ParseResult parsed, Map<String, String> environment) {
    CommandLine.ParseResult subcommand = parsed.subcommand();
    boolean isServer = subcommand != null && subcommand.commandSpec().name().equals("server");
    PrintWriter err = parsed.commandSpec().commandLine().getErr();
    if (!isServer)
      Variables.complaints(environment).forEach(each -> err.println("jangada: warning: " + each));
    err.flush();
    return new CommandLine.RunLast().execute(parsed);
  }

  private static void printVersions(CommandLine command) {
    CommandSpec spec = command.getCommandSpec();
    if (spec.versionProvider() == null) spec.versionProvider(new BuildInfo.Provider());
    command.getSubcommands().values().forEach(Main::printVersions);
  }

  @Override
  public void run() {
    throw new ParameterException(spec.commandLine(), "a command is needed");
  }

  private static int explainUsage(ParameterException e, String[] args) {
    CommandLine command = e.getCommandLine();
    PrintWriter err = command.getErr();
    String name = command.getCommandSpec().qualifiedName();
    err.println(name + ": " + complaint(e, List.of(args)));
    err.println("Try '" + name + " --help'.");
    err.flush();
    return ExitCode.USAGE;
  }

  private static String complaint(ParameterException e, List<String> args) {
    if (!(e instanceof UnmatchedArgumentException unmatched)) {
      return e.getMessage();
    }
    String first = unmatched.getUnmatched().getFirst();
    // What stands after "--" is no option, whatever it looks like.
    int end = args.indexOf("--");
    if (end >= 0 && !args.subList(0, end).contains(first))
      return "unknown argument '" + first + "'.";
    boolean command = !first.startsWith("-") && !e.getCommandLine().getSubcommands().isEmpty();
    String kind = command ? "command" : first.startsWith("-") ? "option" : "argument";
    String hint =
        nearest(first, e.getCommandLine()).map(n -> " Did you mean '" + n + "'?").orElse("");
    return "unknown " + kind + " '" + first + "'." + hint;
  }

  private static Optional<String> nearest(String written, CommandLine command) {
    String word = written.replaceFirst("=.*", "");
    List<String> known =
        word.startsWith("-")
            ? command.getCommandSpec().optionsMap().keySet().stream()
                .filter(n -> n.length() > 2)
                .toList()
            : List.copyOf(command.getSubcommands().keySet());
    return Nearest.to(word, known);
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
