package io.jangada.node;

import static org.assertj.core.api.Assertions.assertThat;

import io.jangada.kv.KvStore;
import io.jangada.kv.Result;
import io.jangada.raft.Message;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/// What a leader proposes by itself, in a cluster driven by hand.
class LeaderCommandsTest {
  private static final int SECOND_TICKS = 100;
  private static final long AGE_MILLIS = 20_000;
  private static final ReplicaSettings.History TWENTY_SECONDS =
      new ReplicaSettings.History(true, AGE_MILLIS, 0);

  private static HandCluster.Settings keeping(ReplicaSettings.History history) {
    return HandCluster.Settings.USUAL.withReplica(settings -> keeping(settings, history));
  }

  private static ReplicaSettings keeping(
      ReplicaSettings settings, ReplicaSettings.History history) {
    return settings.withUpkeep(ReplicaSettings.Upkeep.NONE.withHistory(history));
  }

  private HandCluster cluster = new HandCluster(3, keeping(TWENTY_SECONDS));

  private KvStore kv(int id) {
    return cluster.member(id).replica().kv();
  }

  private long write(HandMember member, String key, String value) {
    List<Outcome> outcomes = member.write(key, value);
    cluster.settle();
    return version(outcomes);
  }

  private static long version(List<Outcome> outcomes) {
    assertThat(outcomes).singleElement().isInstanceOf(Outcome.Done.class);
    return ((Result.Written) ((Outcome.Done) outcomes.getFirst()).result()).version();
  }

  private void restartAll() {
    for (HandMember member : cluster.members()) member.begin();
  }

  @Test
  @DisplayName("the first command of all is that revisions are counted")
  void counts() {
    HandMember leader = cluster.member(1);
    leader.replica().receive(new PeerMessage.Raft(new Message.TimeoutNow(1, 1, 0), 0));
    List<Outcome> here = leader.write("here", "v");
    List<Outcome> there = cluster.member(2).write("there", "v");
    cluster.settle();
    List<Outcome> later = leader.write("later", "v");
    cluster.ticks(30);
    assertThat(List.of(version(here), version(there), version(later))).containsOnly(2L, 3L, 4L);
    for (int id = 1; id <= 3; id++) {
      assertThat(kv(id).countsRevisions()).isTrue();
      assertThat(kv(id).keepsHistory()).isTrue();
      assertThat(kv(id).revision()).isEqualTo(4);
      assertThat(cluster.member(id).told).as("that, to keep history, and three").hasSize(5);
    }
  }

  @Test
  @DisplayName("once is enough, in one term and in another, and after a restart")
  void once() {
    cluster.elect(1);
    cluster.ticks(5);
    cluster.elect(2);
    long last = cluster.member(2).replica().raft().last().index();
    cluster.ticks(50);
    assertThat(cluster.member(2).replica().raft().last().index()).isEqualTo(last);
    restartAll();
    cluster.elect(3);
    assertThat(write(cluster.member(3), "k", "v")).isEqualTo(2);
    assertThat(cluster.member(3).replica().raft().last().index()).isEqualTo(last + 2);
  }

  @Test
  @DisplayName("a store that was used before goes on as it was")
  void usedBefore() {
    HandCluster old = new HandCluster(3, HandCluster.Settings.USUAL);
    cluster = old;
    long version = write(old.elect(1), "k", "v");
    old.ticks(5);
    assertThat(old.member(1).replica().raft().last().index()).isEqualTo(version);
    cluster = new HandCluster(3, keeping(new ReplicaSettings.History(true, 0, 0)));
    for (HandMember member : cluster.members()) member.beginOn(old.member(member.id));
    HandMember leader = cluster.member(1);
    leader.replica().receive(new PeerMessage.Raft(new Message.TimeoutNow(1, 1, 1), 0));
    List<Outcome> outcomes = leader.write("k", "w");
    cluster.settle();
    cluster.ticks(20);
    assertThat(version(outcomes)).isEqualTo(leader.replica().raft().last().index());
    assertThat(kv(1).countsRevisions()).isFalse();
  }

  @Test
  @DisplayName("whether history is kept is as the leader's settings say")
  void keepsOrNot() {
    cluster =
        new HandCluster(
            3,
            HandCluster.Settings.USUAL.withReplica(
                settings ->
                    keeping(
                        settings,
                        settings.raft().id() == 1
                            ? TWENTY_SECONDS
                            : new ReplicaSettings.History(true, 0, 0))));
    write(cluster.elect(1), "k", "v");
    assertThat(kv(2).keepsHistory()).isTrue();
    cluster.elect(2);
    cluster.ticks(5);
    assertThat(kv(1).keepsHistory()).isFalse();
    assertThat(kv(1).compacted()).isEqualTo(kv(1).revision());
    cluster.elect(1);
    cluster.ticks(5);
    assertThat(kv(3).keepsHistory()).isTrue();
  }

  @Test
  @DisplayName("history is as long as was asked for, also when another member comes to lead")
  void age() {
    HandMember leader = cluster.elect(1);
    long[] written = new long[60];
    for (int second = 0; second < written.length; second++) {
      if (second == 30) leader = cluster.elect(2);
      written[second] = write(leader, "k", "v" + second);
      cluster.ticks(SECOND_TICKS);
      for (int id = 1; id <= 3; id++) {
        // The value of a second can be read until the next one was made 20 seconds ago.
        if (second >= 19) assertThat(kv(id).compacted()).isLessThanOrEqualTo(written[second - 18]);
        if (second >= 24) assertThat(kv(id).compacted()).isGreaterThan(written[second - 24]);
      }
    }
  }

  @Test
  @DisplayName("history of too many bytes is given up, about a quarter at a time")
  void bytes() {
    long most = 400_000;
    cluster = new HandCluster(3, keeping(new ReplicaSettings.History(true, 0, most)));
    HandMember leader = cluster.elect(1);
    long largest = 0;
    long least = Long.MAX_VALUE;
    for (int i = 0; i < 3_000; i++) {
      write(leader, "k" + i % 10, "v".repeat(1_000));
      if (i % 10 == 0) cluster.ticks(5);
      largest = Math.max(largest, kv(3).historyBytes());
      if (i > 1_000) least = Math.min(least, kv(3).historyBytes());
    }
    assertThat(largest).isBetween(most, 2 * most);
    assertThat(least).isBetween(most / 2, most);
    assertThat(kv(3).compacted()).isGreaterThan(2_000).isLessThan(kv(3).revision() - 100);
  }

  @Test
  @DisplayName("where nothing is asked for, nothing is proposed")
  void nothing() {
    cluster = new HandCluster(3, HandCluster.Settings.USUAL);
    cluster.elect(1);
    cluster.ticks(50);
    assertThat(cluster.member(1).told).isEmpty();
    write(cluster.member(1), "k", "v");
    cluster.ticks(50);
    assertThat(cluster.member(1).told).hasSize(1);
  }
}
