package io.jangada.store;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
import java.util.TreeMap;
import java.util.TreeSet;

/// A disk for members that keep nothing: files are arrays, a sync costs nothing, and all is gone
/// with the process. For one thread.
public final class MemoryDisk implements Disk {
  private final TreeMap<String, Contents> files = new TreeMap<>();
  private final TreeSet<String> directories = new TreeSet<>();
  private final TreeSet<String> locks = new TreeSet<>();

  private static final class Contents {
    byte[] array = new byte[0];
    int size;
  }

  @Override
  public DiskFile open(String name) throws MissingFileException {
    return new MemoryFile(find(name));
  }

  @Override
  public DiskFile create(String name) throws MissingFileException {
    needParent(name);
    Contents contents = new Contents();
    files.put(name, contents);
    return new MemoryFile(contents);
  }

  @Override
  public boolean exists(String name) {
    return files.containsKey(name) || directories.contains(name);
  }

  @Override
  public List<String> list(String directory) {
    String prefix = directory.isEmpty() ? "" : directory + "/";
    TreeSet<String> names = new TreeSet<>();
    for (var all : List.of(files.navigableKeySet(), directories)) {
      for (String name : all.tailSet(prefix, false)) {
        if (!name.startsWith(prefix)) break;
        String rest = name.substring(prefix.length());
        if (rest.indexOf('/') < 0) names.add(rest);
      }
    }
    return List.copyOf(names);
  }

  @Override
  public void rename(String from, String to) throws MissingFileException {
    needParent(to);
    files.put(to, find(from));
    if (!from.equals(to)) files.remove(from);
  }

  @Override
  public void delete(String name) {
    files.remove(name);
  }

  @Override
  public void makeDirectory(String name) throws MissingFileException {
    needParent(name);
    directories.add(name);
  }

  @Override
  public void syncDirectory(String name) {}

  @Override
  public long usableBytes() {
    return Long.MAX_VALUE;
  }

  @Override
  public DiskLock lock(String name) throws DirectoryLockedException {
    if (!locks.add(name)) throw new DirectoryLockedException(name + " is locked");
    return () -> locks.remove(name);
  }

  private Contents find(String name) throws MissingFileException {
    Contents contents = files.get(name);
    if (contents == null) throw new MissingFileException(name);
    return contents;
  }

  private void needParent(String name) throws MissingFileException {
    int slash = name.lastIndexOf('/');
    if (slash >= 0 && !directories.contains(name.substring(0, slash)))
      throw new MissingFileException(name.substring(0, slash));
  }

  private record MemoryFile(Contents contents) implements DiskFile {
    @Override
    public long size() {
      return contents.size;
    }

    @Override
    public int read(long position, ByteBuffer target) {
      if (position >= contents.size) return -1;
      int length = (int) Math.min(target.remaining(), contents.size - position);
      target.put(contents.array, (int) position, length);
      return length;
    }

    @Override
    public void write(long position, ByteBuffer source) throws DiskFullException {
      long end = position + source.remaining();
      if (end > Integer.MAX_VALUE - 8) throw new DiskFullException("a file of 2 GiB", null);
      if (end > contents.array.length) {
        long doubled = Math.min(2L * contents.size, Integer.MAX_VALUE - 8);
        contents.array = Arrays.copyOf(contents.array, (int) Math.max(end, doubled));
      }
      source.get(contents.array, (int) position, source.remaining());
      contents.size = (int) Math.max(end, contents.size);
    }

    @Override
    public void truncate(long size) {
      if (size >= contents.size) return;
      contents.array = Arrays.copyOf(contents.array, (int) size);
      contents.size = (int) size;
    }

    @Override
    public void sync() {}

    @Override
    public void close() {}
  }
}
