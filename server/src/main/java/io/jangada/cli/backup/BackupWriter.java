package io.jangada.cli.backup;

import io.jangada.bytes.Bytes;
import io.jangada.bytes.MalformedException;
import io.jangada.codec.BackupFormat;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Optional;
import java.util.Set;
import java.util.zip.CRC32C;

/// Writes a backup beside its place, and moves it there when it is whole and durable.
final class BackupWriter implements AutoCloseable {
  private static final int SYNC_BYTES = 4 << 20;

  private final Path file;
  private final Path part;
  private final FileChannel channel;
  private final CRC32C crc = new CRC32C();
  private final Description description;
  private int chunks;
  private long bytes;
  private long unsynced;

  private BackupWriter(Path file, FileChannel channel, Description description) {
    this.file = file;
    this.part = part(file);
    this.channel = channel;
    this.description = description;
  }

  private static Path part(Path file) {
    return file.resolveSibling(file.getFileName() + ".part");
  }

  /// Begins a backup, which only its owner may read; one that was broken off is forgotten.
  static BackupWriter begin(Path file, Description description) throws IOException {
    Path part = part(file);
    Files.deleteIfExists(part);
    boolean posix = part.getFileSystem().supportedFileAttributeViews().contains("posix");
    FileAttribute<?>[] ownerOnly =
        posix
            ? new FileAttribute<?>[] {
              PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"))
            }
            : new FileAttribute<?>[0];
    FileChannel channel =
        FileChannel.open(
            part, Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE), ownerOnly);
    BackupWriter writer = new BackupWriter(file, channel, description);
    writer.write(BackupFormat.head(description.text()));
    return writer;
  }

  /// Goes on with a backup that was broken off, after the chunks that are good; empty where there
  /// is none that can be gone on with.
  static Optional<BackupWriter> resume(Path file) throws IOException {
    if (!Files.exists(part(file))) return Optional.empty();
    FileChannel channel =
        FileChannel.open(part(file), StandardOpenOption.READ, StandardOpenOption.WRITE);
    try {
      BackupReader reader = new BackupReader(channel);
      BackupWriter writer = new BackupWriter(file, channel, reader.description());
      writer.skipGood(reader);
      return Optional.of(writer);
    } catch (MalformedException | EOFException e) {
      channel.close();
      return Optional.empty();
    } catch (IOException e) {
      channel.close();
      throw e;
    }
  }

  private void skipGood(BackupReader reader) throws IOException {
    long good = channel.position();
    try {
      while (chunks < description.chunks()) {
        count(reader.next().orElseThrow(() -> new MalformedException("it ends too early")));
        good = channel.position();
      }
    } catch (MalformedException | EOFException e) {
      // From here on it was not written, or not whole.
    }
    channel.truncate(good).position(good);
  }

  Description description() {
    return description;
  }

  /// How many chunks are there.
  int chunks() {
    return chunks;
  }

  void append(Bytes chunk) throws IOException {
    write(BackupFormat.chunk(chunks, chunk));
    count(chunk);
    unsynced += chunk.length();
    if (unsynced < SYNC_BYTES) return;
    channel.force(false);
    unsynced = 0;
  }

  private void count(Bytes chunk) {
    chunks++;
    bytes += chunk.length();
    chunk.update(crc);
  }

  /// Ends the backup, makes it durable and gives it its name.
  ///
  /// @throws MalformedException when it is not what the description says
  void finish() throws IOException {
    if (chunks != description.chunks() || bytes != description.sizeBytes())
      throw new MalformedException(
          "%d chunks of %d bytes were announced, and %d of %d came"
              .formatted(description.chunks(), description.sizeBytes(), chunks, bytes));
    write(BackupFormat.end(crc));
    channel.force(true);
    channel.close();
    Files.move(part, file, StandardCopyOption.ATOMIC_MOVE);
    try (FileChannel folder = FileChannel.open(file.toAbsolutePath().getParent())) {
      folder.force(true);
    }
  }

  private void write(ByteBuffer data) throws IOException {
    while (data.hasRemaining()) channel.write(data);
  }

  /// What was written stays, to be gone on with.
  @Override
  public void close() throws IOException {
    channel.close();
  }
}
