package io.jangada.cli;

import io.jangada.cli.cluster.Environment;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Map;
import picocli.CommandLine;

/// The program run in this process, and what it said.
///
/// @param out its bytes, one a character
public record CommandRun(int code, String out, String err) {
  static CommandRun of(
      Map<String, String> environment, Path folder, byte[] input, String... arguments) {
    return new Shell(Main.commandLine(environment), environment, folder).run(input, arguments);
  }

  /// Where a program is run.
  public record Shell(CommandLine command, Map<String, String> environment, Path folder) {
    public CommandRun run(byte[] input, String... arguments) {
      var out = new ByteArrayOutputStream();
      var err = new StringWriter();
      command.setOut(new PrintWriter(out, true)).setErr(new PrintWriter(err));
      new Environment(environment, new ByteArrayInputStream(input), out, folder).putAround(command);
      int code = command.execute(arguments);
      return new CommandRun(code, out.toString(StandardCharsets.ISO_8859_1), err.toString());
    }
  }
}
