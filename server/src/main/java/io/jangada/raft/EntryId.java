package io.jangada.raft;

/// A place in the log: the index of an entry and the term in which a leader made it. Two logs that
/// hold the same id hold the same entries up to it (Log Matching, §5.3).
///
/// @param index 1 for the first entry; 0 is the place before it
/// @param term 1 or more; 0 only at index 0
public record EntryId(long index, long term) {
  public static final EntryId ZERO = new EntryId(0, 0);

  public EntryId {
    if (index < 0 || term < 0) throw new IllegalArgumentException(index + "/" + term);
  }

  /// Whether a log that ends here is at least as up-to-date as one that ends at `other` (§5.4.1).
  public boolean atLeast(EntryId other) {
    return term > other.term || term == other.term && index >= other.index;
  }

  @Override
  public String toString() {
    return index + "/" + term;
  }
}
