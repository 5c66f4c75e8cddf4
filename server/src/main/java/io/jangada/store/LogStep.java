package io.jangada.store;

/// What is waiting to be written, in order.
sealed interface LogStep permits LogRecord, LogStep.CompactTo, LogStep.BatchEnd {
  /// A compaction by index alone: the term is looked up when its turn comes.
  record CompactTo(long index) implements LogStep {}

  /// Everything of a batch came before this; it is not written.
  ///
  /// @param bytes what the batch counted in the queue
  record BatchEnd(long batch, long bytes) implements LogStep {}
}
