package io.jangada.server;

import io.jangada.raft.RaftEvent;
import io.jangada.store.Disk;
import io.jangada.store.OsDisk;
import java.io.IOException;
import java.nio.file.Path;

/// The program that a server runs in. It gets the server's events, and may put something between
/// the server and its disk. Called on the server's threads.
@FunctionalInterface
public interface ServerListener {
  /// The server had to stop by itself; it is still to be closed.
  void stopped(Throwable cause);

  /// What the protocol has to tell.
  default void event(RaftEvent event) {}

  /// The disk has no space for the log, or has some again.
  default void diskFull(boolean full) {}

  default Disk disk(Path directory) throws IOException {
    return new OsDisk(directory);
  }
}
