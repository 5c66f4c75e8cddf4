package io.jangada.cli.backup;

import io.jangada.bytes.Bytes;
import io.jangada.bytes.MalformedException;
import io.jangada.codec.BackupFormat;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Optional;
import java.util.zip.CRC32C;

/// Reads a backup from front to end, and checks all of it on the way. Wherever it is not what was
/// written, there is a [MalformedException], or an [EOFException] where it ends too early.
final class BackupReader {
  private static final int SHA256_BYTES = 32;
  private static final int PART_BYTES = 64 << 10;

  private final FileChannel channel;
  private final Description description;
  private final CRC32C crc = new CRC32C();
  private int chunks;
  private long bytes;

  /// @param channel at the beginning of the file
  BackupReader(FileChannel channel) throws IOException {
    this.channel = channel;
    ByteBuffer head = read(BackupFormat.HEAD_BYTES);
    int length = BackupFormat.descriptionBytes(head);
    byte[] all = new byte[BackupFormat.HEAD_BYTES + length + BackupFormat.CRC_BYTES];
    head.get(all, 0, BackupFormat.HEAD_BYTES);
    read(length + BackupFormat.CRC_BYTES)
        .get(all, BackupFormat.HEAD_BYTES, length + BackupFormat.CRC_BYTES);
    description = Description.parse(BackupFormat.description(all));
  }

  Description description() {
    return description;
  }

  /// The next chunk; empty after the last one, when all was what it should be.
  Optional<Bytes> next() throws IOException {
    int length = read(4).getInt();
    int crc = read(4).getInt();
    if (length == 0) {
      finish(crc);
      return Optional.empty();
    }
    if (length < 0 || length > BackupFormat.CHUNK_BYTES_MAX || chunks == description.chunks())
      throw new MalformedException("chunk " + chunks + " has " + length + " bytes");
    Bytes chunk = Bytes.wrap(read(length).array());
    if (BackupFormat.chunkCrc(chunks, chunk) != crc)
      throw new MalformedException("chunk " + chunks + " is damaged");
    chunks++;
    bytes += length;
    chunk.update(this.crc);
    return Optional.of(chunk);
  }

  private void finish(int whole) throws IOException {
    if (chunks != description.chunks() || bytes != description.sizeBytes())
      throw new MalformedException("it ends after " + chunks + " of " + description.chunks());
    if ((int) crc.getValue() != whole) throw new MalformedException("its checksum is wrong");
    long end = channel.position();
    if (channel.size() == end) return;
    if (channel.size() != end + SHA256_BYTES || !isSha256Of(end))
      throw new MalformedException("something follows its end");
  }

  /// Whether what follows is the SHA-256 of all before, as it is where one of etcd's clients saved
  /// the backup.
  private boolean isSha256Of(long end) throws IOException {
    byte[] expected = read(SHA256_BYTES).array();
    MessageDigest sha256;
    try {
      sha256 = MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("the JDK has no SHA-256", e);
    }
    channel.position(0);
    for (long left = end; left > 0; ) {
      ByteBuffer part = read((int) Math.min(left, PART_BYTES));
      left -= part.remaining();
      sha256.update(part);
    }
    return MessageDigest.isEqual(expected, sha256.digest());
  }

  private ByteBuffer read(int length) throws IOException {
    ByteBuffer buffer = ByteBuffer.allocate(length);
    while (buffer.hasRemaining())
      if (channel.read(buffer) < 0) throw new EOFException("it ends too early");
    return buffer.flip();
  }
}
