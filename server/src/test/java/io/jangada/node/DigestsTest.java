package io.jangada.node;

import static org.assertj.core.api.Assertions.assertThat;

import io.jangada.raft.Membership;
import io.jangada.raft.RaftEvent;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/// Members whose logs have the same places and terms, and other data.
class DigestsTest {
  private static final int PERIOD_TICKS = 10;

  private static final HandCluster.Settings COMPARING =
      HandCluster.Settings.USUAL.withReplica(
          settings -> settings.withUpkeep(new ReplicaSettings.Upkeep(-1, PERIOD_TICKS)));

  /// Three members under leader 1, in which `k` has this value.
  private static HandCluster holding(String value) {
    HandCluster cluster = new HandCluster(3, COMPARING);
    cluster.elect(1);
    List<Outcome> outcomes = cluster.member(1).write("k", value);
    cluster.ticks(10);
    HandCluster.assertDone(outcomes);
    return cluster;
  }

  /// The same, where member 3 has another value.
  private static HandCluster differing() {
    HandCluster cluster = holding("right");
    cluster.member(3).beginOn(holding("wrong").member(3));
    return cluster;
  }

  private static List<RaftEvent.DataDiffers> told(HandCluster cluster) {
    return cluster.events.stream()
        .filter(RaftEvent.DataDiffers.class::isInstance)
        .map(RaftEvent.DataDiffers.class::cast)
        .toList();
  }

  private static Outcome stale(HandCluster cluster, int id) {
    List<Outcome> outcomes = cluster.member(id).read("k", new ReadConsistency.Follower());
    cluster.ticks(5);
    return outcomes.getFirst();
  }

  @Test
  @DisplayName("members that hold the same say nothing, and all have been compared")
  void same() {
    HandCluster cluster = holding("right");
    cluster.ticks(4 * PERIOD_TICKS);
    assertThat(told(cluster)).isEmpty();
    assertThat(cluster.sent)
        .anyMatch(
            message ->
                message instanceof PeerMessage.Digests said
                    && said.from() == 1
                    && said.digests().size() == 3);
    assertThat(cluster.member(2).status().health().unready()).isEmpty();
  }

  @Test
  @DisplayName("the member in the minority is not ready, and answers no reads of its own")
  void minority() {
    HandCluster cluster = differing();
    cluster.ticks(3 * PERIOD_TICKS);
    assertThat(told(cluster)).anyMatch(e -> e.own() && e.members().equals(List.of(3)));
    assertThat(told(cluster)).anyMatch(e -> !e.own() && e.members().equals(List.of(3)));
    Status.Health health = cluster.member(3).status().health();
    assertThat(health.dataDiffers()).isTrue();
    assertThat(health.unready()).contains("data differs").contains("[3]");
    for (int id : List.of(1, 2)) {
      Status.Health other = cluster.member(id).status().health();
      assertThat(other.dataDiffers()).isFalse();
      assertThat(other.unready()).isEmpty();
      assertThat(other.problems()).singleElement().asString().contains("[3]");
    }
    assertThat(stale(cluster, 3)).isEqualTo(new Outcome.NotLeader(1));
    assertThat(stale(cluster, 2)).isInstanceOf(Outcome.Done.class);
  }

  @Test
  @DisplayName("a leader in the minority hands the lead over")
  void leader() {
    HandCluster cluster = differing();
    cluster.elect(3);
    cluster.ticksUntil(() -> cluster.member(1).leads() || cluster.member(2).leads());
    assertThat(cluster.member(3).status().health().dataDiffers()).isTrue();
  }

  @Test
  @DisplayName("where no majority has the same, nobody answers reads of its own")
  void noMajority() {
    HandCluster cluster = differing();
    cluster.isolate(2);
    cluster.ticks(3 * PERIOD_TICKS);
    assertThat(told(cluster).getLast().members()).containsExactly(1, 3);
    List<Outcome> read = cluster.member(1).read("k");
    cluster.ticks(5);
    assertThat(read).containsExactly(new Outcome.NotLeader(Membership.NONE));
    assertThat(cluster.member(1).leads()).as("nobody knows who is right").isTrue();
    cluster.loseNothing();
    cluster.ticks(3 * PERIOD_TICKS);
    assertThat(cluster.member(1).status().health().dataDiffers()).isFalse();
    assertThat(stale(cluster, 1)).isInstanceOf(Outcome.Done.class);
    assertThat(stale(cluster, 3)).isEqualTo(new Outcome.NotLeader(1));
  }

  @Test
  @DisplayName("a member that has got the right data is well again")
  void mended() {
    HandCluster cluster = differing();
    cluster.ticks(3 * PERIOD_TICKS);
    cluster.member(3).wipe();
    cluster.ticks(4 * PERIOD_TICKS);
    assertThat(cluster.member(3).status().health().dataDiffers()).isFalse();
    assertThat(cluster.member(1).status().health().problems()).isEmpty();
  }
}
