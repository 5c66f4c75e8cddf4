package io.jangada.store;

import java.nio.ByteBuffer;
import java.util.zip.CRC32C;

/// A buffer seen as sectors of groups, each of which says by itself of which group it is; see
/// [LogFormat]. A sector begins at any place of the buffer, and has a place of its own in the
/// segment, counted in sectors: it is good nowhere else.
final class Sectors {
  static final int BYTES = Disk.SECTOR_BYTES;

  /// How much of a group a sector takes.
  static final int CONTENT_BYTES = BYTES - 16;

  /// Instead of a group's number: nothing but zeroes.
  static final long BLANK = 0;

  /// Instead of a group's number: neither blank nor good.
  static final long DAMAGED = -1;

  private static final int NUMBER_AT = CONTENT_BYTES;
  private static final int FOLLOWING_AT = NUMBER_AT + 8;
  private static final int CRC_AT = FOLLOWING_AT + 4;
  private static final int FIRST = 1 << 31;

  private final ByteBuffer bytes;
  private final ByteBuffer summed;
  private final CRC32C crc = new CRC32C();

  Sectors(ByteBuffer bytes) {
    this.bytes = bytes;
    summed = bytes.duplicate().clear();
  }

  /// How many sectors a group takes.
  static long count(long contentBytes) {
    return (contentBytes + CONTENT_BYTES - 1) / CONTENT_BYTES;
  }

  /// Makes sectors of a group's content. It is at the beginning of the buffer and is spread over
  /// it; what remains of the last sector's content must be zero.
  void spread(int count, long number, long place) {
    for (int i = count - 1; i > 0; i--)
      bytes.put(i * BYTES, bytes, i * CONTENT_BYTES, CONTENT_BYTES);
    int seal = 0;
    for (int i = 1; i < count; i++) {
      finish(i * BYTES, number, count - 1 - i, place + i);
      seal = LogFormat.seal(seal, checksumAt(i * BYTES));
    }
    bytes.putInt(LogFormat.SEAL_AT, seal);
    finish(0, number, count - 1 | FIRST, place);
  }

  private void finish(int at, long number, int following, long place) {
    bytes.putLong(at + NUMBER_AT, number).putInt(at + FOLLOWING_AT, following);
    bytes.putInt(at + CRC_AT, sum(at, place));
  }

  /// The number of the group that the sector is of, or [#BLANK], or [#DAMAGED].
  long numberAt(int at, long place) {
    long number = bytes.getLong(at + NUMBER_AT);
    if (number > 0 && checksumAt(at) == sum(at, place)) return number;
    return Zeros.is(bytes, at, at + BYTES) ? BLANK : DAMAGED;
  }

  /// Whether a group begins with the sector.
  boolean isFirstAt(int at) {
    return (bytes.getInt(at + FOLLOWING_AT) & FIRST) != 0;
  }

  /// How many sectors of the same group follow.
  int followingAt(int at) {
    return bytes.getInt(at + FOLLOWING_AT) & ~FIRST;
  }

  int checksumAt(int at) {
    return bytes.getInt(at + CRC_AT);
  }

  void putContent(int at, ByteBuffer target) {
    target.put(target.position(), bytes, at, CONTENT_BYTES);
    target.position(target.position() + CONTENT_BYTES);
  }

  private int sum(int at, long place) {
    crc.reset();
    crc.update(summed.limit(at + CRC_AT).position(at));
    return (int) crc.getValue() ^ (int) place;
  }
}
