package io.jangada.cli.cluster;

import io.jangada.client.Login;
import java.io.Console;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.stream.Stream;
import picocli.CommandLine.Option;

/// As whom a command asks. A password never stands on the command line, where others on the machine
/// can read it.
final class UserOptions {
  static final String VARIABLE = "JANGADA_USER";

  @Option(
      names = "--user",
      paramLabel = "NAME",
      description =
          "The user to act as (default: that in "
              + VARIABLE
              + ", which is NAME or NAME:PASSWORD). The password is asked for, unless it is in "
              + VARIABLE
              + " or --password-file.")
  private String user;

  @Option(
      names = "--password-file",
      paramLabel = "FILE",
      description = "Read the user's password from the first line of a file.")
  private Path file;

  /// Null for none.
  ///
  /// @throws IllegalArgumentException when it cannot be told; the message says why
  Login login(Map<String, String> environment) {
    String variable = environment.getOrDefault(VARIABLE, "");
    int colon = variable.indexOf(':');
    String named = colon < 0 ? variable : variable.substring(0, colon);
    String name = user != null ? user : named;
    if (name.isEmpty()) {
      if (file != null) throw new IllegalArgumentException("--password-file without --user");
      return null;
    }
    boolean isGiven = colon >= 0 && file == null && name.equals(named);
    return new Login(name, isGiven ? variable.substring(colon + 1) : password(name));
  }

  private String password(String name) {
    if (file != null) return firstLine();
    Console console = System.console();
    char[] typed =
        console == null || !console.isTerminal()
            ? null
            : console.readPassword("Password of %s: ", name);
    if (typed == null)
      throw new IllegalArgumentException(
          "the password of " + name + " is needed: in " + VARIABLE + " or --password-file");
    return new String(typed);
  }

  private String firstLine() {
    try (Stream<String> lines = Files.lines(file)) {
      return lines.findFirst().orElse("");
    } catch (IOException | java.io.UncheckedIOException e) {
      throw new IllegalArgumentException("--password-file " + file + " cannot be read: " + e);
    }
  }
}
