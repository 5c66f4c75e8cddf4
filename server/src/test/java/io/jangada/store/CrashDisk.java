package io.jangada.store;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.random.RandomGenerator;

/// A disk that takes the promises of [Disk] at their word: a crash loses whatever they allow it to
/// lose. It can crash at any operation, fail any, and be full. After a failed sync it behaves as
/// operating systems do: what was not written counts as written, and can be read.
final class CrashDisk implements Disk {
  /// Thrown by the operation in which the machine stops, and by all later ones.
  static final class Crash extends RuntimeException {
    private static final long serialVersionUID = 1L;

    Crash() {
      super("crash", null, false, false);
    }
  }

  /// What happens to what was not synced.
  enum Loss {
    /// The process died, the machine did not: all can still be read, and can still be lost later.
    NONE_YET,
    ALL,
    SOME
  }

  private static final class Node {
    byte[] now = new byte[0];
    byte[] durable = new byte[0];

    /// The sectors that a sync would write.
    BitSet dirty = new BitSet();

    void write() {
      byte[] written = Arrays.copyOf(durable, now.length);
      dirty.stream()
          .map(sector -> sector * SECTOR_BYTES)
          .filter(at -> at < now.length)
          .forEach(at -> System.arraycopy(now, at, written, at, lengthOf(at, now)));
      durable = written;
      dirty.clear();
    }

    private static int lengthOf(int at, byte[] bytes) {
      return Math.min(SECTOR_BYTES, bytes.length - at);
    }
  }

  /// A change of names that is not durable.
  private record Change(String from, String to, Node node) {
    boolean isIn(String directory) {
      return parent(to != null ? to : from).equals(directory);
    }

    void apply(TreeMap<String, Node> names) {
      if (from != null && (to == null || names.get(from) == node)) names.remove(from);
      if (to != null) names.put(to, node);
    }
  }

  private final TreeMap<String, Node> names = new TreeMap<>();
  private final TreeMap<String, Node> durableNames = new TreeMap<>();
  private final TreeSet<String> directories = new TreeSet<>();
  private final TreeSet<String> locks = new TreeSet<>();
  private List<Change> changes = new ArrayList<>();

  /// Operations that change something, so far.
  int operations;

  /// The number of the operation that crashes.
  int crashAt = Integer.MAX_VALUE;

  /// The number of the operation that fails.
  int failAt = Integer.MAX_VALUE;

  long capacityBytes = Long.MAX_VALUE;

  /// Whether the process has as many files open as it may.
  boolean outOfFiles;

  /// Syncs of files, so far.
  int syncs;

  /// Bytes that were written to files, so far.
  long bytesWritten;

  /// Writes to files of full size that were the first in a page and left some of it, so far.
  int pagesBegun;

  /// Files of released segments that became segments again, so far.
  int recycled;

  /// The machine starts again after a crash.
  void restart(Loss loss, RandomGenerator dice) {
    locks.clear();
    crashAt = Integer.MAX_VALUE;
    if (loss == Loss.NONE_YET) return;
    for (Change change : changes)
      if (loss == Loss.SOME && dice.nextBoolean()) change.apply(durableNames);
    changes = new ArrayList<>();
    names.clear();
    names.putAll(durableNames);
    for (Node node : new LinkedHashSet<>(names.values())) lose(node, loss, dice);
  }

  private static void lose(Node node, Loss loss, RandomGenerator dice) {
    if (loss == Loss.SOME) node.durable = mixed(node, dice);
    node.now = node.durable.clone();
    node.dirty.clear();
  }

  private static byte[] mixed(Node node, RandomGenerator dice) {
    int from = Math.min(node.now.length, node.durable.length);
    int to = Math.max(node.now.length, node.durable.length);
    int size =
        switch (dice.nextInt(3)) {
          case 0 -> node.durable.length;
          case 1 -> node.now.length;
          default -> from + dice.nextInt(to - from + 1);
        };
    byte[] mixed = new byte[size];
    int odds = dice.nextInt(1, 8);
    for (int at = 0; at < size; at += SECTOR_BYTES) {
      byte[] source = dice.nextInt(8) < odds ? node.now : node.durable;
      int length = Math.min(SECTOR_BYTES, Math.min(size, source.length) - at);
      if (length > 0) System.arraycopy(source, at, mixed, at, length);
    }
    return mixed;
  }

  /// A copy of all files as they read now.
  TreeMap<String, byte[]> contents() {
    TreeMap<String, byte[]> contents = new TreeMap<>();
    names.forEach((name, node) -> contents.put(name, node.now.clone()));
    return contents;
  }

  /// A copy of all files as they surely are after a power failure.
  TreeMap<String, byte[]> durable() {
    TreeMap<String, byte[]> contents = new TreeMap<>();
    durableNames.forEach((name, node) -> contents.put(name, node.durable.clone()));
    return contents;
  }

