package io.jangada.raft;

import io.jangada.bytes.Bytes;

/// One entry of the log.
///
/// @param index 1 or more
/// @param term the term in which a leader made it, 1 or more
/// @param data empty for a no-op; a [Membership] in its encoded form; or the state machine's
///   command
public record Entry(long index, long term, Kind kind, Bytes data) {
  /// What an entry carries.
  public enum Kind {
    /// What a leader appends first in its term, so that it can commit what came before (§8).
    NO_OP,
    /// A command of the state machine, opaque here.
    COMMAND,
    /// A [Membership], in force as soon as it is in the log (§6).
    MEMBERSHIP
  }

  /// What an entry costs beside its data: on the wire, on disk and in memory, about.
  public static final int OVERHEAD_BYTES = 32;

  public Entry {
    if (index < 1 || term < 1) throw new IllegalArgumentException(index + "/" + term);
  }

  public EntryId id() {
    return new EntryId(index, term);
  }

  /// What counts against limits in bytes.
  public int sizeBytes() {
    return OVERHEAD_BYTES + data.length();
  }
}
