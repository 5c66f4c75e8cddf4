package io.jangada.node;

import static io.jangada.node.HandCluster.assertDone;
import static org.assertj.core.api.Assertions.assertThat;

import io.jangada.bytes.Bytes;
import io.jangada.kv.Change;
import io.jangada.kv.Condition;
import io.jangada.kv.KeyRange;
import io.jangada.kv.KvLimits;
import io.jangada.kv.Lifetime;
import io.jangada.kv.Operation;
import io.jangada.kv.Result;
import io.jangada.node.watch.Recorder;
import io.jangada.node.watch.Watch;
import io.jangada.node.watch.WatchRequest;
import io.jangada.store.LogSettings;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/// Members that remove many keys, two at a time, driven by hand turn by turn.
class RemovalTest {
  private static final int KEYS = 20;
  private static final int SLICE_KEYS = 2;
  private static final int TURNS_MAX = 1_000;
  private static final long LEASE = 7;
  private static final Bytes OTHER = Bytes.utf8("other");

  private final HandCluster cluster =
      new HandCluster(
          3,
          new HandCluster.Settings(
              settings ->
                  settings.withUpkeep(
                      ReplicaSettings.Upkeep.NONE.withHistory(
                          new ReplicaSettings.History(true, 0, 0))),
              new Start.StorageSettings(
                  "by-hand",
                  new LogSettings(64 << 10, 64 << 10, 1 << 20),
                  KvLimits.DEFAULT.withSliceKeys(SLICE_KEYS))));
  private HandMember leader;
  private Replica replica;
  private final Recorder recorder = new Recorder();

  @BeforeEach
  void fill() {
    leader = cluster.elect(1);
    replica = leader.replica();
    List<Outcome> granted = leader.ask(new Operation.Grant(LEASE, 2_000));
    cluster.ticks(1);
    assertDone(granted);
    // A lease has its keys in another order than theirs.
    for (int key = KEYS; key-- > 0; ) put("k" + (char) ('a' + key));
    put("other");
    replica.watch(new Watch.Asked(new WatchRequest(KeyRange.ALL)), recorder);
    cluster.settle();
  }

  private void put(String key) {
    var change = new Change.Set(Bytes.utf8("v"), 0);
    var lifetime = key.startsWith("k") ? new Lifetime.Leased(LEASE) : new Lifetime.ForEver();
    List<Outcome> outcomes =
        leader.ask(
            new Operation.Put(Bytes.utf8(key), change, lifetime, new Condition.Always(), false));
    cluster.ticks(1);
    assertDone(outcomes);
  }

  /// Each member has a turn, and what was sent arrives.
  private void turn() {
    for (HandMember member : cluster.members()) member.replica().poll();
    cluster.deliver();
    for (HandMember member : cluster.members()) member.work();
  }

  private void turnsUntilBehind(long nanosApart) {
    for (int turns = 0; !replica.isBehind(); turns++) {
      assertThat(turns).isLessThan(TURNS_MAX);
      cluster.now += nanosApart;
      turn();
    }
  }

  /// That a removal is done in many turns, in which the leader goes on leading and shows nothing.
  private void assertInSlices(List<Outcome> removed) {
    List<Outcome> read = leader.ask(new Operation.Range(KeyRange.ALL));
    List<Outcome> here = leader.read("ka", new ReadConsistency.BoundedStale(10_000));
    List<Outcome> written = leader.write("new", "v");
    List<Outcome> snapshot = new ArrayList<>();
    replica.takeSnapshot(snapshot::add);
    long digest = replica.kv().digest();
    long sent = cluster.count(HandCluster::isAppend);
    int turns = 0;
    for (; replica.kv().isBehind(); turns++) {
      assertThat(removed).isEmpty();
      assertThat(read).isEmpty();
      assertThat(here).isEmpty();
      assertThat(written).isEmpty();
      assertThat(recorder.events).isEmpty();
      assertThat(replica.kv().digest()).isEqualTo(digest);
      cluster.now += HandCluster.TICK;
      turn();
    }
    assertThat(turns).isGreaterThanOrEqualTo(KEYS / SLICE_KEYS - 1);
    assertThat(cluster.count(HandCluster::isAppend)).isGreaterThan(sent + 2);
    assertThat(snapshot).singleElement().isInstanceOf(Outcome.Busy.class);
    cluster.ticks(10);
    assertDone(removed);
    assertThat(HandCluster.found(here)).startsWith("NotFound");
    assertThat(((Outcome.Done) read.getFirst()).result())
        .isInstanceOfSatisfying(
            Result.Ranged.class,
            range -> assertThat(range.entries()).extracting(each -> each.key()).contains(OTHER));
    assertDone(written);
    assertThat(recorder.events.subList(0, KEYS))
        .allMatch(event -> event.removed())
        .extracting(event -> event.entry().key().toUtf8())
        .isSorted();
    for (HandMember member : cluster.members())
      assertThat(member.replica().kv().digest()).isEqualTo(replica.kv().digest());
    assertThat(leader.leads()).isTrue();
  }

  @Test
  @DisplayName("a range is deleted in slices")
  void range() {
    List<Outcome> removed =
        leader.ask(new Operation.DeleteRange(KeyRange.prefix(Bytes.utf8("k")), true));
    turnsUntilBehind(0);
    assertInSlices(removed);
    var result = (Result.Removed) ((Outcome.Done) removed.getFirst()).result();
    assertThat(result.count()).isEqualTo(KEYS);
    assertThat(result.formers()).hasSize(KEYS);
  }

  @Test
  @DisplayName("a lease that is revoked takes its keys with it in slices")
  void revoked() {
    List<Outcome> removed = leader.ask(new Operation.Revoke(LEASE));
    turnsUntilBehind(0);
    assertInSlices(removed);
  }

  @Test
  @DisplayName("a lease that is due ends in slices")
  void due() {
    turnsUntilBehind(HandCluster.TICK);
    assertInSlices(leader.ask(new Operation.Revoke(LEASE)));
  }
}
