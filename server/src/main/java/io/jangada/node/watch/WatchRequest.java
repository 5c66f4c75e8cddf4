package io.jangada.node.watch;

import io.jangada.kv.KeyRange;
import java.util.Objects;

/// The events that a client wants to be told of.
///
/// @param from the first revision wanted; 0 for those after the watch's start. It may lie ahead
/// @param former whether events are to hold the key as it was before
/// @param needsLeader whether the watch ends ([WatchEnd#NO_LEADER]) when the member is without a
///   leader for a while, and so may fall behind without knowing it
public record WatchRequest(
    KeyRange keys, long from, boolean former, Kinds kinds, boolean needsLeader) {
  /// Which events are wanted.
  ///
  /// @param puts of keys that were set, or whose terms were
  /// @param removals of keys that were deleted, expired or went with their lease
  public record Kinds(boolean puts, boolean removals) {
    public static final Kinds ALL = new Kinds(true, true);

    boolean include(boolean isRemoval) {
      return isRemoval ? removals : puts;
    }
  }

  public WatchRequest {
    Objects.requireNonNull(keys);
    Objects.requireNonNull(kinds);
    if (from < 0) throw new IllegalArgumentException("from " + from);
  }

  /// All events of these keys after the watch's start.
  public WatchRequest(KeyRange keys) {
    this(keys, 0, false, Kinds.ALL, false);
  }

  /// How long its keys are.
  public int sizeBytes() {
    return keys.from().length() + (keys.to() == null ? 0 : keys.to().length());
  }
}
