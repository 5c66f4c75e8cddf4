package io.jangada.store;

import io.jangada.bytes.Bytes;
import io.jangada.bytes.MalformedException;
import io.jangada.raft.Membership;
import io.jangada.raft.SnapshotMeta;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.zip.CRC32C;

/// Writes one snapshot file in `tmp`, chunk after chunk.
final class SnapshotWriter implements AutoCloseable {
  /// Synced whenever that much was written, so that no sync takes long.
  private static final long SYNC_BYTES = 4 << 20;

  private final String name;
  private final DiskFile file;
  private final CRC32C crc = new CRC32C();
  private int[] lengths = new int[16];
  private int chunks;
  private long sizeBytes;
  private long position;
  private long syncedAt;

  private SnapshotWriter(String name, DiskFile file, Membership membership) {
    this.name = name;
    this.file = file;
    this.position = SnapshotFormat.headBytes(membership);
    this.syncedAt = position;
  }

  /// Begins a file, with room for the head that such a membership takes.
  static SnapshotWriter create(Disk disk, String name, Membership membership) throws IOException {
    return new SnapshotWriter(name, disk.create(name), membership);
  }

  /// Goes on with a file that has a head, after the blocks in it that are good.
  ///
  /// @param announced what the head says
  static SnapshotWriter resume(DiskFile file, String name, SnapshotMeta announced)
      throws IOException {
    SnapshotWriter writer = new SnapshotWriter(name, file, announced.membership());
    while (writer.chunks < announced.chunks()) {
      Bytes chunk = writer.nextGood();
      if (chunk == null) break;
      writer.count(chunk);
    }
    file.truncate(writer.position);
    return writer;
  }

  private Bytes nextGood() throws IOException {
    try {
      int length = SnapshotReader.read(file, position, SnapshotFormat.BLOCK_HEAD_BYTES).getInt();
      if (length < 0 || length > SnapshotStore.CHUNK_BYTES_MAX) return null;
      if (position + SnapshotFormat.BLOCK_HEAD_BYTES + length > file.size()) return null;
      return SnapshotReader.chunkOf(
          SnapshotReader.read(file, position, SnapshotFormat.BLOCK_HEAD_BYTES + length), chunks);
    } catch (MalformedException e) {
      return null;
    }
  }

  String name() {
    return name;
  }

  /// How many chunks were written.
  int chunks() {
    return chunks;
  }

  /// The sum of their lengths.
  long sizeBytes() {
    return sizeBytes;
  }

  /// The checksum of all of them.
  int crc32c() {
    return (int) crc.getValue();
  }

  void writeHead(SnapshotMeta meta) throws IOException {
    file.write(0, SnapshotFormat.encodeHead(meta));
  }

  /// After a [DiskFullException] the same chunk can be appended again.
  void append(Bytes chunk) throws IOException {
    if (chunk.length() > SnapshotStore.CHUNK_BYTES_MAX || chunks == SnapshotStore.CHUNKS_MAX)
      throw new IllegalArgumentException("chunk " + chunks + " of " + chunk.length() + " bytes");
    ByteBuffer block = ByteBuffer.allocate(SnapshotFormat.BLOCK_HEAD_BYTES + chunk.length());
    block.putInt(chunk.length()).putInt(SnapshotFormat.blockCrc(chunks, chunk));
    chunk.putInto(block);
    file.write(position, block.flip());
    count(chunk);
    if (position - syncedAt < SYNC_BYTES) return;
    SyncOnce.sync(file::sync);
    syncedAt = position;
  }

  private void count(Bytes chunk) {
    if (chunks == lengths.length) lengths = Arrays.copyOf(lengths, 2 * chunks);
    lengths[chunks++] = chunk.length();
    sizeBytes += chunk.length();
    position += SnapshotFormat.BLOCK_HEAD_BYTES + chunk.length();
    chunk.update(crc);
  }

  /// Ends the file with its directory and makes it durable.
  void finish() throws IOException {
    ByteBuffer directory = ByteBuffer.allocate(4 * chunks + 4);
    for (int i = 0; i < chunks; i++) directory.putInt(lengths[i]);
    directory.putInt(LogFormat.crc(directory, 0, 4 * chunks));
    file.write(position, directory.flip());
    SyncOnce.sync(file::sync);
  }

  @Override
  public void close() throws IOException {
    file.close();
  }
}
