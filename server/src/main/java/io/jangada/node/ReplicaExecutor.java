package io.jangada.node;

import java.util.function.Consumer;

/// What a replica is polled by: all of its polls happen one after the other, with everything that
/// one poll did seen by the next. When the replica breaks, its owner ends every waiting request as
/// unknown, says why, and is over.
public sealed interface ReplicaExecutor extends AutoCloseable permits ThreadExecutor, LoopExecutor {
  /// The clock that owners go by.
  Clock CLOCK = System::nanoTime;

  /// Makes an owner that has no replica yet.
  @FunctionalInterface
  interface Maker {
    /// @param name what a thread of its own is called
    /// @param failed called, by the owner, with what broke the replica
    ReplicaExecutor make(String name, Consumer<Throwable> failed);
  }

  /// What a replica is to call when there is something to poll for. Once that was done a further
  /// call costs next to nothing, until the replica is polled again. From any thread.
  void wakeup();

  /// Becomes the owner of `replica`.
  void start(Replica replica);

  /// Stops polling. What still waits is answered as unknown. Called again without harm.
  @Override
  void close();
}
