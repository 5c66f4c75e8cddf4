package io.jangada.node;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.jangada.bytes.Bytes;
import io.jangada.kv.KvLimits;
import io.jangada.kv.Result;
import io.jangada.raft.EntryId;
import io.jangada.raft.HardState;
import io.jangada.raft.Membership;
import io.jangada.raft.RaftConfig;
import io.jangada.store.Disk;
import io.jangada.store.Identity;
import io.jangada.store.IdentityException;
import io.jangada.store.LogSettings;
import io.jangada.store.MemoryDisk;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class StartTest {
  private final MemoryDisk disk = new MemoryDisk();
  private final List<Outcome> outcomes = new ArrayList<>();
  private long now;

  private static Start open(Disk disk, int id, Start.StorageSettings storage, long seed)
      throws IOException {
    RaftConfig raft = RaftConfig.of(id, Membership.of(id)).withTimes(2, 4, 1);
    return Start.open(
        ReplicaSettings.of(raft),
        new Start.Storage(disk, storage, () -> {}, () -> {}),
        new SplittableRandom(seed));
  }

  private Start open() throws IOException {
    return open(disk, 1, Start.StorageSettings.small("ours"), 1);
  }

  /// A life in which keys are written, with a snapshot after the first of them.
  private long live(int keys) throws IOException {
    Start start = open();
    RaftConfig raft = RaftConfig.of(1, Membership.of(1)).withTimes(2, 4, 1);
    Replica.Dependencies world = new Replica.Dependencies(() -> now, _ -> {}, _ -> {});
    Replica replica = new Replica(ReplicaSettings.of(raft), start, world, () -> {});
    while (!replica.raft().isEstablished()) step(start, replica);
    for (int i = 0; i < keys; i++) {
      replica.submit(HandMember.writing("k" + i, "v" + i, 0), null, outcomes::add);
      step(start, replica);
      if (i == 0) replica.takeSnapshot(outcomes::add);
      step(start, replica);
    }
    replica.abandon();
    start.log().close();
    start.snapshots().close();
    assertThat(outcomes).isNotEmpty().allMatch(Outcome.Done.class::isInstance);
    return replica.kv().digest();
  }

  private void step(Start start, Replica replica) throws IOException {
    now += 10_000_000;
    for (int i = 0; i < 4; i++) {
      replica.poll();
      replica.synced(start.log().work());
      start.snapshots().work().forEach(replica::stored);
    }
    replica.poll();
  }

  @Test
  @DisplayName("a new directory begins with nothing")
  void fresh() throws IOException {
    Start start = open();
    assertThat(start.raft().term()).isZero();
    assertThat(start.raft().last()).isEqualTo(EntryId.ZERO);
    assertThat(start.kv().appliedIndex()).isZero();
    assertThat(start.raft().membership()).isEqualTo(Membership.of(1));
    assertThat(Identity.read(disk)).as("it is claimed at once").isEqualTo(Identity.of("ours", 1));
  }

  @Test
  @DisplayName("what the disk holds is there: the snapshot as state, what came after it as log")
  void recovers() throws IOException {
    live(5);
    Start start = open();
    assertThat(start.raft().hardState()).isEqualTo(new HardState(1, 1));
    assertThat(start.raft().last()).isEqualTo(new EntryId(6, 1));
    assertThat(start.raft().snapshot().last()).isEqualTo(new EntryId(2, 1));
    assertThat(start.kv().appliedIndex()).isEqualTo(2);
    assertThat(start.kv().get(Bytes.utf8("k0"))).isInstanceOf(Result.Found.class);
    assertThat(start.kv().get(Bytes.utf8("k1"))).isInstanceOf(Result.NotFound.class);
    assertThat(start.raft().inspect().entryAt(3).data()).isNotEqualTo(Bytes.EMPTY);
  }

  @Test
  @DisplayName("life after life goes on where the last one ended")
  void lives() throws IOException {
    long first = live(3);
    long second = live(1);
    assertThat(second).isNotEqualTo(first);
    Start start = open();
    assertThat(start.raft().term()).isEqualTo(2);
    assertThat(start.kv().size()).isPositive();
  }

  @Test
  @DisplayName("another member's directory, or another cluster's, is refused and left as it is")
  void foreign() throws IOException {
    live(2);
    List<String> log = disk.list("log");
    assertThatThrownBy(() -> open(disk, 2, Start.StorageSettings.small("ours"), 1))
        .isInstanceOf(IdentityException.class)
        .hasMessageContaining("member 1")
        .hasMessageContaining("member 2");
    assertThatThrownBy(() -> open(disk, 1, Start.StorageSettings.small("theirs"), 1))
        .isInstanceOf(IdentityException.class)
        .hasMessageContaining("'ours'")
        .hasMessageContaining("'theirs'");
    assertThat(disk.list("log")).isEqualTo(log);
    assertThat(open().raft().last().index()).isPositive();
  }

  @Test
  @DisplayName(
      "a snapshot made under other limits is refused, not read otherwise than it was meant")
  void otherLimits() throws IOException {
    live(2);
    KvLimits limits = new KvLimits(10, 10, new KvLimits.State(1, 1, 1, 1, 1));
    var storage = new Start.StorageSettings("ours", LogSettings.small(), limits);
    assertThatThrownBy(() -> open(disk, 1, storage, 1)).hasMessageContaining("made under");
  }

  @Test
  @DisplayName("values that no snapshot could hold are refused in the settings")
  void valuesBeyondSnapshots() {
    KvLimits.State state = KvLimits.DEFAULT.state();
    KvLimits fits = new KvLimits(1 << 10, 15 << 20, state);
    assertThat(new Start.StorageSettings("ours", LogSettings.small(), fits)).isNotNull();
    KvLimits large = new KvLimits(1 << 10, 16 << 20, state);
    assertThatThrownBy(() -> new Start.StorageSettings("ours", LogSettings.small(), large))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("valueBytesMax 16777216");
  }

  @Test
  @DisplayName("every life has a number and a secret of its own")
  void chance() throws IOException {
    Start one = open(new MemoryDisk(), 1, Start.StorageSettings.small("ours"), 1);
    Start other = open(new MemoryDisk(), 1, Start.StorageSettings.small("ours"), 2);
    assertThat(one.boot().id()).isNotEqualTo(other.boot().id());
    assertThat(one.boot().hashSeed())
        .isNotEqualTo(other.boot().hashSeed())
        .isNotEqualTo(one.boot().id());
  }
}
