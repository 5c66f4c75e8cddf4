package io.jangada.store;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.Channel;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;

/// The operating system's files under one directory, which only their owner may enter. Threads may
/// share it as long as each keeps to its own files.
///
/// A directory that was made or synced stays open until the lock is given up, so that to sync it
/// again needs no descriptor: what is half done then can always be brought to its end.
///
/// A thread that is interrupted while it uses a file closes that file for all threads: those that
/// work here are never interrupted.
public final class OsDisk implements Disk {
  /// What this process has locked. A second channel to such a file must not even be opened: closing
  /// it would give away the lock that the first one has (POSIX).
  private static final Set<Path> LOCKED = ConcurrentHashMap.newKeySet();

  private final Path root;
  private final boolean isReadOnly;
  private final Map<String, FileChannel> directories = new ConcurrentHashMap<>();

  /// Makes the directory, and those above it, when it is not there.
  public OsDisk(Path root) throws IOException {
    this(root, false);
    if (root.getParent() != null) Files.createDirectories(root.getParent());
    makeDirectory("");
    if (root.getParent() != null) syncPath(root.getParent());
  }

  private OsDisk(Path root, boolean isReadOnly) {
    this.root = root;
    this.isReadOnly = isReadOnly;
  }

  /// The files of a directory that is there, for reading alone: it may be mounted read-only, and
  /// nothing is made, written or removed in it, nor the lock's file. The lock keeps out those that
  /// write.
  public static OsDisk readOnly(Path root) {
    return new OsDisk(root, true);
  }

  private void needWritable() throws IOException {
    if (isReadOnly) throw new IOException(root + " was opened for reading alone");
  }

  @Override
  public DiskFile open(String name) throws IOException {
    Set<StandardOpenOption> options = EnumSet.of(StandardOpenOption.READ);
    if (!isReadOnly) options.add(StandardOpenOption.WRITE);
    try {
      return new OsFile(name, FileChannel.open(path(name), options));
    } catch (NoSuchFileException e) {
      throw new MissingFileException(name);
    } catch (IOException e) {
      throw translated(name, e);
    }
  }

  @Override
  public DiskFile create(String name) throws IOException {
    needWritable();
    try {
      return new OsFile(
          name,
          FileChannel.open(
              path(name),
              StandardOpenOption.READ,
              StandardOpenOption.WRITE,
              StandardOpenOption.CREATE,
              StandardOpenOption.TRUNCATE_EXISTING));
    } catch (IOException e) {
      throw translated(name, e);
    }
  }

  @Override
  public boolean exists(String name) {
    return Files.exists(path(name));
  }

  @Override
  public List<String> list(String directory) throws IOException {
    if (!Files.isDirectory(path(directory))) return List.of();
    try (Stream<Path> paths = Files.list(path(directory))) {
      return paths.map(path -> path.getFileName().toString()).sorted().toList();
    } catch (IOException e) {
      throw translated(directory, e);
    }
  }

  @Override
  public void rename(String from, String to) throws IOException {
    needWritable();
    try {
      Files.move(
          path(from),
          path(to),
          StandardCopyOption.ATOMIC_MOVE,
          StandardCopyOption.REPLACE_EXISTING);
    } catch (IOException e) {
      throw translated(to, e);
    }
  }

  @Override
  public void delete(String name) throws IOException {
    needWritable();
    Files.deleteIfExists(path(name));
  }

  @Override
  public void makeDirectory(String name) throws IOException {
    needWritable();
    Path path = path(name);
    FileAttribute<?> ownerOnly =
        PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------"));
    boolean posix = path.getFileSystem().supportedFileAttributeViews().contains("posix");
    try {
      if (posix) Files.createDirectory(path, ownerOnly);
      else Files.createDirectory(path);
    } catch (FileAlreadyExistsException e) {
      if (!Files.isDirectory(path)) throw e;
    } catch (IOException e) {
      throw translated(name, e);
    }
    directory(name);
  }

  @Override
  public void syncDirectory(String name) throws IOException {
    directory(name).force(true);
  }

  private FileChannel directory(String name) throws IOException {
    FileChannel open = directories.get(name);
    if (open != null && open.isOpen()) return open;
    try {
      FileChannel opened = FileChannel.open(path(name), StandardOpenOption.READ);
      directories.put(name, opened);
      return opened;
    } catch (IOException e) {
      throw translated(name, e);
    }
  }

  private static void syncPath(Path directory) throws IOException {
    try (FileChannel channel = FileChannel.open(directory, StandardOpenOption.READ)) {
      channel.force(true);
    }
  }

  private void closeDirectories() throws IOException {
    for (FileChannel each : directories.values()) each.close();
    directories.clear();
  }

  @Override
  public long usableBytes() throws IOException {
    // Unlike a file store, this asks without opening anything.
    return root.toFile().getUsableSpace();
  }

  @Override
  public DiskLock lock(String name) throws IOException {
    Path file = root.toRealPath().resolve(name);
    if (isReadOnly && !Files.exists(file)) return () -> {};
    if (!LOCKED.add(file)) throw new DirectoryLockedException(root + " is in use in this process");
    FileLock lock = null;
    try {
      lock = tryLock(file, isReadOnly);
    } finally {
      if (lock == null) LOCKED.remove(file);
    }
    if (lock == null) throw new DirectoryLockedException(root + " is in use by another process");
    Channel held = lock.acquiredBy();
    return () -> {
      if (!held.isOpen()) return;
      held.close();
      closeDirectories();
      LOCKED.remove(file);
    };
  }

  /// @param shared whether others may have it, too, that share it
  /// @return null when another process has it
  private static FileLock tryLock(Path file, boolean shared) throws IOException {
    FileChannel channel =
        shared
            ? FileChannel.open(file, StandardOpenOption.READ)
            : FileChannel.open(file, StandardOpenOption.WRITE, StandardOpenOption.CREATE);
    FileLock lock = null;
    try {
      lock = channel.tryLock(0, Long.MAX_VALUE, shared);
      return lock;
    } finally {
      if (lock == null) channel.close();
    }
  }

  private Path path(String name) {
    return name.isEmpty() ? root : root.resolve(name);
  }

  /// The JDK has no type for these; the texts are the C library's.
  private static IOException translated(String name, IOException e) {
    String message = String.valueOf(e.getMessage());
    if (message.contains("Too many open files"))
      return new TooManyFilesException(name + ": too many open files", e);
    boolean full =
        message.contains("No space left on device") || message.contains("Disk quota exceeded");
    return full ? new DiskFullException(name + ": " + message, e) : e;
  }

  @Override
  public String toString() {
    return root.toString();
  }

  private record OsFile(String name, FileChannel channel) implements DiskFile {
    @Override
    public long size() throws IOException {
      return channel.size();
    }

    @Override
    public int read(long position, ByteBuffer target) throws IOException {
      return channel.read(target, position);
    }

    @Override
    public void write(long position, ByteBuffer source) throws IOException {
      long at = position;
      try {
        while (source.hasRemaining()) at += channel.write(source, at);
      } catch (IOException e) {
        throw translated(name, e);
      }
    }

    @Override
    public void truncate(long size) throws IOException {
      channel.truncate(size);
    }

    @Override
    public void sync() throws IOException {
      channel.force(false);
    }

    @Override
    public void close() throws IOException {
      channel.close();
    }
  }
}
