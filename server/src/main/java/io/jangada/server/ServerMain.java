package io.jangada.server;

import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import picocli.CommandLine;
import picocli.CommandLine.ParameterException;

/// The program `kvstore`: `kvstore <server-id>`, with everything else that [ServerCommand] takes.
///
/// The usual forms are read here: loading what reads a whole command line takes a good part of the
/// time that a server has until it listens.
public final class ServerMain {
  private static final String NAME = "kvstore";

  private ServerMain() {}

  public static void main(String[] arguments) {
    System.exit(run(List.of(arguments)));
  }

  private static int run(List<String> words) {
    PrintWriter err = new PrintWriter(System.err, true, StandardCharsets.UTF_8);
    if (words.size() == 1 && isId(words.getFirst()))
      return serve(words.getFirst(), ServerRun.STANDARD_FILE, err);
    if (words.size() == 3 && words.get(0).equals("--config") && isId(words.get(2)))
      return serve(words.get(2), Path.of(words.get(1)), err);
    if (words.size() == 3 && words.get(1).equals("--config") && isId(words.get(0)))
      return serve(words.get(0), Path.of(words.get(2)), err);
    return ServerCommand.withFlags(new CommandLine(new ServerCommand()))
        .setCommandName(NAME)
        .setErr(err)
        .setParameterExceptionHandler(ServerMain::explainUsage)
        .execute(words.toArray(String[]::new));
  }

  private static int serve(String id, Path file, PrintWriter err) {
    ServerRun.Source config = () -> ServerConfig.read(file, System.getenv(), Map.of());
    return new ServerRun(NAME, Integer.parseInt(id), config, err).serve();
  }

  private static boolean isId(String word) {
    return word.matches("[0-9]{1,9}");
  }

  static int explainUsage(ParameterException e, String[] arguments) {
    PrintWriter err = e.getCommandLine().getErr();
    err.println(NAME + ": " + e.getMessage());
    err.println("Try '" + NAME + " --help'.");
    return ServerRun.USAGE;
  }
}
