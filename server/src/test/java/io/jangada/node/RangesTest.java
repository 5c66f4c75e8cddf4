package io.jangada.node;

import static io.jangada.node.HandCluster.assertDone;
import static org.assertj.core.api.Assertions.assertThat;

import io.jangada.kv.KeyRange;
import io.jangada.kv.KeyValue;
import io.jangada.kv.KvLimits;
import io.jangada.kv.Operation;
import io.jangada.kv.Result;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/// Ranges in pieces in a cluster driven by hand that keeps no history.
class RangesTest {
  private static final int KEYS = 10;
  private static final String VALUE = "v".repeat(KvLimits.RANGE_BYTES_MAX / 3);

  private final HandCluster cluster =
      new HandCluster(
          3,
          HandCluster.Settings.USUAL.withReplica(
              settings ->
                  settings.withUpkeep(
                      ReplicaSettings.Upkeep.NONE.withHistory(
                          new ReplicaSettings.History(true, 0, 0)))));

  @BeforeEach
  void fill() {
    cluster.elect(1);
    write(VALUE);
  }

  private void write(String value) {
    for (int key = 0; key < KEYS; key++) {
      List<Outcome> written = cluster.member(1).write("k" + key, value);
      cluster.ticks(1);
      assertDone(written);
    }
    cluster.ticks(10);
  }

  private Result read(HandMember member, Operation.Range range, ReadConsistency reading) {
    List<Outcome> outcomes = new ArrayList<>();
    member.replica().read(null, range, reading, outcomes::add);
    cluster.ticks(20);
    assertDone(outcomes);
    return ((Outcome.Done) outcomes.getFirst()).result();
  }

  private static Operation.Range rest(Result.Ranged piece) {
    return new Operation.Range(
        piece.rest(), piece.revision(), Operation.Selection.ALL, Operation.Page.ALL);
  }

  private void assertOfOneRevision(HandMember member, ReadConsistency reading) {
    List<KeyValue> all = new ArrayList<>();
    var piece = (Result.Ranged) read(member, new Operation.Range(KeyRange.ALL), reading);
    all.addAll(piece.entries());
    while (piece.rest() != null) {
      write("other");
      piece = (Result.Ranged) read(member, rest(piece), reading);
      all.addAll(piece.entries());
    }
    assertThat(all).extracting(entry -> entry.value().toUtf8()).containsOnly(VALUE).hasSize(KEYS);
  }

  @Test
  @DisplayName("the leader serves all pieces of one revision")
  void leader() {
    assertOfOneRevision(cluster.member(1), new ReadConsistency.Linearizable());
  }

  @Test
  @DisplayName("a follower that passes them on gets all pieces of one revision")
  void passedOn() {
    assertOfOneRevision(cluster.member(2), new ReadConsistency.Linearizable());
  }

  @Test
  @DisplayName("a follower serves all pieces of one revision")
  void follower() {
    assertOfOneRevision(cluster.member(3), new ReadConsistency.Follower());
  }

  @Test
  @DisplayName("a reader that comes back too late is told so")
  void late() {
    HandMember leader = cluster.member(1);
    var linearizable = new ReadConsistency.Linearizable();
    var piece = (Result.Ranged) read(leader, new Operation.Range(KeyRange.ALL), linearizable);
    write("other");
    cluster.ticks(1_000);
    assertThat(read(leader, rest(piece), linearizable)).isInstanceOf(Result.Compacted.class);
  }

  @Test
  @DisplayName("another member knows nothing of what one has begun")
  void elsewhere() {
    var linearizable = new ReadConsistency.Linearizable();
    var piece =
        (Result.Ranged) read(cluster.member(1), new Operation.Range(KeyRange.ALL), linearizable);
    write("other");
    assertThat(read(cluster.member(2), rest(piece), new ReadConsistency.Follower()))
        .isInstanceOf(Result.Compacted.class);
    assertThat(read(cluster.member(2), rest(piece), linearizable))
        .isInstanceOf(Result.Ranged.class);
    cluster.elect(2);
    assertThat(read(cluster.member(1), rest(piece), linearizable))
        .isInstanceOf(Result.Compacted.class);
  }
}
