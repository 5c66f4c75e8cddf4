package io.jangada.store;

import io.jangada.bytes.Bytes;
import io.jangada.bytes.MalformedException;
import io.jangada.raft.EntryId;
import io.jangada.raft.Membership;
import io.jangada.raft.SnapshotMeta;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.SortedSet;
import java.util.TreeMap;

/// A member's snapshots on a [Disk]: those that are whole, the one that is being taken, the one
/// that is being received. The bytes are described at [SnapshotFormat].
///
/// All methods wait for the disk, and all belong to one thread. [SnapshotTasks] makes work for such
/// a thread of them.
public final class SnapshotStore implements AutoCloseable {
  /// The largest chunk.
  public static final int CHUNK_BYTES_MAX = 16 << 20;

  /// The most chunks of a snapshot.
  public static final int CHUNKS_MAX = 1 << 20;

  private static final String DIRECTORY = "snapshot";
  private static final String TEMPORARY = "tmp";
  private static final String WHOLE = ".snap";
  private static final String TAKEN = ".taken";
  private static final String RECEIVED = ".received";
  private static final String DAMAGED = ".damaged";

  private final Disk disk;
  private final TreeMap<EntryId, String> whole =
      new TreeMap<>(Comparator.comparingLong(EntryId::index).thenComparingLong(EntryId::term));
  private Taking taking;
  private Receiving receiving;
  private SnapshotReader reader;

  /// The snapshot to start from.
  ///
  /// @param meta empty when the log goes back to its very beginning
  /// @param damaged what is wrong with newer ones, a sentence each; they were set aside
  public record Latest(Optional<SnapshotMeta> meta, List<String> damaged) {}

  private record Taking(EntryId last, Membership membership, SnapshotWriter writer) {}

  private record Receiving(SnapshotMeta meta, SnapshotWriter writer) {}

  private SnapshotStore(Disk disk) {
    this.disk = disk;
  }

  /// Opens the directory `snapshot`, or makes it, and takes up a transfer that was interrupted.
  public static SnapshotStore open(Disk disk) throws IOException {
    SnapshotStore store = new SnapshotStore(disk);
    disk.makeDirectory(DIRECTORY);
    disk.makeDirectory(TEMPORARY);
    disk.syncDirectory("");
    for (String name : names(disk)) store.whole.put(idOf(name), name);
    for (String name : disk.list(TEMPORARY))
      if (!name.endsWith(RECEIVED) || !store.resumed(TEMPORARY + "/" + name))
        disk.delete(TEMPORARY + "/" + name);
    return store;
  }

  /// The names of the files in `snapshot/` that should be whole.
  static List<String> names(Disk disk) throws IOException {
    return disk.list(DIRECTORY).stream()
        .filter(name -> name.matches("[0-9]{1,19}-[0-9]{1,19}\\" + WHOLE))
        .map(name -> DIRECTORY + "/" + name)
        .filter(name -> idOf(name) != null)
        .toList();
  }

  private static EntryId idOf(String name) {
    String[] parts =
        name.substring(DIRECTORY.length() + 1, name.length() - WHOLE.length()).split("-");
    try {
      return new EntryId(Long.parseLong(parts[0]), Long.parseLong(parts[1]));
    } catch (NumberFormatException e) {
      return null;
    }
  }

  private boolean resumed(String name) throws IOException {
    if (receiving != null) return false;
    DiskFile file = disk.open(name);
    try {
      SnapshotMeta meta = SnapshotReader.readHead(file);
      receiving = new Receiving(meta, SnapshotWriter.resume(file, name, meta));
      return true;
    } catch (MalformedException e) {
      return false;
    } finally {
      if (receiving == null) file.close();
    }
  }

