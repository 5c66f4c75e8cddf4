package io.jangada.lab;

import io.jangada.cli.Main;
import io.jangada.demo.DemoCommand;
import io.jangada.tester.TesterCommand;
import io.jangada.torture.TortureCommand;
import java.util.Map;
import picocli.CommandLine;

/// The main class of `bin/jangada`: all of the server's command line, and what proves and measures
/// a server.
public final class Laboratory {
  private Laboratory() {}

  public static void main(String[] args) {
    System.exit(Main.execute(args, commands()));
  }

  /// The whole command tree, ready to execute.
  static CommandLine commandLine(Map<String, String> environment) {
    return Main.commandLine(environment, commands());
  }

  private static Object[] commands() {
    return new Object[] {
      new DemoCommand(),
      new BenchCommand(),
      new SimCommand(),
      new TesterCommand(),
      new TortureCommand()
    };
  }
}
