package io.jangada.store;

import java.util.TreeMap;

/// Which segments hold which entries: of each segment the highest index of an entry that was ever
/// written to it and not reset since.
final class Coverage {
  private final TreeMap<Long, Long> older = new TreeMap<>();
  private long sequence;
  private long highest;

  /// What is noted from now on is in that segment.
  void begin(long sequence) {
    if (this.sequence > 0) older.put(this.sequence, highest);
    this.sequence = sequence;
    highest = 0;
  }

  void note(LogRecord written) {
    switch (written) {
      case LogRecord.Append(var entry) -> highest = Math.max(highest, entry.index());
      case LogRecord.Reset reset -> {
        older.replaceAll((sequence, index) -> 0L);
        highest = 0;
      }
      case LogRecord.Hard hard -> {}
      case LogRecord.Compact compact -> {}
    }
  }

  /// The sequence number of the oldest segment when it holds nothing behind the entry of that
  /// index, or 0. The last segment is always wanted.
  long unwanted(long compactedTo) {
    return !older.isEmpty() && older.firstEntry().getValue() <= compactedTo ? older.firstKey() : 0;
  }

  void forgetOldest() {
    older.pollFirstEntry();
  }
}
