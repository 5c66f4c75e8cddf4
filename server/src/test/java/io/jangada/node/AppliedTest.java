package io.jangada.node;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/// What a replica tells of the entries that it applies.
class AppliedTest {
  private final HandCluster cluster = new HandCluster(3, HandCluster.Settings.USUAL);

  @Test
  @DisplayName("an entry is told of before whoever waits for it is answered")
  void order() {
    HandMember leader = cluster.elect(1);
    leader.replica().submit(HandMember.writing("k", "v", 0), null, _ -> leader.told.add("written"));
    cluster.settle();
    cluster.ticks(10);
    assertThat(leader.told).containsExactly("applied 1", "written");
    assertThat(cluster.member(2).told).containsExactly("applied 1");
  }

  @Test
  @DisplayName("a new leader tells of an earlier one's entry when it commits it")
  void inherited() {
    HandMember former = cluster.elect(1);
    cluster.lose(message -> message.to() == 1);
    former.write("k", "v");
    cluster.settle();
    cluster.isolate(1);
    assertThat(cluster.member(2).told).isEmpty();
    cluster.ticks(40);
    cluster.elect(2);
    assertThat(cluster.member(2).told).containsExactly("applied 1");
    assertThat(former.told).isEmpty();
    cluster.loseNothing();
    cluster.ticks(40);
    assertThat(former.told).containsExactly("applied 1");
  }
}
