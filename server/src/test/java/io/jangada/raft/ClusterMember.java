package io.jangada.raft;

import io.jangada.bytes.Bytes;
import io.jangada.raft.MemberDisk.StoredSnapshot;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.TreeMap;
import java.util.random.RandomGenerator;
import java.util.zip.CRC32C;

/// One member as its replica would run it: the node, its disk, a state machine that is the list of
/// commands applied, and snapshots of that list in chunks.
final class ClusterMember {
  final int id;
  final RaftConfig config;
  final RandomGenerator random;
  final MemberDisk disk = new MemberDisk();
  final int chunkBytes;

  /// Null while the member is down.
  RaftNode node;

  /// The state machine: commands applied, and the last index applied.
  final List<String> state = new ArrayList<>();

  long applied;

  /// What the node answered, since the beginning.
  final TreeMap<Long, EntryId> proposed = new TreeMap<>();

  final TreeMap<Long, Ready.Reason> dropped = new TreeMap<>();
  final List<Long> reads = new ArrayList<>();
  final List<RaftEvent> events = new ArrayList<>();

  /// Inputs that come from this member's own snapshot store.
  final ArrayDeque<Input> inputs = new ArrayDeque<>();

  /// Snapshots that are arriving, not durable yet.
  private final TreeMap<String, List<Bytes>> arriving = new TreeMap<>();

  ClusterMember(RaftConfig config, RandomGenerator random, int chunkBytes) {
    this.id = config.id();
    this.config = config;
    this.random = random;
    this.chunkBytes = chunkBytes;
  }

  boolean isUp() {
    return node != null;
  }

  /// Whether its node was told of a loss that its disk does not know of.
  boolean hasLoss() {
    return node.incarnation().rejoining() && !disk.standing.rejoining();
  }

  void start() {
    Recovered recovered = disk.recover();
    node = new RaftNode(config, recovered, random);
    state.clear();
    applied = 0;
    if (recovered.snapshot() != null) restore(recovered.snapshot());
  }

  void crash(int written, int torn) {
    disk.crash(written, torn);
    node = null;
    inputs.clear();
    arriving.clear();
  }

  /// Does all that `ready` asks for, except sending.
  void take(Ready ready) {
    for (Ready.Proposed answer : ready.requests().proposed())
      proposed.put(answer.ticket(), answer.id());
    for (Ready.Dropped answer : ready.requests().dropped())
      dropped.put(answer.ticket(), answer.reason());
    if (ready.disk().persist() != null) disk.give(ready.disk().persist());
    if (ready.apply().restore() != null) restore(ready.apply().restore());
    for (Entry entry : ready.apply().committed()) apply(entry);
    reads.addAll(ready.apply().reads());
    for (Ready.ChunkRead read : ready.disk().chunkReads()) load(read);
    for (Ready.ChunkWrite write : ready.disk().chunkWrites()) store(write);
    events.addAll(ready.events());
    disk.forgetSnapshotsBefore(node.snapshotsNeededFrom());
  }

  private void apply(Entry entry) {
    Invariants.check(entry.index() == applied + 1, "entries are applied without a gap");
    applied = entry.index();
    if (entry.kind() == Entry.Kind.COMMAND) state.add(entry.data().toUtf8());
  }

  /// Takes a snapshot of what is applied, durable at once.
  SnapshotMeta snapshot() {
    StringBuilder text = new StringBuilder();
    for (String command : state) text.append(command).append('\n');
    byte[] bytes = text.toString().getBytes(StandardCharsets.UTF_8);
    List<Bytes> chunks = new ArrayList<>();
    for (int at = 0; at == 0 || at < bytes.length; at += chunkBytes)
      chunks.add(
          Bytes.wrap(Arrays.copyOfRange(bytes, at, Math.min(bytes.length, at + chunkBytes))));
    CRC32C crc = new CRC32C();
    crc.update(bytes);
    SnapshotMeta meta =
        new SnapshotMeta(
            new EntryId(applied, node.termAt(applied)),
            node.membershipAt(applied),
            chunks.size(),
            bytes.length,
            (int) crc.getValue());
    disk.snapshots.put(applied, new StoredSnapshot(meta, chunks));
    return meta;
  }

  private void restore(SnapshotMeta meta) {
    StoredSnapshot snapshot =
        Objects.requireNonNull(disk.snapshots.get(meta.last().index()), "a snapshot to restore");
    StringBuilder text = new StringBuilder();
    snapshot.chunks().forEach(chunk -> text.append(chunk.toUtf8()));
    state.clear();
    text.toString().lines().forEach(state::add);
    applied = meta.last().index();
  }

  private void load(Ready.ChunkRead read) {
    StoredSnapshot snapshot = disk.snapshots.get(read.meta().last().index());
    Invariants.check(snapshot != null, "a snapshot that is being installed is kept");
    inputs.add(new Input.ChunkLoaded(read, snapshot.chunks().get(read.chunk())));
  }

  private void store(Ready.ChunkWrite write) {
    SnapshotMeta meta = write.meta();
    long index = meta.last().index();
    if (disk.snapshots.containsKey(index)) {
      inputs.add(new Input.ChunkStored(meta, meta.chunks()));
      return;
    }
    List<Bytes> chunks = arriving.computeIfAbsent(meta.toString(), _ -> new ArrayList<>());
    if (write.chunk() == chunks.size()) chunks.add(write.data());
    if (chunks.size() == meta.chunks()) {
      disk.snapshots.put(index, new StoredSnapshot(meta, chunks));
      arriving.clear();
    }
    inputs.add(new Input.ChunkStored(meta, chunks.size()));
  }

  @Override
  public String toString() {
    return "n" + id;
  }
}