  /// The newest snapshot that is whole, every byte of it checked. One that is damaged is set aside
  /// if an older one, together with the log, makes up for it.
  ///
  /// @param logBase the place before the first entry of the log
  /// @throws CorruptSnapshotException when entries up to `logBase` are in no good snapshot
  public Latest latest(EntryId logBase) throws IOException {
    List<String> damaged = new ArrayList<>();
    List<EntryId> setAside = new ArrayList<>();
    SnapshotMeta found = null;
    for (EntryId last : whole.descendingKeySet()) {
      if (last.index() < logBase.index() || found != null) break;
      try (SnapshotReader candidate = new SnapshotReader(disk, whole.get(last))) {
        if (!candidate.meta().last().equals(last))
          throw new CorruptSnapshotException(
              "the snapshot " + whole.get(last) + " is that of " + candidate.meta().last());
        candidate.verify();
        found = candidate.meta();
      } catch (CorruptSnapshotException e) {
        damaged.add(e.getMessage());
        setAside.add(last);
      }
    }
    if (found == null && logBase.index() > 0)
      throw new CorruptSnapshotException(
          "the log goes on after entry "
              + logBase
              + ", and there is no good snapshot of what came before"
              + (damaged.isEmpty() ? "" : ": " + String.join("; ", damaged)));
    for (EntryId last : setAside) disk.rename(whole.get(last), whole.remove(last) + DAMAGED);
    return new Latest(Optional.ofNullable(found), damaged);
  }

  /// The membership that the newest snapshot has, of those with a good head.
  static Optional<Membership> newestMembership(Disk disk) throws IOException {
    Optional<SnapshotMeta> newest = Optional.empty();
    for (String name : names(disk)) {
      try (DiskFile file = disk.open(name)) {
        SnapshotMeta meta = SnapshotReader.readHead(file);
        if (newest.isEmpty() || newest.get().last().index() < meta.last().index())
          newest = Optional.of(meta);
      } catch (MalformedException e) {
        // Another one may be good.
      }
    }
    return newest.map(SnapshotMeta::membership);
  }

  /// Begins a snapshot of this member's own state. One that was begun before and not finished is
  /// forgotten.
  public void begin(EntryId last, Membership membership) throws IOException {
    abandonTaken();
    String name = TEMPORARY + "/" + last.index() + "-" + last.term() + TAKEN;
    taking = new Taking(last, membership, SnapshotWriter.create(disk, name, membership));
  }

  /// Adds the next chunk, of at most [#CHUNK_BYTES_MAX] bytes.
  public void append(Bytes chunk) throws IOException {
    needTaking().writer.append(chunk);
  }

  /// Ends the snapshot. When this returns, it is durable.
  public SnapshotMeta finish() throws IOException {
    Taking taken = needTaking();
    SnapshotWriter writer = taken.writer;
    SnapshotMeta meta =
        new SnapshotMeta(
            taken.last, taken.membership, writer.chunks(), writer.sizeBytes(), writer.crc32c());
    writer.writeHead(meta);
    publish(meta, writer);
    taking = null;
    return meta;
  }

  /// Forgets the snapshot that is being taken, if there is one.
  public void abandonTaken() throws IOException {
    if (taking != null) drop(taking.writer);
    taking = null;
  }

  /// Whether a snapshot was begun and neither finished nor abandoned.
  public boolean isTaking() {
    return taking != null;
  }

  private Taking needTaking() {
    if (taking == null) throw new IllegalStateException("no snapshot is being taken");
    return taking;
  }

  /// How many chunks of a snapshot that another member sends are here already.
  public int received(SnapshotMeta meta) throws IOException {
    if (holdsWhole(meta)) return meta.chunks();
    return receiving != null && receiving.meta.equals(meta) ? receiving.writer.chunks() : 0;
  }

  /// Takes one chunk of a snapshot that another member sends. Chunks are taken in their order, any
  /// other is passed over. A chunk of another snapshot than the present one ends that one.
  ///
  /// @param number 0 for the first chunk
  /// @return how many chunks are here now
  /// @throws CorruptSnapshotException when the chunk cannot belong to such a snapshot; what was
  ///   here of it is forgotten
  public int receive(SnapshotMeta meta, int number, Bytes chunk) throws IOException {
    if (holdsWhole(meta)) return meta.chunks();
    if (receiving == null || !receiving.meta.equals(meta)) beginReceiving(meta);
    SnapshotWriter writer = receiving.writer;
    if (number != writer.chunks() || number >= meta.chunks()) return writer.chunks();
    if (chunk.length() > CHUNK_BYTES_MAX
        || writer.sizeBytes() + chunk.length() > meta.sizeBytes()) {
      abandonReceived();
      throw new CorruptSnapshotException(
          "chunk " + number + " of " + chunk.length() + " bytes does not fit into " + meta);
    }
    writer.append(chunk);
    return writer.chunks();
  }

