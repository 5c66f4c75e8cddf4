package io.jangada.node;

import io.jangada.kv.KvLimits;

/// How much memory a replica may take, as [Memory] counts it.
///
/// @param bytesMax data, sessions, the log and waiting requests together: from here on a leader
///   refuses what adds to it
/// @param logBytes what the log takes usually, which counts though it be less: where it comes and
///   goes with each snapshot, room that is there now is gone a moment later
public record MemoryLimits(long bytesMax, long logBytes) {
  public static final MemoryLimits NONE = new MemoryLimits(Long.MAX_VALUE, 0);

  public MemoryLimits {
    if (bytesMax < 1 || bytesMax > KvLimits.MEMORY_BYTES_HARD_MAX && bytesMax < Long.MAX_VALUE)
      throw new IllegalArgumentException("bytesMax " + bytesMax);
    if (logBytes < 0 || logBytes >= bytesMax)
      throw new IllegalArgumentException(logBytes + " of " + bytesMax + " bytes for the log");
  }

  boolean isNone() {
    return bytesMax == Long.MAX_VALUE;
  }

  /// What may be taken beyond the limit by what makes room in the end, such as a delete, at a
  /// leader; and once more by a follower, so that it does not run short before its leader does.
  long marginBytes() {
    return bytesMax / 16;
  }
}
