package io.jangada.bench;

import io.jangada.client.Endpoint;
import io.jangada.net.TlsContext;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;

/// Servers that loads are put to, and how they are spoken to.
public interface SystemUnderTest {
  /// Finds the one that takes the load.
  Endpoint leader() throws IOException, InterruptedException, TimeoutException;

  /// Whether writing a key there replaces its value. If not, every write takes a fresh key.
  boolean overwrites(Endpoint leader) throws IOException;

  /// How connections speak: each with a dialog of its own, all on one event loop.
  Supplier<ProtocolDriver> dialogs(Load load, Contents contents);

  /// How TLS is spoken with them; empty for no TLS.
  default Optional<TlsContext> tls() {
    return Optional.empty();
  }

  /// How many entries the log of these servers has had, if they tell.
  default Optional<Long> logEntries() {
    return Optional.empty();
  }

  /// Their processes, as far as they are of this machine and known.
  List<Long> pids();

  /// A directory on their disk, or on a like one.
  Path disk();
}
