package io.jangada.cli.cluster;

import io.jangada.protocol.auth.PasswordHash;
import java.io.BufferedReader;
import java.io.Console;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.Arrays;
import picocli.CommandLine.Option;

/// A user's new password: asked for on a terminal, or read from a file or from what is piped in. It
/// never stands on the command line, where others on the machine can read it.
public final class NewPassword implements Environment.Surrounded {
  @Option(
      names = "--no-password",
      description = "Give it none: the user is known by client certificates alone.")
  private boolean none;

  @Option(
      names = "--new-password-file",
      paramLabel = "FILE",
      description = "Read the new password from the first line of a file.")
  private Path file;

  private Environment surroundings = Environment.ofProcess();

  @Override
  public void surround(Environment surroundings) {
    this.surroundings = surroundings;
  }

  /// The text of the new password's hash; null for none.
  String hash(ClusterOptions cluster) {
    if (none && file != null) throw cluster.wrong("either a password or none");
    if (none) return null;
    byte[] password = read(cluster).getBytes(StandardCharsets.UTF_8);
    if (password.length == 0) throw cluster.wrong("the password is empty; see --no-password");
    for (byte one : password)
      if (one >= 0 && one <= ' ' || one == 0x7f)
        throw cluster.wrong("a password has no blanks and no control characters");
    if (password.length > PasswordHash.PASSWORD_BYTES_MAX)
      throw cluster.wrong(
          "the password is longer than " + PasswordHash.PASSWORD_BYTES_MAX + " bytes");
    return PasswordHash.of(password, new SecureRandom()).text();
  }

  private String read(ClusterOptions cluster) {
    Console console = file == null ? System.console() : null;
    if (console == null || !console.isTerminal()) return line(cluster);
    char[] first = console.readPassword("New password: ");
    char[] second = console.readPassword("The same again: ");
    if (first == null || second == null) throw cluster.wrong("no password was given");
    if (!Arrays.equals(first, second)) throw cluster.wrong("the passwords differ");
    return new String(first);
  }

  private String line(ClusterOptions cluster) {
    try (var in =
        file == null
            ? new BufferedReader(new InputStreamReader(surroundings.in(), StandardCharsets.UTF_8))
            : Files.newBufferedReader(file)) {
      String line = in.readLine();
      return line == null ? "" : line;
    } catch (IOException e) {
      throw cluster.wrong("the password cannot be read: " + e);
    }
  }
}
