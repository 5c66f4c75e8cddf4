package io.jangada.store;

import io.jangada.raft.Membership;
import java.io.IOException;
import java.util.Optional;

/// Something that the log held for certain cannot be read any more, or contradicts itself. The log
/// is left as it is: truncating it may undo a vote, or an entry that a majority counted on.
public final class CorruptLogException extends IOException {
  private static final long serialVersionUID = 1L;

  private final String file;
  private final long offset;
  private final long firstIndex;
  private final long lastIndex;
  private final String what;
  private final transient Optional<Membership> membership;

  /// @param place the segment, and the byte in it
  /// @param firstIndex the first entry that may be lost
  /// @param lastIndex the last entry that may be lost, or -1 when that is not known
  CorruptLogException(Place place, long firstIndex, long lastIndex, String what) {
    super(
        "the log is damaged in "
            + place.file
            + " at byte "
            + place.offset
            + " (entries from "
            + firstIndex
            + (lastIndex < 0 ? " on" : " to " + lastIndex)
            + "): "
            + what);
    this.file = place.file;
    this.offset = place.offset;
    this.firstIndex = firstIndex;
    this.lastIndex = lastIndex;
    this.what = what;
    this.membership = place.membership;
  }

  /// The same, and why nothing is done about it.
  CorruptLogException because(String reason) {
    Place place = new Place(file, offset, membership);
    CorruptLogException renamed =
        new CorruptLogException(place, firstIndex, lastIndex, what + reason);
    renamed.setStackTrace(getStackTrace());
    return renamed;
  }

  /// @param offset in bytes
  /// @param membership the last that was read before
  record Place(String file, long offset, Optional<Membership> membership) {}

  /// The last membership before the damage, where there is one in the log.
  Optional<Membership> membership() {
    return membership;
  }

  public String file() {
    return file;
  }

  public long offset() {
    return offset;
  }

  public long firstIndex() {
    return firstIndex;
  }

  public long lastIndex() {
    return lastIndex;
  }
}
