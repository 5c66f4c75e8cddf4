package io.jangada.store;

import java.io.IOException;

/// Something that the log held for certain cannot be read any more, or contradicts itself. The log
/// is left as it is: whoever cuts it may undo a vote, or an entry that a majority counted on.
public final class CorruptLogException extends IOException {
  private static final long serialVersionUID = 1L;

  private final String file;
  private final long offset;
  private final long firstIndex;
  private final long lastIndex;

  /// @param file the name of the segment
  /// @param offset where in it, in bytes
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
  }

  /// @param offset in bytes
  record Place(String file, long offset) {}

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
