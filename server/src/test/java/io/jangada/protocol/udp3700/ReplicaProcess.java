package io.jangada.protocol.udp3700;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/// One replica, in a process group of its own, as the simulator starts it. What it says to people
/// goes to a file.
final class ReplicaProcess implements AutoCloseable {
  enum Signal {
    TERM,
    KILL
  }

  private static final long END_SECONDS_MAX = 10;

  private final Process process;
  private final Thread killer;

  ReplicaProcess(List<String> command, List<String> arguments, Path remarks) {
    List<String> words = new ArrayList<>(List.of("setsid"));
    words.addAll(command);
    words.addAll(arguments);
    try {
      process =
          new ProcessBuilder(words)
              .redirectErrorStream(true)
              .redirectOutput(remarks.toFile())
              .start();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    killer = new Thread(() -> end(Signal.KILL));
    Runtime.getRuntime().addShutdownHook(killer);
  }

  /// A replica as it was compiled, on the Java that runs this.
  static List<String> compiled(Class<?> main) {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(
        List.of("-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-XX:-UsePerfData", "-Xmx128m"));
    command.addAll(List.of("-Xrs", "-Xlog:disable", "-Xlog:all=error:stderr"));
    command.addAll(List.of("-cp", System.getProperty("java.class.path")));
    command.add(main.getName());
    return command;
  }

  boolean isAlive() {
    return process.isAlive();
  }

  long cpuMillis() {
    return process.info().totalCpuDuration().map(java.time.Duration::toMillis).orElse(-1L);
  }

  /// Signals the whole group and waits for the process to end, which nobody else does meanwhile.
  /// Returns how long that took.
  long end(Signal signal) {
    long began = System.nanoTime();
    try {
      if (process.isAlive())
        new ProcessBuilder("kill", "-" + signal, "--", "-" + process.pid())
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
            .start()
            .waitFor();
      if (!process.waitFor(END_SECONDS_MAX, TimeUnit.SECONDS)) {
        process.destroyForcibly();
        throw new IllegalStateException("a replica does not end on " + signal);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    return (System.nanoTime() - began) / 1_000_000;
  }

  @Override
  public void close() {
    end(Signal.KILL);
    try {
      Runtime.getRuntime().removeShutdownHook(killer);
    } catch (IllegalStateException shuttingDown) {
      // Then the hook does what was just done.
    }
  }
}
