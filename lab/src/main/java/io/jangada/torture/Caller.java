package io.jangada.torture;

import java.util.List;

/// A client of one front, for one thread. Whatever serves clients in a server's process can be one:
/// [Clients] makes them.
interface Caller extends AutoCloseable {
  /// Told of each answer as it comes.
  @FunctionalInterface
  interface Ear {
    /// @param index of the wish that was answered
    void hear(int index, OpResult said);
  }

  /// Asks for all of it at once, and waits until each has its answer, within a bound.
  void ask(List<ClientOp> wishes, Ear ear) throws InterruptedException;

  @Override
  void close();
}
