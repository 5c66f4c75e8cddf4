package io.jangada.store;

/// The sizes of a [DurableLog].
///
/// @param segmentBytes the largest size of a segment's file, which is taken from the disk before it
///   is used; a multiple of [Disk#SECTOR_BYTES]. Only an entry that is larger gets a larger one.
/// @param groupBytesMax about how many bytes are written before a sync
/// @param queueBytesMax from how many bytes submitted and not yet durable on the log has no room
public record LogSettings(int segmentBytes, int groupBytesMax, long queueBytesMax) {
  public static final int SEGMENT_BYTES_MIN = 4 * Disk.SECTOR_BYTES;
  public static final int SEGMENT_BYTES_MAX = 1 << 30;
  public static final int GROUP_BYTES_MAX = 64 << 20;

  private static final int FIRST_SEGMENT_BYTES = 4 << 20;

  public LogSettings {
    if (segmentBytes < SEGMENT_BYTES_MIN
        || segmentBytes > SEGMENT_BYTES_MAX
        || segmentBytes % Disk.SECTOR_BYTES != 0)
      throw new IllegalArgumentException("segments of " + segmentBytes + " bytes");
    if (groupBytesMax < 1 || groupBytesMax > GROUP_BYTES_MAX)
      throw new IllegalArgumentException("groups of " + groupBytesMax + " bytes");
    if (queueBytesMax < 1) throw new IllegalArgumentException("a queue of " + queueBytesMax);
  }

  /// The size of the segment with that sequence number: a log begins small.
  int segmentBytes(long sequence) {
    long doubled = (long) FIRST_SEGMENT_BYTES << Math.min(sequence - 1, 16);
    return (int) Math.min(segmentBytes, doubled);
  }

  /// For members that keep their data.
  public static LogSettings defaults() {
    return new LogSettings(64 << 20, 4 << 20, 64 << 20);
  }

  /// For members that keep nothing, and for simulated ones: little memory, many segments.
  public static LogSettings small() {
    return new LogSettings(64 << 10, 64 << 10, 16 << 20);
  }
}
