package io.jangada.sim;

import io.jangada.store.DirectoryLockedException;
import io.jangada.store.Disk;
import io.jangada.store.DiskFile;
import io.jangada.store.DiskFullException;
import io.jangada.store.DiskLock;
import io.jangada.store.MissingFileException;
import io.jangada.store.TooManyFilesException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.random.RandomGenerator;

/// A disk that keeps exactly what [Disk] promises and no more. A crash takes any subset of the
/// sectors and names that were not synced. It can be told to crash its member in the middle of an
/// operation, to fail a sync, to be full, to lose everything or the end of the log, and to let bits
/// rot.
final class SimDisk implements Disk {
  /// The member dies here, in the middle of what it was doing to its disk.
  static final class CrashedException extends RuntimeException {
    private static final long serialVersionUID = 1L;
  }

  /// A sync that failed because it was told to.
  static final class FailedSyncException extends IOException {
    private static final long serialVersionUID = 1L;

    FailedSyncException(String name) {
      super(name + ": sync failed");
    }
  }

  private static final class Contents {
    byte[] now = new byte[0];
    int size;
    byte[] synced = new byte[0];
    int syncedSize;
    final SortedSet<Integer> dirty = new TreeSet<>();
    boolean rotten;
  }

  private sealed interface Change {
    record Named(String name, Contents contents) implements Change {}

    record Renamed(String from, String to, Contents contents) implements Change {}

    record Deleted(String name) implements Change {}
  }

  private record Pending(String directory, Change change) {}

  private final RandomGenerator random;
  private final SortedMap<String, Contents> files = new TreeMap<>();
  private final SortedMap<String, Contents> syncedFiles = new TreeMap<>();
  private final SortedSet<String> directories = new TreeSet<>(List.of(""));
  private List<Pending> pending = new ArrayList<>();
  private final SortedSet<String> locks = new TreeSet<>();
  private long operations;
  private long crashAt = Long.MAX_VALUE;
  private boolean failNextSync;
  private boolean full;
  private boolean outOfFiles;
  private int shortages;

  SimDisk(RandomGenerator random) {
    this.random = random;
  }

  /// Dies in the middle of the operation that comes after this many others.
  void crashAfter(int moreOperations) {
    crashAt = operations + moreOperations;
  }

  void failNextSync() {
    failNextSync = true;
  }

  /// From now on there is no space, or every second time no descriptor to open a file with; or
  /// there is again.
  void setFull(boolean full) {
    boolean files = full && shortages++ % 2 == 1;
    this.full = full && !files;
    outOfFiles = files;
  }

  /// What is left after the power failed, or the process died and took the machine along.
  void crash() {
    crashAt = Long.MAX_VALUE;
    failNextSync = false;
    locks.clear();
    for (Pending one : pending) if (random.nextBoolean()) apply(one.change);
    pending = new ArrayList<>();
    files.clear();
    files.putAll(syncedFiles);
    for (Contents contents : files.values()) tear(contents);
  }

  /// What is left after the process alone died: the operating system keeps what it was given.
  void restart() {
    crashAt = Long.MAX_VALUE;
    failNextSync = false;
    locks.clear();
  }

  /// All that was on it is gone. For a member that is down.
  void wipe() {
    files.clear();
    syncedFiles.clear();
    directories.clear();
    directories.add("");
    pending = new ArrayList<>();
  }

  /// Loses the last file of the log. Returns its name; null where the file is not there durably, or
  /// is the only one and no incarnation file says that there must be one. For a member that is
  /// down.
  String loseLastSegment() {
    List<String> segments = new ArrayList<>(files.keySet());
    segments.removeIf(name -> !name.startsWith("log/") || !name.endsWith(".log"));
    if (segments.isEmpty() || !pending.isEmpty()) return null;
    if (segments.size() == 1 && !files.containsKey("standing")) return null;
    String last = segments.getLast();
    files.remove(last);
    syncedFiles.remove(last);
    return last;
  }

  /// Flips a bit in one of the files that lie in `place`, or have that name; mostly in a byte that
  /// is not blank. Returns where; null when there is no such file, or nothing in it.
  String rot(String place, RandomGenerator dice) {
    List<String> names = new ArrayList<>();
    for (String name : files.keySet()) if (isRead(name) && isAt(place, name)) names.add(name);
    if (names.isEmpty()) return null;
    String name = names.get(dice.nextInt(names.size()));
    Contents contents = files.get(name);
    if (contents.size == 0) return null;
    int at = dice.nextInt(contents.size);
    for (int tries = 0; tries < 64 && contents.now[at] == 0; tries++)
      at = dice.nextInt(contents.size);
    byte bit = (byte) (1 << dice.nextInt(8));
    contents.now[at] ^= bit;
    if (at < contents.syncedSize) contents.synced[at] ^= bit;
    contents.rotten = true;
    return name + " at byte " + at;
  }

