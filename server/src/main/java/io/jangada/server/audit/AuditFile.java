package io.jangada.server.audit;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Set;

/// The files of a trail: one that is written, and beside it the earlier ones, `.1` the latest. Only
/// the owner may read a file that is made here.
///
/// A file that was moved away or removed is left, and a new one begun. Nothing is synced: what was
/// written last may be missing after a power failure.
final class AuditFile implements AuditTrail.Output {
  private static final byte NEWLINE = '\n';

  private final AuditSettings.Place place;

  /// Null when the file is not open.
  private FileChannel channel;

  /// Tells the open file from another of its name; null where the file system cannot.
  private Object key;

  AuditFile(AuditSettings.Place place) {
    this.place = place;
  }

  @Override
  public void write(ByteBuffer lines) throws IOException {
    if (channel != null && isMoved()) close();
    if (channel == null) open();
    long size = channel.size();
    if (size > 0 && size + lines.remaining() > place.bytesMax()) {
      close();
      rotate();
      open();
      size = 0;
    }
    try {
      while (lines.hasRemaining()) channel.write(lines);
    } catch (IOException e) {
      takeBack(size, e);
      throw e;
    }
  }

  private boolean isMoved() throws IOException {
    try {
      Object now = Files.readAttributes(place.file(), BasicFileAttributes.class).fileKey();
      return key != null && !key.equals(now);
    } catch (NoSuchFileException e) {
      return true;
    }
  }

  private void open() throws IOException {
    Path file = place.file();
    // To open a pipe that has no reader would take for ever.
    if (Files.exists(file) && !Files.isRegularFile(file))
      throw new IOException(file + " is no regular file");
    if (file.getParent() != null) Files.createDirectories(file.getParent());
    FileChannel opened =
        FileChannel.open(
            file, Set.of(StandardOpenOption.CREATE, StandardOpenOption.APPEND), forOwner(file));
    try {
      key = Files.readAttributes(file, BasicFileAttributes.class).fileKey();
      if (!endsWithLine(file)) opened.write(ByteBuffer.wrap(new byte[] {NEWLINE}));
    } catch (IOException e) {
      try (opened) {
        throw e;
      }
    }
    channel = opened;
  }

  private static FileAttribute<?>[] forOwner(Path file) {
    boolean isPosix = file.getFileSystem().supportedFileAttributeViews().contains("posix");
    return isPosix
        ? new FileAttribute<?>[] {
          PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"))
        }
        : new FileAttribute<?>[0];
  }

  /// Whether the file is empty or its last line is whole: a crash may have cut it.
  private static boolean endsWithLine(Path file) throws IOException {
    try (FileChannel reader = FileChannel.open(file, StandardOpenOption.READ)) {
      ByteBuffer last = ByteBuffer.allocate(1);
      return reader.size() == 0
          || reader.read(last, reader.size() - 1) < 1
          || last.get(0) == NEWLINE;
    }
  }

  /// Takes away what was written of lines that could not be written whole.
  private void takeBack(long size, IOException why) {
    try {
      channel.truncate(size);
      close();
    } catch (IOException e) {
      why.addSuppressed(e);
      channel = null;
    }
  }

  private void rotate() throws IOException {
    for (int i = place.filesMax(); Files.deleteIfExists(numbered(i)); i++) {}
    for (int i = place.filesMax() - 1; i > 0; i--)
      if (Files.exists(numbered(i - 1)))
        Files.move(numbered(i - 1), numbered(i), StandardCopyOption.REPLACE_EXISTING);
    Files.deleteIfExists(place.file()); // where there is to be no earlier one
  }

  private Path numbered(int number) {
    Path file = place.file();
    return number == 0 ? file : file.resolveSibling(file.getFileName() + "." + number);
  }

  @Override
  public void close() throws IOException {
    FileChannel open = channel;
    channel = null;
    if (open != null) open.close();
  }
}
