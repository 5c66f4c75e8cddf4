package io.jangada.codec;

import io.jangada.bytes.Bytes;
import io.jangada.bytes.MalformedException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.zip.CRC32C;

/// A backup as bytes: one file, which holds a snapshot of a cluster's data as it was after one
/// entry of its log. Numbers are big-endian; checksums are CRC32C.
///
/// | bytes | what |
/// |---|---|
/// | 8 | `JNGDBKUP` |
/// | 4 | format version: 1 |
/// | 4 | length n of the description |
/// | n | the description: JSON in UTF-8, see below |
/// | 4 | checksum of all before |
/// | | the chunks, each: |
/// | 4 | … its length m, 1 or more |
/// | 4 | … checksum of that length, its number (4 bytes; 0, 1, …) and its bytes |
/// | m | … its bytes |
/// | 4 | 0: there are no more chunks |
/// | 4 | checksum of all chunks' bytes, in order |
///
/// The description has `cluster` (the name of the cluster it was taken of), `index` and `term` of
/// the last entry that is covered, `chunks` (how many) and `bytes` (the sum of their lengths), and
/// whatever else the server said of its snapshot. What chunks hold is described at the snapshots of
/// `io.jangada.kv`.
///
/// A backup that one of etcd's clients saved is followed by its SHA-256 (32 bytes), and has blanks
/// at the end of its description, so that its length without that is a multiple of 512.
///
/// A backup that is being taken has `.part` behind its name. It is written from front to end, so
/// that one which was broken off can be gone on with after the chunks that are good.
public final class BackupFormat {
  public static final int VERSION = 1;
  public static final int HEAD_BYTES = 16;
  public static final int DESCRIPTION_BYTES_MAX = 1 << 20;
  public static final int CHUNK_BYTES_MAX = 16 << 20;
  public static final int CHUNK_HEAD_BYTES = 8;
  public static final int CRC_BYTES = 4;

  private static final int END_BYTES = 8;
  private static final long MAGIC = 0x4a4e4744424b5550L;

  private BackupFormat() {}

  /// What a snapshot takes as a backup.
  ///
  /// @param dataBytes the sum of the chunks' lengths
  public static long sizeBytes(Bytes description, int chunks, long dataBytes) {
    return HEAD_BYTES
        + description.length()
        + CRC_BYTES
        + (long) chunks * CHUNK_HEAD_BYTES
        + dataBytes
        + END_BYTES;
  }

  /// All that stands behind the last chunk.
  ///
  /// @param crc of all chunks' bytes
  public static ByteBuffer end(CRC32C crc) {
    return ByteBuffer.allocate(END_BYTES).putInt(0).putInt((int) crc.getValue()).flip();
  }

  /// All that stands before the first chunk.
  public static ByteBuffer head(Bytes description) {
    int length = description.length();
    ByteBuffer head = ByteBuffer.allocate(HEAD_BYTES + length + CRC_BYTES);
    head.putLong(MAGIC).putInt(VERSION).putInt(length);
    description.putInto(head);
    return head.putInt(crc(head.array(), head.position())).flip();
  }

  /// How long the description is.
  ///
  /// @param head the first [#HEAD_BYTES] bytes of a file
  public static int descriptionBytes(ByteBuffer head) {
    if (head.getLong(0) != MAGIC) throw new MalformedException("it is no backup of Jangada");
    int version = head.getInt(8);
    if (version != VERSION)
      throw new MalformedException(
          "it is in format " + version + ", and this version of the program reads " + VERSION);
    int length = head.getInt(12);
    if (length < 2 || length > DESCRIPTION_BYTES_MAX)
      throw new MalformedException("it has a description of " + length + " bytes");
    return length;
  }

  /// The description out of all that stands before the first chunk.
  public static String description(byte[] head) {
    int end = head.length - CRC_BYTES;
    if (ByteBuffer.wrap(head).getInt(end) != crc(head, end))
      throw new MalformedException("its description is damaged");
    return new String(head, HEAD_BYTES, end - HEAD_BYTES, StandardCharsets.UTF_8);
  }

  public static ByteBuffer chunk(int number, Bytes chunk) {
    ByteBuffer block = ByteBuffer.allocate(CHUNK_HEAD_BYTES + chunk.length());
    block.putInt(chunk.length()).putInt(chunkCrc(number, chunk));
    chunk.putInto(block);
    return block.flip();
  }

  public static int chunkCrc(int number, Bytes chunk) {
    CRC32C crc = new CRC32C();
    crc.update(ByteBuffer.allocate(8).putInt(chunk.length()).putInt(number).flip());
    chunk.update(crc);
    return (int) crc.getValue();
  }

  private static int crc(byte[] bytes, int length) {
    CRC32C crc = new CRC32C();
    crc.update(bytes, 0, length);
    return (int) crc.getValue();
  }
}
