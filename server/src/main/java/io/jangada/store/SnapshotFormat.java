package io.jangada.store;

import io.jangada.bytes.Bytes;
import io.jangada.bytes.MalformedException;
import io.jangada.raft.EntryId;
import io.jangada.raft.Membership;
import io.jangada.raft.SnapshotMeta;
import java.nio.ByteBuffer;
import java.util.zip.CRC32C;

/// A snapshot on disk, byte by byte: the files `snapshot/<index>-<term>.snap`, named after the last
/// entry that each covers. Numbers are big-endian; checksums are CRC32C.
///
/// A file has three parts: the head, one block for each chunk, the directory.
///
/// The head takes [#HEAD_BYTES] bytes, or [#WIDE_HEAD_BYTES] where the membership with its
/// addresses does not fit otherwise, whatever is not used being zero:
///
/// | at | bytes | what |
/// |---|---|---|
/// | 0 | 8 | magic |
/// | 8 | 4 | format version: 1, or 2 with a wide head |
/// | 12 | 16 | last entry that is covered: index, term |
/// | 28 | 4 | number of chunks |
/// | 32 | 8 | sum of the chunks' lengths |
/// | 40 | 4 | checksum of all chunks' bytes, in order |
/// | 44 | 4 + n | membership: length, encoded as in an entry |
/// | -4 | 4 | at its end: checksum of all its bytes before |
///
/// A block:
///
/// | at | bytes | what |
/// |---|---|---|
/// | 0 | 4 | length of the chunk |
/// | 4 | 4 | checksum of the whole block, the chunk's number (0, 1 …) in this place |
/// | 8 | | the chunk |
///
/// The directory is the length of every chunk (4 bytes each), then a checksum of these (4). It lets
/// a reader find any chunk with one look, and the sum of all three parts must be the size of the
/// file.
///
/// A file is written in `tmp`, synced, and only then renamed to where snapshots are: what has the
/// name of a snapshot was whole once, so whatever is wrong with it later is damage. In `tmp` there
/// is at most one `….taken`, a snapshot of this member's own state, whose head is written last; and
/// at most one `….received`, which another member is sending. The head of that one comes first, so
/// that a transfer which a restart interrupted goes on after the blocks that are good.
final class SnapshotFormat {
  static final int HEAD_BYTES = 4 * Disk.SECTOR_BYTES;
  static final int WIDE_HEAD_BYTES = 80 * Disk.SECTOR_BYTES;
  static final int BLOCK_HEAD_BYTES = 8;

  private static final long MAGIC = 0x4a414e47534e4150L;
  private static final int VERSION = 1;
  private static final int WIDE_VERSION = 2;
  private static final int VERSION_AT = 8;

  /// What of a head is neither membership nor zero.
  private static final int FIXED_BYTES = 48 + 4;

  private SnapshotFormat() {}

  /// How long the head is of a snapshot with that membership.
  static int headBytes(Membership membership) {
    return membership.encode().length() + FIXED_BYTES <= HEAD_BYTES ? HEAD_BYTES : WIDE_HEAD_BYTES;
  }

  /// How long a head is, by its first [#HEAD_BYTES], which were not checked yet.
  static int headBytes(ByteBuffer start) {
    return start.getInt(VERSION_AT) == WIDE_VERSION ? WIDE_HEAD_BYTES : HEAD_BYTES;
  }

  /// Where the directory begins.
  static long directoryAt(SnapshotMeta meta) {
    return headBytes(meta.membership())
        + meta.sizeBytes()
        + (long) BLOCK_HEAD_BYTES * meta.chunks();
  }

  static int directoryBytes(SnapshotMeta meta) {
    return 4 * meta.chunks() + 4;
  }

  static ByteBuffer encodeHead(SnapshotMeta meta) {
    int length = headBytes(meta.membership());
    ByteBuffer out = ByteBuffer.allocate(length);
    out.putLong(MAGIC).putInt(length == HEAD_BYTES ? VERSION : WIDE_VERSION);
    out.putLong(meta.last().index()).putLong(meta.last().term());
    out.putInt(meta.chunks()).putLong(meta.sizeBytes()).putInt(meta.crc32c());
    Bytes membership = meta.membership().encode();
    membership.putInto(out.putInt(membership.length()));
    out.putInt(length - 4, LogFormat.crc(out, 0, length - 4));
    return out.clear();
  }

  /// @throws MalformedException when it is no head, or one of a newer format
  static SnapshotMeta decodeHead(ByteBuffer in) {
    if (in.getLong(0) != MAGIC) throw new MalformedException("not the head of a snapshot");
    int crcAt = in.limit() - 4;
    if (in.getInt(crcAt) != LogFormat.crc(in, 0, crcAt))
      throw new MalformedException("a head with a wrong checksum");
    int version = in.position(VERSION_AT).getInt();
    if (version != VERSION && version != WIDE_VERSION)
      throw new MalformedException(
          "format " + version + ", this version of the program reads up to " + WIDE_VERSION);
    EntryId last = id(in.getLong(), in.getLong());
    int chunks = in.getInt();
    long sizeBytes = in.getLong();
    int crc = in.getInt();
    int length = in.getInt();
    if (length < 0 || length > in.limit() - FIXED_BYTES)
      throw new MalformedException("a membership of " + length + " bytes");
    if (chunks < 1 || chunks > SnapshotStore.CHUNKS_MAX || sizeBytes < 0 || last.index() < 1)
      throw new MalformedException(chunks + " chunks of " + sizeBytes + " bytes up to " + last);
    Membership membership = Membership.decode(Bytes.copyOf(in.slice(in.position(), length)));
    if (headBytes(membership) != in.limit())
      throw new MalformedException("a membership of " + length + " bytes in a wide head");
    return new SnapshotMeta(last, membership, chunks, sizeBytes, crc);
  }

  private static EntryId id(long index, long term) {
    if (index < 0 || term < 0) throw new MalformedException("entry " + index + "/" + term);
    return new EntryId(index, term);
  }

  /// The checksum of a block.
  static int blockCrc(int number, Bytes chunk) {
    CRC32C crc = new CRC32C();
    crc.update(ByteBuffer.allocate(8).putInt(chunk.length()).putInt(number).flip());
    chunk.update(crc);
    return (int) crc.getValue();
  }
}
