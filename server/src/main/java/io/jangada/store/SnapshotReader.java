package io.jangada.store;

import io.jangada.bytes.Bytes;
import io.jangada.bytes.MalformedException;
import io.jangada.raft.SnapshotMeta;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.zip.CRC32C;

/// Reads one snapshot file. Whatever it gives has been checked.
final class SnapshotReader implements AutoCloseable {
  private final String name;
  private final DiskFile file;
  private final SnapshotMeta meta;
  private final long[] blockAt;

  /// @throws CorruptSnapshotException when head, size and directory do not fit together
  SnapshotReader(Disk disk, String name) throws IOException {
    this.name = name;
    file = disk.open(name);
    try {
      meta = readHead(file);
      blockAt = readDirectory();
    } catch (MalformedException e) {
      file.close();
      throw corrupt(e.getMessage());
    } catch (IOException e) {
      file.close();
      throw e;
    }
  }

  SnapshotMeta meta() {
    return meta;
  }

  /// @param number from 0 up to the last chunk
  /// @throws CorruptSnapshotException when the chunk is not what was written
  Bytes chunk(int number) throws IOException {
    if (number < 0 || number >= meta.chunks())
      throw new IllegalArgumentException("chunk " + number + " of " + meta.chunks());
    int length = (int) (blockAt[number + 1] - blockAt[number]);
    try {
      ByteBuffer block = read(file, blockAt[number], length);
      return chunkOf(block, number);
    } catch (MalformedException e) {
      throw corrupt(e.getMessage());
    }
  }

  /// Reads the whole snapshot.
  ///
  /// @throws CorruptSnapshotException when any of it is not what was written
  void verify() throws IOException {
    CRC32C crc = new CRC32C();
    for (int number = 0; number < meta.chunks(); number++) chunk(number).update(crc);
    if ((int) crc.getValue() != meta.crc32c()) throw corrupt("the checksum of all chunks is wrong");
  }

  static SnapshotMeta readHead(DiskFile file) throws IOException {
    if (file.size() < SnapshotFormat.HEAD_BYTES)
      throw new MalformedException("the file has " + file.size() + " bytes");
    ByteBuffer head = read(file, 0, SnapshotFormat.HEAD_BYTES);
    int length = SnapshotFormat.headBytes(head);
    return SnapshotFormat.decodeHead(length == head.limit() ? head : read(file, 0, length));
  }

  /// @param block an array of its own, which the chunk keeps
  /// @throws MalformedException when the block is not good
  static Bytes chunkOf(ByteBuffer block, int number) {
    int length = block.getInt();
    int crc = block.getInt();
    if (length != block.remaining())
      throw new MalformedException("chunk " + number + " says that it has " + length + " bytes");
    Bytes chunk = Bytes.slice(block.array(), block.position(), length);
    if (crc != SnapshotFormat.blockCrc(number, chunk))
      throw new MalformedException("chunk " + number + " has a wrong checksum");
    return chunk;
  }

  static ByteBuffer read(DiskFile file, long at, int length) throws IOException {
    ByteBuffer buffer = ByteBuffer.allocate(length);
    while (buffer.hasRemaining())
      if (file.read(at + buffer.position(), buffer) < 0)
        throw new MalformedException("the file ends at byte " + (at + buffer.position()));
    return buffer.flip();
  }

  private long[] readDirectory() throws IOException {
    long at = SnapshotFormat.directoryAt(meta);
    int bytes = SnapshotFormat.directoryBytes(meta);
    if (meta.sizeBytes() > file.size() || file.size() != at + bytes)
      throw new MalformedException(
          "the file has " + file.size() + " bytes instead of " + (at + bytes));
    ByteBuffer directory = read(file, at, bytes);
    if (directory.getInt(bytes - 4) != LogFormat.crc(directory, 0, bytes - 4))
      throw new MalformedException("a directory with a wrong checksum");
    long[] starts = new long[meta.chunks() + 1];
    starts[0] = SnapshotFormat.headBytes(meta.membership());
    for (int i = 0; i < meta.chunks(); i++) {
      int length = directory.getInt();
      if (length < 0 || length > SnapshotStore.CHUNK_BYTES_MAX)
        throw new MalformedException("a chunk of " + length + " bytes");
      starts[i + 1] = starts[i] + SnapshotFormat.BLOCK_HEAD_BYTES + length;
    }
    if (starts[meta.chunks()] != at)
      throw new MalformedException("a directory that does not add up");
    return starts;
  }

  private CorruptSnapshotException corrupt(String what) {
    return new CorruptSnapshotException("the snapshot " + name + " is damaged: " + what);
  }

  @Override
  public void close() throws IOException {
    file.close();
  }
}
