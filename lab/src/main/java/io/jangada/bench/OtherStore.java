package io.jangada.bench;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.TimeoutException;

/// Another store, for comparison: the same loads are put to it.
public interface OtherStore {
  /// Servers of a rival's, which run until they are closed.
  interface Running extends SystemUnderTest, AutoCloseable {
    /// Ends all servers and removes their data.
    @Override
    void close() throws IOException;
  }

  /// As people write it after `--against`.
  String name();

  /// What of it is compared, in a few words, such as `etcd 3.4.23, three members`.
  String title() throws IOException, InterruptedException;

  /// What is missing on this machine, as a sentence; empty when all is there.
  Optional<String> missing();

  /// Starts what makes three members of it, durable as ours, on the loopback address.
  ///
  /// @param parent where a directory is made, which is removed at the end
  Running start(Path parent) throws IOException, InterruptedException, TimeoutException;
}
