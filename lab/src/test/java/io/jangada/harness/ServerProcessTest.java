package io.jangada.harness;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What can be done to a process, done to a shell.
class ServerProcessTest {
  private static final long MILLIS_MAX = 20_000;

  @TempDir private Path folder;
  private final List<AutoCloseable> started = new ArrayList<>();

  @AfterEach
  void leaveNothingRunning() throws Exception {
    for (AutoCloseable each : started) each.close();
  }

  private ServerProcess shell(String script) throws IOException {
    ServerProcess process =
        new ServerProcess(List.of("sh", "-c", script), folder, folder.resolve("said"));
    started.add(process);
    return process;
  }

  private void awaitSaid(String text) throws Exception {
    Path said = folder.resolve("said");
    assertThat(
            Waiting.until(
                MILLIS_MAX, () -> Files.exists(said) && Files.readString(said).contains(text)))
        .isTrue();
  }

  @Test
  void whatItSaysIsKeptAndItsEndIsSeen() throws Exception {
    ServerProcess process = shell("echo out; echo err >&2; exit 3");
    assertThat(process.awaitExit(MILLIS_MAX)).isEqualTo(3);
    assertThat(process.isAlive()).isFalse();
    assertThat(process.tail()).contains("out", "err");
  }

  @Test
  void aKilledProcessIsGoneWhenThatReturns() throws Exception {
    ServerProcess process = shell("trap '' TERM; echo up; while :; do read x < said; done");
    awaitSaid("up");
    process.terminate();
    assertThatThrownBy(() -> process.awaitExit(100)).isInstanceOf(TimeoutException.class);
    process.kill();
    assertThat(process.isAlive()).isFalse();
    assertThat(process.awaitExit(MILLIS_MAX)).isEqualTo(128 + 9);
  }

  @Test
  void anAskedProcessMayEndInGoodOrder() throws Exception {
    ServerProcess process = shell("trap 'exit 0' TERM; echo up; while :; do read x < said; done");
    awaitSaid("up");
    process.terminate();
    assertThat(process.awaitExit(MILLIS_MAX)).isZero();
  }

  @Test
  void aStoppedProcessStandsStillUntilItGoesOn() throws Exception {
    ServerProcess process = shell("while :; do echo more; done");
    awaitSaid("more");
    process.pause();
    long before = sizeAtRest();
    assertThat(process.isAlive()).isTrue();
    process.resume();
    assertThat(Waiting.until(MILLIS_MAX, () -> size() > before)).isTrue();
  }

  /// What was in the pipe is still written after the stop.
  private long sizeAtRest() throws Exception {
    long[] last = {-1};
    assertThat(
            Waiting.until(
                MILLIS_MAX,
                () -> {
                  boolean same = size() == last[0];
                  last[0] = size();
                  Waiting.pause(50);
                  return same;
                }))
        .isTrue();
    return last[0];
  }

  private long size() throws IOException {
    return Files.size(folder.resolve("said"));
  }

  @Test
  void aProcessThatIsGoneCannotBeStopped() throws Exception {
    ServerProcess process = shell("exit 0");
    process.awaitExit(MILLIS_MAX);
    assertThatThrownBy(process::pause).hasMessageContaining("is not running");
  }

  @Test
  void onlyTheNewestOfALotOfOutputIsKept() throws IOException {
    Path file = folder.resolve("log");
    byte[] lines = "0123456789\n".repeat(100_000).getBytes();
    new BoundedOutput(file, 100_000).keep(new java.io.ByteArrayInputStream(lines));
    new BoundedOutput(file, 100_000).keep(new java.io.ByteArrayInputStream("last\n".getBytes()));
    assertThat(Files.readString(file)).endsWith("0123456789\nlast\n");
    assertThat(Files.size(file)).isLessThanOrEqualTo(100_000);
    assertThat(Files.size(folder.resolve("log.1"))).isBetween(90_000L, 100_000L);
  }

  /// A main class that never ends by itself.
  static final class Endless {
    public static void main(String[] args) throws InterruptedException {
      System.out.println("runs with " + String.join(",", args));
      System.out.flush();
      Thread.currentThread().join();
    }
  }

  @Test
  void aServerOnALeashEndsWithTheHarness() throws Exception {
    List<String> words = new ArrayList<>(ServerProgram.own(64).words());
    words.set(words.size() - 1, Endless.class.getName());
    words.addAll(List.of("1", "--config"));
    Process process = new ProcessBuilder(words).redirectErrorStream(true).start();
    started.add(process::destroyForcibly);
    byte[] said = process.getInputStream().readNBytes("runs with 1,--config\n".length());
    assertThat(new String(said)).isEqualTo("runs with 1,--config\n");
    OutputStream leash = process.getOutputStream();
    leash.close(); // which the operating system does for a harness that is no more
    assertThat(process.waitFor(MILLIS_MAX, TimeUnit.MILLISECONDS)).isTrue();
  }
}