  private static boolean isAt(String place, String name) {
    return name.equals(place) || parent(name).equals(place);
  }

  /// Whether bits have flipped in a file that a member may still read.
  boolean isRotten() {
    return isRotten(files) || isRotten(syncedFiles);
  }

  private static boolean isRotten(SortedMap<String, Contents> files) {
    for (var each : files.entrySet())
      if (each.getValue().rotten && isRead(each.getKey())) return true;
    return false;
  }

  private static boolean isRead(String name) {
    return !parent(name).equals("damaged") && !name.endsWith(".damaged") && !name.endsWith("spare");
  }

  /// Everything on it was checked.
  void checked() {
    files.values().forEach(contents -> contents.rotten = false);
    syncedFiles.values().forEach(contents -> contents.rotten = false);
  }

  /// A disk that holds those files that lie in `place`, or have that name, as they surely survive a
  /// power failure at this moment, and nothing else.
  SimDisk durableCopy(String place) {
    SimDisk copy = new SimDisk(new SplittableRandom(0));
    copy.directories.addAll(directories);
    syncedFiles.forEach(
        (name, contents) -> {
          if (!isAt(place, name)) return;
          Contents copied = new Contents();
          copied.synced = Arrays.copyOf(contents.synced, contents.syncedSize);
          copied.now = copied.synced.clone();
          copied.syncedSize = contents.syncedSize;
          copied.size = contents.syncedSize;
          copy.files.put(name, copied);
          copy.syncedFiles.put(name, copied);
        });
    return copy;
  }

  private void tear(Contents contents) {
    if (contents.size != contents.syncedSize) {
      int low = Math.min(contents.size, contents.syncedSize);
      int high = Math.max(contents.size, contents.syncedSize);
      contents.syncedSize = random.nextInt(low, high + 1);
      contents.synced = Arrays.copyOf(contents.synced, Math.max(contents.synced.length, high));
    }
    for (int sector : contents.dirty) {
      if (random.nextBoolean()) continue;
      int from = sector * SECTOR_BYTES;
      int to = Math.min(from + SECTOR_BYTES, Math.min(contents.size, contents.syncedSize));
      if (from < to) System.arraycopy(contents.now, from, contents.synced, from, to - from);
    }
    contents.dirty.clear();
    Arrays.fill(
        contents.synced,
        Math.min(contents.syncedSize, contents.synced.length),
        contents.synced.length,
        (byte) 0);
    contents.size = contents.syncedSize;
    contents.now = Arrays.copyOf(contents.synced, Math.max(contents.size, 1));
  }

  private void apply(Change change) {
    switch (change) {
      case Change.Named(String name, Contents contents) -> syncedFiles.put(name, contents);
      case Change.Renamed(String from, String to, Contents contents) -> {
        syncedFiles.remove(from);
        syncedFiles.put(to, contents);
      }
      case Change.Deleted(String name) -> syncedFiles.remove(name);
    }
  }

  private void operate() {
    if (operations++ >= crashAt) throw new CrashedException();
  }

  @Override
  public DiskFile open(String name) throws IOException {
    operate();
    needDescriptor(name);
    return new SimFile(name, find(name));
  }

  @Override
  public DiskFile create(String name) throws IOException {
    operate();
    needParent(name);
    needDescriptor(name);
    if (full) throw new DiskFullException(name + ": no space left", null);
    Contents contents = new Contents();
    files.put(name, contents);
    pending.add(new Pending(parent(name), new Change.Named(name, contents)));
    return new SimFile(name, contents);
  }

  private void needDescriptor(String name) throws IOException {
    if (outOfFiles) throw new TooManyFilesException(name + ": too many open files", null);
  }

  @Override
  public boolean exists(String name) {
    return files.containsKey(name) || directories.contains(name);
  }

  @Override
  public List<String> list(String directory) {
    SortedSet<String> names = new TreeSet<>();
    for (String name : files.keySet()) if (parent(name).equals(directory)) names.add(last(name));
    for (String name : directories)
      if (!name.isEmpty() && parent(name).equals(directory)) names.add(last(name));
    return List.copyOf(names);
  }

