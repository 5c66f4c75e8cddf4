package io.jangada.cli.shell;

import io.jangada.cli.ExitCode;
import io.jangada.cli.Main;
import io.jangada.cli.cluster.Environment;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintWriter;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import picocli.CommandLine;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.OptionSpec;

/// Runs the program's own commands in this process, on clients that stay open.
final class Session implements AutoCloseable {
  /// What makes no sense within a shell.
  private static final List<String> LEFT_OUT = List.of("shell", "server", "completion");

  /// Its value is in the environment already, and asked for once.
  private static final String PASSWORD_FILE = "--password-file";

  private final OpenClients clients = new OpenClients();
  private final CommandLine jangada;
  private final Environment surroundings;
  private boolean over;

  /// @param shell the shell's own command, whose options on the cluster hold for each line
  Session(CommandLine shell, Environment around) {
    String plain = around.environment().getOrDefault("NO_COLOR", "");
    jangada = Main.commandLine(Map.of("NO_COLOR", plain));
    for (String name : LEFT_OUT) jangada.getCommandSpec().removeSubcommand(name);
    jangada.setOut(shell.getOut()).setErr(shell.getErr());
    Map<String, OptionSpec> given = new HashMap<>();
    for (OptionSpec each : shell.getParseResult().matchedOptions())
      if (!each.longestName().equals(PASSWORD_FILE)) given.put(each.longestName(), each);
    jangada.setDefaultValueProvider(arg -> value(arg, given));
    surroundings =
        new Environment(
            around.environment(), new NoInput(), around.out(), around.folder(), clients::get);
  }

  private static String value(ArgSpec arg, Map<String, OptionSpec> given) {
    if (!(arg instanceof OptionSpec option)) return null;
    OptionSpec same = given.get(option.longestName());
    boolean isSame = same != null && same.userObject().getClass() == option.userObject().getClass();
    return isSame ? same.stringValues().getLast() : null;
  }

  CommandLine commands() {
    return jangada;
  }

  /// Whether it was asked to end.
  boolean isOver() {
    return over;
  }

  /// @param err where complaints go
  /// @return the exit code that the command line would have
  int run(List<String> words, PrintWriter err) {
    if (words.isEmpty()) return ExitCode.OK;
    if (words.size() == 1 && Prompt.LEAVING.contains(words.getFirst())) {
      over = true;
      return ExitCode.OK;
    }
    jangada.setErr(err);
    surroundings.putAround(jangada);
    return jangada.execute(words.toArray(String[]::new));
  }

  /// Ends what is being asked of the cluster.
  void cancel() {
    clients.close();
  }

  @Override
  public void close() {
    clients.close();
  }

  /// The shell reads its lines there: a command has nothing to read.
  private static final class NoInput extends InputStream {
    @Override
    public int read() throws IOException {
      throw new IOException("is the shell's: give it as an argument, between quotes, or in a file");
    }
  }
}