  private void beginReceiving(SnapshotMeta meta) throws IOException {
    abandonReceived();
    if (meta.chunks() > CHUNKS_MAX)
      throw new CorruptSnapshotException("a snapshot of " + meta.chunks() + " chunks");
    String name = TEMPORARY + "/" + meta.last().index() + "-" + meta.last().term() + RECEIVED;
    receiving = new Receiving(meta, SnapshotWriter.create(disk, name, meta.membership()));
    receiving.writer.writeHead(meta);
  }

  /// Checks a snapshot of which all chunks were received. When this returns, it is durable.
  ///
  /// @throws CorruptSnapshotException when it is not the one that was announced; it is forgotten
  public void complete(SnapshotMeta meta) throws IOException {
    if (holdsWhole(meta)) return;
    if (received(meta) < meta.chunks())
      throw new IllegalStateException(received(meta) + " chunks are here of " + meta);
    SnapshotWriter writer = receiving.writer;
    if (writer.sizeBytes() != meta.sizeBytes() || writer.crc32c() != meta.crc32c()) {
      abandonReceived();
      throw new CorruptSnapshotException("what was received is not " + meta);
    }
    publish(meta, writer);
    receiving = null;
  }

  /// Forgets the snapshot that is being received, if there is one.
  public void abandonReceived() throws IOException {
    if (receiving != null) drop(receiving.writer);
    receiving = null;
  }

  private void drop(SnapshotWriter writer) throws IOException {
    writer.close();
    disk.delete(writer.name());
  }

  private void publish(SnapshotMeta meta, SnapshotWriter writer) throws IOException {
    writer.finish();
    closeReader();
    String name = DIRECTORY + "/" + meta.last().index() + "-" + meta.last().term() + WHOLE;
    disk.rename(writer.name(), name);
    disk.syncDirectory(DIRECTORY);
    writer.close();
    whole.put(meta.last(), name);
  }

  private boolean holdsWhole(SnapshotMeta meta) throws IOException {
    if (!whole.containsKey(meta.last())) return false;
    try {
      return reader(meta.last()).meta().equals(meta);
    } catch (CorruptSnapshotException e) {
      return false;
    }
  }

  /// One chunk of a whole snapshot.
  ///
  /// @throws CorruptSnapshotException when it is not what was written
  /// @throws MissingFileException when there is no such snapshot (any more)
  public Bytes readChunk(EntryId last, int number) throws IOException {
    return reader(last).chunk(number);
  }

  /// @throws MissingFileException when there is no such snapshot (any more)
  public SnapshotMeta meta(EntryId last) throws IOException {
    return reader(last).meta();
  }

  private SnapshotReader reader(EntryId last) throws IOException {
    if (reader != null && reader.meta().last().equals(last)) return reader;
    closeReader();
    String name = whole.get(last);
    if (name == null) throw new MissingFileException("the snapshot of " + last);
    reader = new SnapshotReader(disk, name);
    return reader;
  }

  private void closeReader() throws IOException {
    SnapshotReader closing = reader;
    reader = null;
    if (closing != null) closing.close();
  }

  /// Has a snapshot count as damaged from now on. Nothing happens when there is none.
  public void setAside(EntryId last) throws IOException {
    String name = whole.remove(last);
    if (name == null) return;
    if (reader != null && reader.meta().last().equals(last)) closeReader();
    disk.rename(name, name + DAMAGED);
    disk.syncDirectory(DIRECTORY);
  }

  /// Writes where the member stands, on the thread that keeps snapshots.
  void mark(IncarnationFile incarnation) throws IOException {
    incarnation.write(disk);
  }

  /// Deletes what is older than `indexMin`, and what was set aside as damaged. The newest snapshot
  /// stays in any case.
  ///
  /// @param kept indexes of older snapshots that stay
  public void retain(long indexMin, SortedSet<Long> kept) throws IOException {
    for (EntryId last : List.copyOf(whole.keySet())) {
      if (last.index() >= indexMin || last.equals(whole.lastKey())) break;
      if (kept.contains(last.index())) continue;
      if (reader != null && reader.meta().last().equals(last)) closeReader();
      disk.delete(whole.get(last));
      whole.remove(last);
    }
    for (String name : disk.list(DIRECTORY))
      if (name.endsWith(DAMAGED)) disk.delete(DIRECTORY + "/" + name);
    if (receiving != null && receiving.meta.last().index() < indexMin) abandonReceived();
  }

  @Override
  public void close() throws IOException {
    closeReader();
    if (receiving != null) receiving.writer.close();
    if (taking != null) taking.writer.close();
  }
}
