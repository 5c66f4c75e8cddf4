package io.jangada.raft;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/// A member that starts with a snapshot whose term its log does not know.
class RecoveredTermTest {
  @Test
  @DisplayName("§5.1 a member's term is never below the term of what its snapshot covers")
  void termOfTheSnapshot() {
    Membership membership = Membership.of(1);
    SnapshotMeta snapshot = new SnapshotMeta(new EntryId(7, 5), membership, 1, 10, 0);
    Recovered recovered = new Recovered(new HardState(2, 1), EntryId.ZERO, List.of(), snapshot);
    RaftNode node = new RaftNode(RaftConfig.of(1, membership), recovered, new SplittableRandom(1));
    assertThat(node.hardState()).isEqualTo(new HardState(5, Membership.NONE));
    assertThat(node.advance().disk().persist().hardState())
        .isEqualTo(new HardState(5, Membership.NONE));

    // It stands in a later term, and what it appends does not go back behind the snapshot's.
    node.step(new Input.Synced(1));
    for (int tick = 0; tick < 100 && !node.isLeader(); tick++) {
      node.step(new Input.Tick(1));
      Ready ready = node.advance();
      if (ready.disk().persist() != null)
        node.step(new Input.Synced(ready.disk().persist().batch()));
    }
    assertThat(node.isLeader()).isTrue();
    assertThat(node.last()).isEqualTo(new EntryId(8, 6));
  }
}
