package io.jangada.torture;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;

/// What was done when, a line each, in `torture.log`; on standard error, too, if that is wanted.
final class RunLog implements AutoCloseable {
  private final PrintWriter file;
  private final PrintWriter err;
  private final long beganNanos = System.nanoTime();

  /// @param err null for the file alone
  RunLog(Path folder, PrintWriter err) throws IOException {
    this.file = new PrintWriter(Files.newBufferedWriter(folder.resolve("torture.log")), true);
    this.err = err;
  }

  synchronized void write(String what) {
    double seconds = (System.nanoTime() - beganNanos) / 1e9;
    String line =
        String.format(Locale.ROOT, "%s  %8.3f s  %s", java.time.Instant.now(), seconds, what);
    file.println(line);
    if (err == null) return;
    err.println(line.substring(line.indexOf(' ') + 2));
    err.flush();
  }

  @Override
  public void close() {
    file.close();
  }
}
