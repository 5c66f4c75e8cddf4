package io.jangada.store;

import java.nio.ByteBuffer;

/// One group in memory, from its first record until it is written.
final class GroupBuffer {
  private static final int BYTES_MIN = 4 << 10;

  private final int keptBytesMax;
  private ByteBuffer buffer = ByteBuffer.allocateDirect(BYTES_MIN);
  private long number;
  private int records;
  private boolean isFinished;

  /// @param keptBytesMax more memory than that is given back after use
  GroupBuffer(int keptBytesMax) {
    this.keptBytesMax = Math.max(keptBytesMax, BYTES_MIN);
  }

  void begin(long number) {
    this.number = number;
    records = 0;
    isFinished = false;
    if (buffer.capacity() > keptBytesMax) buffer = ByteBuffer.allocateDirect(BYTES_MIN);
    buffer.clear().position(LogFormat.GROUP_HEADER_BYTES);
  }

  boolean isEmpty() {
    return records == 0;
  }

  /// Whether it was finished and not written since.
  boolean isFinished() {
    return isFinished;
  }

  /// The size on disk with `record` added.
  long bytesWith(LogRecord record) {
    return LogFormat.groupBytes(bodyBytes() + LogFormat.recordBytes(record));
  }

  void add(LogRecord record) {
    room(bytesWith(record));
    LogFormat.putRecord(buffer, record, number);
    records++;
  }

  void finish(long segment) {
    room(LogFormat.groupBytes(bodyBytes()));
    LogFormat.finishGroup(buffer, new LogFormat.GroupHeader(number, segment, bodyBytes(), records));
    buffer.flip();
    isFinished = true;
  }

  /// What is to be written.
  ByteBuffer bytes() {
    return buffer.duplicate();
  }

  void written() {
    isFinished = false;
  }

  private int bodyBytes() {
    return buffer.position() - LogFormat.GROUP_HEADER_BYTES;
  }

  private void room(long bytes) {
    if (bytes <= buffer.capacity()) return;
    long doubled = Math.max(bytes, Math.min(2L * buffer.capacity(), Integer.MAX_VALUE));
    ByteBuffer larger = ByteBuffer.allocateDirect(Math.toIntExact(doubled));
    buffer = larger.put(buffer.flip());
  }
}