  /// A disk on which those files are durable.
  static CrashDisk of(TreeMap<String, byte[]> contents) {
    CrashDisk disk = new CrashDisk();
    contents.forEach(
        (name, bytes) -> {
          Node node = new Node();
          node.now = bytes.clone();
          node.durable = bytes.clone();
          disk.names.put(name, node);
          disk.durableNames.put(name, node);
          for (String up = parent(name); !up.isEmpty(); up = parent(up)) disk.directories.add(up);
        });
    return disk;
  }

  long usedBytes() {
    long bytes = 0;
    for (Node node : names.values()) bytes += node.now.length;
    return bytes;
  }

  private static String parent(String name) {
    return name.substring(0, Math.max(0, name.lastIndexOf('/')));
  }

  /// @return whether this is the operation in which the machine stops
  private boolean begins() throws IOException {
    operations++;
    if (operations > crashAt) throw new Crash();
    if (operations == failAt) throw new IOException("input/output error");
    return operations == crashAt;
  }

  private void change(Change change) throws IOException {
    boolean crashes = begins();
    change.apply(names);
    changes.add(change);
    if (crashes) throw new Crash();
  }

  @Override
  public DiskFile open(String name) throws IOException {
    if (outOfFiles) throw new TooManyFilesException(name + ": too many open files", null);
    Node node = names.get(name);
    if (node == null) throw new MissingFileException(name);
    return new OpenFile(name, node);
  }

  @Override
  public DiskFile create(String name) throws IOException {
    if (outOfFiles) throw new TooManyFilesException(name + ": too many open files", null);
    if (!parent(name).isEmpty() && !directories.contains(parent(name)))
      throw new MissingFileException(parent(name));
    change(new Change(null, name, new Node()));
    return open(name);
  }

  @Override
  public boolean exists(String name) {
    return names.containsKey(name) || directories.contains(name);
  }

  @Override
  public List<String> list(String directory) {
    TreeSet<String> found = new TreeSet<>();
    for (String name : names.keySet())
      if (parent(name).equals(directory)) found.add(name.substring(name.lastIndexOf('/') + 1));
    return List.copyOf(found);
  }

  @Override
  public void rename(String from, String to) throws IOException {
    if (!names.containsKey(from)) throw new MissingFileException(from);
    if (from.endsWith(".spare") && to.endsWith(".log")) recycled++;
    change(new Change(from, to, names.get(from)));
  }

  @Override
  public void delete(String name) throws IOException {
    if (names.containsKey(name)) change(new Change(name, null, names.get(name)));
  }

  @Override
  public void makeDirectory(String name) {
    directories.add(name);
  }

  @Override
  public void syncDirectory(String name) throws IOException {
    if (begins()) throw new Crash();
    List<Change> rest = new ArrayList<>();
    for (Change change : changes) {
      if (change.isIn(name)) change.apply(durableNames);
      else rest.add(change);
    }
    changes = rest;
  }

  @Override
  public long usableBytes() {
    return capacityBytes - usedBytes();
  }

  @Override
  public DiskLock lock(String name) throws DirectoryLockedException {
    if (!locks.add(name)) throw new DirectoryLockedException(name + " is locked");
    return () -> locks.remove(name);
  }

  private final class OpenFile implements DiskFile {
    private final String name;
    private final Node node;

    OpenFile(String name, Node node) {
      this.name = name;
      this.node = node;
    }

    @Override
    public long size() {
      return node.now.length;
    }

    @Override
    public int read(long position, ByteBuffer target) {
      if (position >= node.now.length) return -1;
      int length = (int) Math.min(Math.min(target.remaining(), 777), node.now.length - position);
      target.put(node.now, (int) position, length);
      return length;
    }

    @Override
    public void write(long position, ByteBuffer source) throws IOException {
      boolean crashes = begins();
      int end = (int) position + source.remaining();
      bytesWritten += source.remaining();
      boolean isFirst = (end - 1) / 4096 * 4096 >= position;
      if (isFirst && end % 4096 != 0 && end < node.now.length) pagesBegun++;
      if (end > node.now.length) {
        if (usedBytes() + end - node.now.length > capacityBytes)
          throw new DiskFullException(name + ": no space", null);
        node.now = Arrays.copyOf(node.now, end);
      }
      source.get(node.now, (int) position, source.remaining());
      node.dirty.set((int) position / SECTOR_BYTES, (end + SECTOR_BYTES - 1) / SECTOR_BYTES);
      if (crashes) throw new Crash();
    }

    @Override
    public void truncate(long size) throws IOException {
      boolean crashes = begins();
      if (size < node.now.length) node.now = Arrays.copyOf(node.now, (int) size);
      if (crashes) throw new Crash();
    }

    @Override
    public void sync() throws IOException {
      try {
        if (begins()) throw new Crash();
      } catch (IOException e) {
        node.dirty.clear();
        throw e;
      }
      node.write();
      syncs++;
    }

    @Override
    public void close() {}
  }
}
