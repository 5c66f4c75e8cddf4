package io.jangada.harness;

import io.jangada.server.Setting;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/// One server, a process of its own and a child of this one. It does not outlive this one.
///
/// Signals go through the handle: the `Process` would close the pipes at the same time, and lose
/// the last words.
public final class ServerProcess implements AutoCloseable {
  private static final long END_SECONDS_MAX = 20;
  private static final long SIGNAL_MILLIS_MAX = 5_000;
  private static final long OUTPUT_BYTES_MAX = 4 << 20;
  private static final int TAIL_CHARS_MAX = 2_000;

  private final Process process;
  private final Path output;
  private final Thread reader;
  private final Thread killer;

  /// Starts it. What the environment says of a server's settings is not for this one.
  ///
  /// @param command the program and its arguments
  /// @param directory in which it runs
  /// @param output the file to which all that it says is appended
  public ServerProcess(List<String> command, Path directory, Path output) throws IOException {
    this.output = output;
    ProcessBuilder builder =
        new ProcessBuilder(command).directory(directory.toFile()).redirectErrorStream(true);
    for (Setting setting : Setting.values()) builder.environment().remove(setting.variable());
    process = builder.start();
    killer = new Thread(process.toHandle()::destroyForcibly);
    Runtime.getRuntime().addShutdownHook(killer);
    reader = Thread.ofPlatform().daemon().name("output").start(this::read);
  }

  private void read() {
    try (InputStream in = process.getInputStream()) {
      new BoundedOutput(output, OUTPUT_BYTES_MAX).keep(in);
    } catch (IOException e) {
      // No more of it is kept; the process itself is as well as before.
    }
  }

  public long pid() {
    return process.pid();
  }

  public boolean isAlive() {
    return process.isAlive();
  }

  /// `kill -9`: returns when it is gone.
  public void kill() throws InterruptedException {
    process.toHandle().destroyForcibly();
    try {
      awaitExit(TimeUnit.SECONDS.toMillis(END_SECONDS_MAX));
    } catch (TimeoutException e) {
      throw new IllegalStateException("process " + pid() + " survived kill -9", e);
    }
  }

  /// `SIGTERM`: asks it to end in good order, and does not wait.
  public void terminate() {
    process.toHandle().destroy();
  }

  /// `SIGSTOP`: it stands still, and its sockets stay open. Returns when it does, where that can be
  /// seen.
  public void pause() throws IOException, InterruptedException {
    signal("STOP");
    Waiting.until(SIGNAL_MILLIS_MAX, () -> isStopped() != Stopped.NO);
  }

  /// `SIGCONT`: it goes on.
  public void resume() throws IOException, InterruptedException {
    signal("CONT");
  }

  private enum Stopped {
    YES,
    NO,
    UNKNOWN
  }

  /// The state stands behind the name of the program, which is in brackets.
  private Stopped isStopped() throws IOException {
    Path state = Path.of("/proc/" + pid() + "/stat");
    if (!Files.isReadable(state)) return Stopped.UNKNOWN;
    String text = Files.readString(state, StandardCharsets.ISO_8859_1);
    return text.startsWith("T", text.lastIndexOf(')') + 2) ? Stopped.YES : Stopped.NO;
  }

  /// The shell has `kill` built in; a program of that name is not on every machine.
  private void signal(String name) throws IOException, InterruptedException {
    if (!isAlive()) throw new IOException("process " + pid() + " is not running");
    Process shell =
        new ProcessBuilder("sh", "-c", "kill -s " + name + " " + pid())
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
            .start();
    if (!shell.waitFor(SIGNAL_MILLIS_MAX, TimeUnit.MILLISECONDS) || shell.exitValue() != 0)
      throw new IOException("SIG" + name + " could not be sent to process " + pid());
  }

  /// Waits for its end.
  ///
  /// @return its exit code; 128 and the signal's number after a signal
  public int awaitExit(long millisMax) throws InterruptedException, TimeoutException {
    if (!process.waitFor(millisMax, TimeUnit.MILLISECONDS))
      throw new TimeoutException("process " + pid() + " did not end within " + millisMax + " ms");
    reader.join(TimeUnit.SECONDS.toMillis(END_SECONDS_MAX));
    forgetHook();
    return process.exitValue();
  }

  private void forgetHook() {
    try {
      Runtime.getRuntime().removeShutdownHook(killer);
    } catch (IllegalStateException e) {
      // This process is ending: the hook has nothing left to do.
    }
  }

  /// The last that it said, for people.
  public String tail() {
    try {
      String text = Files.readString(output, StandardCharsets.ISO_8859_1);
      return text.substring(Math.max(0, text.length() - TAIL_CHARS_MAX)).strip();
    } catch (IOException e) {
      return "";
    }
  }

  @Override
  public void close() {
    try {
      kill();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
