package io.jangada.otherstores;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/// A program of another project that runs until it is closed, or until this process ends, however
/// that comes about: a shell kills it when its standard input ends.
final class Program implements AutoCloseable {
  private static final String LEASH =
      "\"$@\" >output.log 2>&1 </dev/null & echo $!; cat >/dev/null; kill -9 $!";

  private static final int SECONDS_MAX = 20;
  private static final int LINES_SHOWN = 3;

  private final Path directory;
  private final Process shell;
  private final long pid;

  private Program(Path directory, Process shell, long pid) {
    this.directory = directory;
    this.shell = shell;
    this.pid = pid;
  }

  /// @param directory where it runs, and leaves what it says
  static Program start(Path directory, Map<String, String> environment, List<String> command)
      throws IOException {
    Files.createDirectories(directory);
    List<String> words = new ArrayList<>(List.of("sh", "-c", LEASH, "sh"));
    words.addAll(command);
    ProcessBuilder builder = new ProcessBuilder(words).directory(directory.toFile());
    builder.environment().putAll(environment);
    Process shell = builder.redirectError(ProcessBuilder.Redirect.DISCARD).start();
    var said =
        new BufferedReader(new InputStreamReader(shell.getInputStream(), StandardCharsets.UTF_8));
    String line = said.readLine();
    if (line == null) throw new IOException(command.getFirst() + " cannot be started");
    return new Program(directory, shell, Long.parseLong(line));
  }

  /// Runs a program that ends by itself.
  ///
  /// @return the first line that it says
  static String output(List<String> command) throws IOException, InterruptedException {
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    try (var said =
        new BufferedReader(
            new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
      String line = said.readLine();
      said.transferTo(Writer.nullWriter());
      if (!process.waitFor(SECONDS_MAX, TimeUnit.SECONDS)) process.destroyForcibly();
      return line == null ? "" : line;
    }
  }

  /// Where a program is, by the search path.
  static Optional<Path> find(String name) {
    for (String folder : System.getenv().getOrDefault("PATH", "").split(":")) {
      Path candidate = Path.of(folder, name);
      if (Files.isExecutable(candidate)) return Optional.of(candidate);
    }
    return Optional.empty();
  }

  /// What is missing where a program is not there: the package that brings it.
  static Optional<String> missing(Optional<Path> program, String name, String debian) {
    return program.isPresent()
        ? Optional.empty()
        : Optional.of(name + " is not on the PATH (for instance: apt-get install " + debian + ")");
  }

  long pid() {
    return pid;
  }

  /// @throws IOException when it ended, with the last lines that it said
  void check() throws IOException {
    if (ProcessHandle.of(pid).filter(ProcessHandle::isAlive).isPresent()) return;
    List<String> said = Files.readAllLines(directory.resolve("output.log"), StandardCharsets.UTF_8);
    int from = Math.max(0, said.size() - LINES_SHOWN);
    throw new IOException(
        "it ended, saying: " + String.join(" / ", said.subList(from, said.size())));
  }

  @Override
  public void close() throws IOException {
    shell.getOutputStream().close();
    try {
      if (!shell.waitFor(SECONDS_MAX, TimeUnit.SECONDS)) shell.destroyForcibly();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
