package io.jangada.node;

import static io.jangada.node.HandCluster.assertDone;
import static org.assertj.core.api.Assertions.assertThat;

import io.jangada.raft.Membership;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class StatusTest {
  private final HandCluster cluster = new HandCluster(3, HandCluster.Settings.USUAL);

  private HandMember member(int id) {
    return cluster.member(id);
  }

  private void write(String key) {
    List<Outcome> written = member(1).write(key, "v");
    cluster.settle();
    assertDone(written);
  }

  @Test
  @DisplayName("a leader tells how far its peers are, and when it last heard them")
  void peers() {
    cluster.elect(1);
    cluster.isolate(3);
    write("k");
    cluster.ticks(12);
    Status status = member(1).status();
    assertThat(status.replication().peers()).containsOnlyKeys(2, 3);
    assertThat(status.replication().peers().get(2).lag()).isZero();
    assertThat(status.replication().peers().get(2).contactMillis()).isLessThanOrEqualTo(50);
    assertThat(status.replication().peers().get(3).lag()).isEqualTo(1);
    assertThat(status.replication().peers().get(3).contactMillis()).isBetween(120L, 200L);
    assertThat(status.replication().peers().get(2).match()).isEqualTo(status.log().last().index());
    assertThat(member(2).status().replication().peers()).isEmpty();
  }

  @Test
  @DisplayName("the time in a role counts from its beginning, in each term anew")
  void role() {
    cluster.elect(1);
    cluster.ticks(10);
    assertThat(member(1).status().role().sinceMillis()).isEqualTo(150);
    cluster.elect(2);
    assertThat(member(1).status().role().name()).isEqualTo("follower");
    assertThat(member(1).status().role().sinceMillis()).isEqualTo(50);
    assertThat(member(3).status().role().sinceMillis()).as("of another leader").isEqualTo(50);
  }

  @Test
  @DisplayName("what waits and what was done is counted")
  void counted() {
    cluster.elect(1);
    write("k");
    member(1).read("k");
    cluster.settle();
    member(2).read("k", new ReadConsistency.Follower());
    cluster.settle();
    Status.Counters leader = member(1).status().usage().counters();
    assertThat(leader.requests().proposals()).isEqualTo(1);
    assertThat(leader.requests().reads()).isEqualTo(1);
    assertThat(leader.elections().campaigns()).isEqualTo(1);
    assertThat(leader.elections().leaderChanges()).isEqualTo(1);
    assertThat(leader.requests().proposalsFailed() + leader.requests().readsFailed()).isZero();
    Status.Counters follower = member(2).status().usage().counters();
    assertThat(follower.followerReads().served()).isEqualTo(1);
    assertThat(follower.followerReads().questions()).isEqualTo(1);

    cluster.lose(_ -> true);
    member(1).write("k", "w");
    member(1).read("k");
    member(2).read("k", new ReadConsistency.Follower());
    member(2).write("k", "w");
    cluster.settle();
    assertThat(member(1).status().usage().work().pending()).isEqualTo(2);
    assertThat(member(2).status().usage().work().awaitingLeader()).isEqualTo(2);
    cluster.ticks(110);
    assertThat(member(1).status().role().leader()).isEqualTo(Membership.NONE);
    leader = member(1).status().usage().counters();
    assertThat(leader.requests().proposalsFailed()).isEqualTo(1);
    assertThat(member(2).status().usage().counters().followerReads().failed()).isEqualTo(1);
    assertThat(member(1).status().usage().work().pending()).isZero();
    assertThat(member(2).status().usage().work().awaitingLeader()).isZero();
  }

  @Test
  @DisplayName("a full disk is told")
  void diskFull() {
    cluster.elect(1);
    member(1).fill("log");
    for (int i = 0; i < 3; i++) {
      member(1).write("k" + i, "v".repeat(60_000));
      cluster.settle();
    }
    assertThat(member(1).status().usage().diskFull()).isTrue();
    member(1).fill("none");
    cluster.settle();
    assertThat(member(1).status().usage().diskFull()).isFalse();
  }
}