  @Override
  public void rename(String from, String to) throws IOException {
    operate();
    needParent(to);
    Contents contents = find(from);
    files.remove(from);
    files.put(to, contents);
    pending.add(new Pending(parent(to), new Change.Renamed(from, to, contents)));
  }

  @Override
  public void delete(String name) {
    operate();
    if (files.remove(name) != null)
      pending.add(new Pending(parent(name), new Change.Deleted(name)));
  }

  /// A directory is there for good at once: losing one would only lose the files in it.
  @Override
  public void makeDirectory(String name) throws IOException {
    operate();
    needParent(name);
    directories.add(name);
  }

  @Override
  public void syncDirectory(String name) throws IOException {
    operate();
    List<Pending> others = new ArrayList<>();
    for (Pending one : pending) {
      boolean leaves =
          one.change instanceof Change.Renamed renamed && parent(renamed.from).equals(name);
      if (!one.directory.equals(name) && !leaves) {
        others.add(one);
        continue;
      }
      apply(one.change);
      // A file that has its new name for good can no longer come to have the old one.
      if (one.change instanceof Change.Renamed renamed)
        others.removeIf(
            other ->
                other.change instanceof Change.Named named && named.contents == renamed.contents);
    }
    pending = others;
  }

  @Override
  public long usableBytes() {
    return full ? 0 : 1L << 30;
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
    if (!directories.contains(parent(name))) throw new MissingFileException(parent(name));
  }

  private static String parent(String name) {
    int slash = name.lastIndexOf('/');
    return slash < 0 ? "" : name.substring(0, slash);
  }

  private static String last(String name) {
    return name.substring(name.lastIndexOf('/') + 1);
  }

  private final class SimFile implements DiskFile {
    private final String name;
    private final Contents contents;

    SimFile(String name, Contents contents) {
      this.name = name;
      this.contents = contents;
    }

    @Override
    public long size() {
      return contents.size;
    }

    @Override
    public int read(long position, ByteBuffer target) {
      operate();
      if (position >= contents.size) return -1;
      int length = (int) Math.min(target.remaining(), contents.size - position);
      if (length > 1 && random.nextInt(8) == 0) length = random.nextInt(1, length);
      target.put(contents.now, (int) position, length);
      return length;
    }

    @Override
    public void write(long position, ByteBuffer source) throws IOException {
      int end = Math.toIntExact(position + source.remaining());
      if (full && end > contents.size) throw new DiskFullException(name + ": no space left", null);
      boolean dies = operations++ >= crashAt;
      if (dies) {
        // Whole sectors only: no sector is ever half old and half new.
        end = random.nextInt((int) position, end + 1) / SECTOR_BYTES * SECTOR_BYTES;
        source.limit(source.position() + Math.max(0, end - (int) position));
      }
      if (end > contents.now.length)
        contents.now = Arrays.copyOf(contents.now, Math.max(end, contents.now.length * 2));
      if (source.hasRemaining()) {
        for (int s = (int) position / SECTOR_BYTES; s <= (end - 1) / SECTOR_BYTES; s++)
          contents.dirty.add(s);
        contents.size = Math.max(contents.size, end);
        source.get(contents.now, (int) position, source.remaining());
      }
      if (dies) throw new CrashedException();
    }

    @Override
    public void truncate(long size) {
      operate();
      if (size >= contents.size) return;
      Arrays.fill(contents.now, (int) size, contents.size, (byte) 0);
      for (int s = (int) size / SECTOR_BYTES; s <= (contents.size - 1) / SECTOR_BYTES; s++)
        contents.dirty.add(s);
      contents.size = (int) size;
    }

    @Override
    public void sync() throws IOException {
      operate();
      if (failNextSync) {
        failNextSync = false;
        // The page cache calls what it could not write clean, shows it, and never writes it again.
        contents.dirty.clear();
        throw new FailedSyncException(name);
      }
      if (contents.synced.length < contents.size)
        contents.synced = Arrays.copyOf(contents.synced, contents.now.length);
      for (int sector : contents.dirty) {
        int from = sector * SECTOR_BYTES;
        int to =
            Math.min(from + SECTOR_BYTES, Math.min(contents.now.length, contents.synced.length));
        if (from < to) System.arraycopy(contents.now, from, contents.synced, from, to - from);
      }
      contents.dirty.clear();
      contents.syncedSize = contents.size;
    }

    @Override
    public void close() {}
  }
}
