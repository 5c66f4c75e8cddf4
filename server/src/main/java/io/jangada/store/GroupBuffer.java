package io.jangada.store;

import java.nio.ByteBuffer;

/// One group in memory, from its first record until it is written: its content in one piece, and
/// once it is finished, its sectors.
final class GroupBuffer {
  private static final int BYTES_MIN = 8 << 10;
  private static final ByteBuffer ZEROES =
      ByteBuffer.allocateDirect(LogFiles.PAGE_BYTES).asReadOnlyBuffer();

  private final int usualBytesMax;
  private ByteBuffer buffer;
  private Sectors sectors;
  private long number;
  private int records;
  private int sizeBytes;

  /// @param groupBytesMax memory for larger groups is given back after use
  GroupBuffer(int groupBytesMax) {
    usualBytesMax = Math.max(groupBytesMax + LogFiles.PAGE_BYTES, BYTES_MIN);
    use(ByteBuffer.allocateDirect(BYTES_MIN));
  }

  void begin(long number) {
    this.number = number;
    records = 0;
    sizeBytes = 0;
    if (buffer.capacity() > usualBytesMax) use(ByteBuffer.allocateDirect(BYTES_MIN));
    buffer.clear().position(LogFormat.GROUP_HEADER_BYTES);
  }

  boolean isEmpty() {
    return records == 0;
  }

  /// Whether it was finished and not written since.
  boolean isFinished() {
    return sizeBytes > 0;
  }

  /// The size on disk with `record` added.
  long bytesWith(LogRecord record) {
    return LogFormat.groupBytes(recordsBytes() + LogFormat.recordBytes(record));
  }

  void add(LogRecord record) {
    room(buffer.position() + LogFormat.recordBytes(record));
    LogFormat.putRecord(buffer, record);
    records++;
  }

  /// Makes sectors of it.
  ///
  /// @param position where in the segment it goes
  void finish(long position) {
    int size = Math.toIntExact(LogFormat.groupBytes(recordsBytes()));
    int content = size / Sectors.BYTES * Sectors.CONTENT_BYTES;
    room(size + LogFiles.PAGE_BYTES);
    buffer.putInt(0, recordsBytes()).putInt(4, records);
    zero(buffer.position(), content);
    sectors.spread(size / Sectors.BYTES, number, position / Sectors.BYTES);
    zero(size, size + LogFiles.PAGE_BYTES);
    sizeBytes = size;
  }

  /// The size on disk of the finished group.
  int sizeBytes() {
    return sizeBytes;
  }

  /// What is to be written: the group, and zeroes up to that length.
  ByteBuffer bytes(int length) {
    return buffer.duplicate().position(0).limit(length);
  }

  void written() {
    sizeBytes = 0;
  }

  private int recordsBytes() {
    return buffer.position() - LogFormat.GROUP_HEADER_BYTES;
  }

  private void zero(int from, int to) {
    for (int at = from; at < to; at += ZEROES.capacity())
      buffer.put(at, ZEROES, 0, Math.min(ZEROES.capacity(), to - at));
  }

  private void room(long bytes) {
    if (bytes <= buffer.capacity()) return;
    long doubled = Math.min(2L * buffer.capacity(), usualBytesMax);
    ByteBuffer larger = ByteBuffer.allocateDirect(Math.toIntExact(Math.max(bytes, doubled)));
    use(larger.put(buffer.flip()));
  }

  private void use(ByteBuffer buffer) {
    this.buffer = buffer;
    sectors = new Sectors(buffer);
  }
}
