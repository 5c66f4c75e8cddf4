package io.jangada.node;

import static org.assertj.core.api.Assertions.assertThat;

import io.jangada.bytes.Bytes;
import io.jangada.kv.KvLimits;
import io.jangada.kv.Operation;
import io.jangada.kv.RequestId;
import io.jangada.kv.Result;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/// Keep-alives of many clients, in a cluster driven by hand.
class KeepAlivesTest {
  private static final long TTL = 60_000;

  private final HandCluster cluster = new HandCluster(3, HandCluster.Settings.USUAL);
  private HandMember leader;

  @BeforeEach
  void grant() {
    leader = cluster.elect(1);
    for (long lease = 1; lease <= 3; lease++) {
      leader.ask(new Operation.Grant(lease, TTL * lease));
      cluster.settle();
    }
  }

  private static List<Outcome> keepAlive(HandMember member, Long... leases) {
    return member.ask(new Operation.KeepAlive(List.of(leases)));
  }

  private static List<Outcome> kept(Long... ttlMillis) {
    return List.of(new Outcome.Done(new Result.KeptAlive(List.of(ttlMillis))));
  }

  private long lastIndex() {
    return leader.replica().raft().last().index();
  }

  @Test
  @DisplayName("those that come between two ticks share an entry, and each gets its own part")
  void gathered() {
    List<List<Outcome>> asked = new ArrayList<>();
    long before = lastIndex();
    asked.add(keepAlive(leader, 1L));
    asked.add(keepAlive(cluster.member(2), 3L, 9L, 2L));
    asked.add(keepAlive(leader));
    cluster.settle();
    asked.add(keepAlive(leader, 2L, 1L));
    cluster.settle();
    assertThat(asked).allMatch(List::isEmpty);
    assertThat(lastIndex()).isEqualTo(before);
    cluster.ticks(1);
    assertThat(asked)
        .containsExactly(kept(TTL), kept(3 * TTL, 0L, 2 * TTL), kept(), kept(2 * TTL, TTL));
    assertThat(lastIndex()).isEqualTo(before + 1);
    cluster.ticks(5);
    assertThat(lastIndex()).isEqualTo(before + 1);
  }

  @Test
  @DisplayName("one entry holds so many and no more")
  void most() {
    long before = lastIndex();
    Long[] half = Collections.nCopies(KvLimits.KEEP_ALIVES_MAX / 2, 1L).toArray(Long[]::new);
    List<Outcome> one = keepAlive(leader, half);
    List<Outcome> other = keepAlive(leader, half);
    List<Outcome> third = keepAlive(leader, 2L);
    cluster.settle();
    assertThat(one).hasSize(1).isEqualTo(other);
    assertThat(third).isEmpty();
    cluster.ticks(1);
    assertThat(third).isEqualTo(kept(2 * TTL));
    assertThat(lastIndex()).isEqualTo(before + 2);
  }

  @Test
  @DisplayName("sessions remember nothing of them")
  void sessions() {
    List<Outcome> outcomes = new ArrayList<>();
    RequestId id = new RequestId.Numbered(Bytes.utf8("me"), 1);
    for (int time = 0; time < 2; time++) {
      leader.replica().submit(new Operation.KeepAlive(List.of(1L)), id, outcomes::add);
      cluster.ticks(2);
    }
    assertThat(outcomes).containsExactly(kept(TTL).getFirst(), kept(TTL).getFirst());
    assertThat(leader.replica().kv().answerCount()).isZero();
  }

  @Test
  @DisplayName("a leader that is replaced before the tick answers each that it had no effect")
  void replacedBefore() {
    List<Outcome> one = keepAlive(leader, 1L);
    List<Outcome> other = keepAlive(leader, 2L);
    leader.poll();
    cluster.elect(2);
    cluster.ticks(2);
    assertThat(one).containsExactly(new Outcome.NotLeader(2)).isEqualTo(other);
    assertThat(leader.status().usage().work().pending()).isZero();
  }

  @Test
  @DisplayName("whether an entry that no majority has takes effect is unknown to each")
  void unknown() {
    cluster.isolate(1);
    List<Outcome> one = keepAlive(leader, 1L);
    List<Outcome> other = keepAlive(leader, 2L);
    cluster.ticks(200);
    assertThat(one).containsExactly(new Outcome.Unknown()).isEqualTo(other);
    cluster.loseNothing();
    cluster.ticks(200);
    assertThat(one).hasSize(1);
    assertThat(other).hasSize(1);
  }

  @Test
  @DisplayName("what stops before the tick answers each, and what waits too long is not proposed")
  void stops() {
    List<Outcome> one = keepAlive(leader, 1L);
    leader.poll();
    leader.replica().abandon();
    assertThat(one).containsExactly(new Outcome.Unknown());
  }

  @Test
  @DisplayName("those that are passed on again after a change of leaders are answered once")
  void passedOn() {
    List<Outcome> asked = keepAlive(cluster.member(3), 1L, 2L);
    cluster.member(3).poll();
    cluster.deliver();
    leader.poll();
    cluster.elect(2);
    cluster.ticks(200);
    assertThat(asked).isEqualTo(kept(TTL, 2 * TTL));
  }
}
