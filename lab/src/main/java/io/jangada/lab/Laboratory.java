package io.jangada.lab;

import io.jangada.cli.Main;
import io.jangada.demo.DemoCommand;
import io.jangada.tester.TesterCommand;
import io.jangada.torture.TortureCommand;
import java.util.List;
import java.util.Map;
import picocli.CommandLine;

/// The main class of `bin/jangada`: all of the server's command line, and what proves and measures
/// a server.
public final class Laboratory {
  private static final Main.Further COMMANDS =
      new Main.Further(List.of("demo", "bench", "sim", "tester", "torture"), Laboratory::command);

  private Laboratory() {}

  public static void main(String[] args) {
    System.exit(Main.execute(args, COMMANDS));
  }

  /// The whole command tree, ready to execute.
  static CommandLine commandLine(Map<String, String> environment) {
    return Main.commandLine(environment, COMMANDS);
  }

  private static Object command(String name) {
    return switch (name) {
      case "demo" -> new DemoCommand();
      case "bench" -> new BenchCommand();
      case "sim" -> new SimCommand();
      case "tester" -> new TesterCommand();
      case "torture" -> new TortureCommand();
      default -> throw new IllegalArgumentException(name);
    };
  }
}
