package io.jangada.node;

import static io.jangada.node.HandCluster.assertDone;
import static io.jangada.node.HandCluster.found;
import static org.assertj.core.api.Assertions.assertThat;

import io.jangada.raft.Membership;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Cluster time goes on from where the log ends, whoever was restarted.
class ClusterTimeTest {
  private static final int SECOND_TICKS = 100;

  private final HandCluster cluster = new HandCluster(3, HandCluster.Settings.USUAL);

  private static void write(HandCluster cluster, HandMember member, String key, long ttlMillis) {
    List<Outcome> written = member.ask(HandMember.writing(key, "v", ttlMillis));
    cluster.settle();
    assertDone(written);
  }

  private String read(HandMember member, String key) {
    List<Outcome> read = member.read(key);
    cluster.settle();
    return found(read);
  }

  private void restartAll() {
    for (HandMember member : cluster.members()) member.begin();
  }

  @ParameterizedTest(name = "with a snapshot: {0}")
  @ValueSource(booleans = {false, true})
  @DisplayName("a key lives as long as was asked for, also when all members were restarted")
  void restartOfAll(boolean withSnapshot) {
    HandMember first = cluster.elect(1);
    cluster.ticks(9 * SECOND_TICKS);
    write(cluster, first, "before", 0);
    if (withSnapshot) {
      for (HandMember member : cluster.members()) member.replica().takeSnapshot(_ -> {});
      cluster.settle();
      assertThat(first.snapshots()).isNotEmpty();
    }
    restartAll();
    HandMember second = cluster.elect(2);
    write(cluster, second, "short", 2_000);
    cluster.ticks(SECOND_TICKS + 80);
    assertThat(read(second, "short")).isEqualTo("v");
    cluster.ticks(40);
    assertThat(read(second, "short")).isEqualTo("NotFound[]");
  }

  @Test
  @DisplayName("what is left of a key's time does not begin anew with a restart of all")
  void whatIsLeft() {
    HandMember first = cluster.elect(1);
    cluster.ticks(5 * SECOND_TICKS);
    write(cluster, first, "k", 3_000);
    cluster.ticks(2 * SECOND_TICKS);
    write(cluster, first, "the last stamp", 0);
    restartAll();
    HandMember second = cluster.elect(3);
    cluster.ticks(60);
    assertThat(read(second, "k")).isEqualTo("v");
    cluster.ticks(60);
    assertThat(read(second, "k")).isEqualTo("NotFound[]");
    assertThat(second.replica().raft().leader()).isNotEqualTo(Membership.NONE);
  }

  /// Simulator seed 446.
  @Test
  @DisplayName(
      "a leader that is ahead and leaves no entry behind takes no time from those that are")
  void aheadAndGone() {
    write(cluster, cluster.elect(1), "before", 0);
    cluster.lose(_ -> true);
    cluster.ticks(9 * SECOND_TICKS);
    cluster.member(2).begin();
    cluster.member(3).begin();
    cluster.lose(
        message -> message.from() == 1 || message.to() == 1 || HandCluster.bringsEntries(message));
    HandMember behind = cluster.stand(2);
    behind.ask(HandMember.writing("k", "v", 3_000));
    cluster.settle();
    cluster.lose(
        message -> message.from() + message.to() == 3 || HandCluster.bringsEntries(message));
    cluster.standInVain(1); // its term was an old one
    HandMember ahead = cluster.stand(1);
    cluster.lose(HandCluster::bringsEntries);
    cluster.ticks(20);
    assertThat(ahead.replica().clusterTimeMillis()).isGreaterThan(8_000);
    assertThat(behind.replica().raft().leader()).isEqualTo(1);
    cluster.isolate(1);
    cluster.elect(2);
    assertThat(read(behind, "k")).isEqualTo("v");
    cluster.ticks(4 * SECOND_TICKS);
    assertThat(read(behind, "k")).isEqualTo("NotFound[]");
  }
}
