package io.jangada.torture;

import java.util.List;

/// A client of one protocol, for one thread. [Clients] makes them.
interface Caller extends AutoCloseable {
  /// Gets each result as it comes.
  @FunctionalInterface
  interface Listener {
    /// @param index of the operation that has its result
    void onResult(int index, OpResult result);
  }

  /// Sends all operations at once, and waits until each has its result, within a bound.
  void execute(List<ClientOp> operations, Listener listener) throws InterruptedException;

  @Override
  void close();
}
