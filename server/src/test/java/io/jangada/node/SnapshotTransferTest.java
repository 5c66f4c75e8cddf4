package io.jangada.node;

import static org.assertj.core.api.Assertions.assertThat;

import io.jangada.bytes.Bytes;
import io.jangada.kv.Condition;
import io.jangada.kv.Envelope;
import io.jangada.kv.KvLimits;
import io.jangada.kv.KvStore;
import io.jangada.kv.Operation;
import io.jangada.kv.Snapshot;
import io.jangada.raft.Entry;
import io.jangada.raft.EntryId;
import io.jangada.raft.HardState;
import io.jangada.raft.Input;
import io.jangada.raft.Membership;
import io.jangada.raft.Message;
import io.jangada.raft.RaftConfig;
import io.jangada.raft.RaftNode;
import io.jangada.raft.Ready;
import io.jangada.raft.Recovered;
import io.jangada.raft.SnapshotMeta;
import io.jangada.store.MemoryDisk;
import io.jangada.store.SnapshotStore;
import io.jangada.store.SnapshotTasks;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/// A follower's snapshots: its protocol, its snapshot store and what moves between them.
class SnapshotTransferTest {
  private static final Membership MEMBERS = Membership.of(1, 2, 3);
  private static final int LEADER = 1;
  private static final int FOLLOWER = 2;

  private record Made(SnapshotMeta meta, List<Bytes> chunks) {}

  private final KvStore leaders = new KvStore(KvLimits.DEFAULT);
  private final MemoryDisk disk = new MemoryDisk();
  private final SnapshotTasks tasks =
      new SnapshotTasks(SnapshotStore.open(disk), 1 << 20, () -> {});
  private final SnapshotTransfer transfer =
      new SnapshotTransfer(
          tasks,
          ReplicaSettings.of(RaftConfig.of(FOLLOWER, MEMBERS)).withSnapshotBytes(1 << 20),
          42,
          new ReplicaStats());
  private final RaftNode node =
      new RaftNode(
          RaftConfig.of(FOLLOWER, MEMBERS),
          new Recovered(HardState.INITIAL, EntryId.ZERO, List.of(), null),
          new SplittableRandom(1));
  private final List<KvStore> restored = new ArrayList<>();

  SnapshotTransferTest() throws IOException {}

  private static Bytes command(long index) {
    Bytes value = Bytes.wrap(new byte[50_000]);
    var write = new Operation.Write(Bytes.utf8("k" + index), value, 0, new Condition.Always());
    return io.jangada.kv.CommandCodec.encode(new Envelope(null, 0, write));
  }

  /// The leader applies entries up to `index` and makes a snapshot there.
  private Made snapshotAt(long index) throws IOException {
    while (leaders.appliedIndex() < index)
      leaders.apply(leaders.appliedIndex() + 1, command(leaders.appliedIndex() + 1));
    List<Bytes> chunks = new ArrayList<>();
    try (SnapshotStore store = SnapshotStore.open(new MemoryDisk())) {
      store.begin(new EntryId(index, 1), MEMBERS);
      Snapshot snapshot = leaders.snapshot();
      for (Optional<Bytes> chunk; (chunk = snapshot.nextChunk()).isPresent(); ) {
        chunks.add(chunk.get());
        store.append(chunk.get());
      }
      return new Made(store.finish(), chunks);
    }
  }

  /// The follower gets all of a snapshot, and its disk stores it.
  private void install(Made made) throws IOException {
    for (int i = 0; i < made.chunks.size(); i++) {
      node.step(
          new Input.Receive(
              new Message.InstallSnapshot(LEADER, FOLLOWER, 1, made.meta, i, made.chunks.get(i))));
      act();
      work();
      act();
    }
  }

  private void act() {
    Ready ready = node.advance();
    if (ready.disk().persist() != null) node.step(new Input.Synced(ready.disk().persist().batch()));
    ready.disk().chunkWrites().forEach(transfer::write);
    if (ready.apply().restore() != null)
      transfer.restore(ready.apply().restore(), KvLimits.DEFAULT);
  }

  /// One turn of the snapshots' disk.
  private void work() throws IOException {
    for (var done : tasks.work()) transfer.done(done, node, 0);
    transfer.drive(node, restored::add);
  }

  private List<String> snapshots() {
    return disk.list("snapshot");
  }

  @Test
  @DisplayName("an installed snapshot is loaded chunk by chunk and becomes the state")
  void load() throws IOException {
    Made made = snapshotAt(10);
    assertThat(made.chunks).hasSizeGreaterThan(3);
    install(made);
    assertThat(transfer.isRestoring()).isTrue();
    assertThat(restored).isEmpty();
    while (tasks.isBehind()) work();
    assertThat(transfer.isRestoring()).isFalse();
    assertThat(restored).singleElement().satisfies(state -> assertSame(state, leaders));
  }

  private static void assertSame(KvStore state, KvStore other) {
    assertThat(state.appliedIndex()).isEqualTo(other.appliedIndex());
    assertThat(state.digest()).isEqualTo(other.digest());
    assertThat(state.size()).isEqualTo(other.size());
  }

  @Test
  @DisplayName(
      "a snapshot that is being loaded is kept until then, though a newer one is installed")
  void keptWhileLoading() throws IOException {
    Made first = snapshotAt(10);
    long digest = leaders.digest();
    Made second = snapshotAt(15);
    install(first);
    assertThat(transfer.isRestoring()).isTrue();

    // The entries that the second covers came before it, but not that they are committed: so the
    // log is kept, and the first goes on being loaded.
    List<Entry> entries = new ArrayList<>();
    for (long i = 11; i <= 20; i++) entries.add(new Entry(i, 1, Entry.Kind.COMMAND, command(i)));
    node.step(
        new Input.Receive(
            new Message.AppendEntries(LEADER, FOLLOWER, 1, new EntryId(10, 1), entries, 10, 0)));
    act();
    // The disk gets the second's chunks while reads of the first wait for their turn.
    for (int i = 0; i < second.chunks.size(); i++) {
      node.step(
          new Input.Receive(
              new Message.InstallSnapshot(
                  LEADER, FOLLOWER, 1, second.meta, i, second.chunks.get(i))));
      act();
    }
    while (tasks.isBehind()) {
      work();
      act();
    }
    assertThat(node.commit()).isEqualTo(15);
    assertThat(restored).singleElement();
    assertThat(restored.getFirst().digest()).isEqualTo(digest);
    assertThat(snapshots()).as("the first is let go of afterwards").hasSize(1);
  }

  @Test
  @DisplayName("a second snapshot that cuts the log takes the place of the first in the middle")
  void overtaken() throws IOException {
    install(snapshotAt(10));
    assertThat(transfer.isRestoring()).isTrue();
    install(snapshotAt(30));
    while (tasks.isBehind()) work();
    assertThat(restored).last().satisfies(state -> assertSame(state, leaders));
    assertThat(snapshots()).hasSize(1);
  }
}
