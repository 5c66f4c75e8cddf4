package io.jangada.bench;

import io.jangada.harness.ProcessCluster;
import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Path;

/// Ends the servers of a bench and removes their data: when it is closed, or when a bench is broken
/// off, at the end of this process.
public final class Cleanup implements AutoCloseable {
  private final Path directory;
  private final Closeable servers;
  private final Thread atExit = new Thread(this::cleanAtExit);

  public Cleanup(Path directory, Closeable servers) {
    this.directory = directory;
    this.servers = servers;
    Runtime.getRuntime().addShutdownHook(atExit);
  }

  @Override
  public void close() throws IOException {
    if (Runtime.getRuntime().removeShutdownHook(atExit)) clean();
  }

  private void clean() throws IOException {
    servers.close();
    ProcessCluster.remove(directory);
  }

  private void cleanAtExit() {
    try {
      clean();
    } catch (IOException | RuntimeException e) {
      System.err.println("jangada bench: left behind " + directory + ": " + e.getMessage());
    }
  }
}
