package io.jangada.protocol.maelstrom;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/// One node, a process of its own: lines go in, lines come out, remarks go to a file.
final class NodeProcess implements AutoCloseable {
  private static final long END_SECONDS_MAX = 10;

  private final Process process;
  private final OutputStream in;
  private final Thread reader;
  private final Thread killer;

  /// @param out takes each line the process writes, on a thread of this process's own
  NodeProcess(List<String> command, Path remarks, Consumer<String> out) {
    try {
      process =
          new ProcessBuilder(command)
              .redirectError(ProcessBuilder.Redirect.to(remarks.toFile()))
              .start();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    in = process.getOutputStream();
    killer = new Thread(process::destroyForcibly);
    Runtime.getRuntime().addShutdownHook(killer);
    reader = Thread.ofPlatform().daemon().start(() -> read(out));
  }

  /// A node as it was compiled, on the Java that runs this.
  static List<String> compiled(Class<?> main) {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(
        List.of("-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-XX:-UsePerfData", "-Xmx128m"));
    command.addAll(List.of("-Xlog:disable", "-Xlog:all=error:stderr"));
    command.addAll(List.of("-cp", System.getProperty("java.class.path")));
    command.add(main.getName());
    return command;
  }

  /// The node as its launcher starts it.
  static List<String> launched(String launcher) {
    return List.of(launcher);
  }

  private void read(Consumer<String> out) {
    try (BufferedReader lines =
        new BufferedReader(
            new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
      for (String line; (line = lines.readLine()) != null; ) out.accept(line);
    } catch (IOException e) {
      out.accept("its output broke off: " + e.getMessage());
    }
  }

  /// Gives the process a line. What it does not take, because it is gone, is lost.
  synchronized void give(String line) {
    try {
      in.write((line + "\n").getBytes(StandardCharsets.UTF_8));
      in.flush();
    } catch (IOException gone) {
      // That it is gone is noticed where its end is looked at.
    }
  }

  boolean isAlive() {
    return process.isAlive();
  }

  long cpuMillis() {
    return process.info().totalCpuDuration().map(java.time.Duration::toMillis).orElse(-1L);
  }

  /// Ends its input, as a pipe does whose other end is closed, and waits for it to end by itself.
  int endInput() throws IOException, InterruptedException {
    in.close();
    if (!process.waitFor(END_SECONDS_MAX, TimeUnit.SECONDS))
      throw new IllegalStateException("the node did not end with its input");
    return process.exitValue();
  }

  /// Kills it, as Maelstrom does.
  @Override
  public void close() {
    process.destroyForcibly();
    try {
      process.waitFor(END_SECONDS_MAX, TimeUnit.SECONDS);
      reader.join(TimeUnit.SECONDS.toMillis(END_SECONDS_MAX));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    Runtime.getRuntime().removeShutdownHook(killer);
  }
}
