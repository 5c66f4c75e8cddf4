package io.jangada.node;

import static org.assertj.core.api.Assertions.assertThat;

import io.jangada.bytes.Bytes;
import io.jangada.kv.CommandCodec;
import io.jangada.kv.Envelope;
import io.jangada.kv.KvStore;
import io.jangada.kv.Operation;
import io.jangada.kv.Result;
import io.jangada.raft.Membership;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class FollowerReadsTest {
  private static final long MILLI = 1_000_000;
  private static final long RETRY = 500 * MILLI;
  private static final long LATER = 5_000 * MILLI;
  private static final ReadConsistency HERE = new ReadConsistency.Follower();

  private final HandRequests requests = requests(1L << 40);
  private final WaitingRequests reads = requests.waiting;
  private final KvStore kv = requests.kv;
  private final List<Outcome> told = requests.told;

  private static HandRequests requests(long bootId) {
    return new HandRequests(bootId, HandRequests.settings(5, 5_000, 500));
  }

  private void add(ReadConsistency reading, long now) {
    reads.read(new Event.Read(new Operation.Get(Bytes.utf8("k")), reading, told::add), now, LATER);
  }

  private static ReadConsistency stale(long millisMax) {
    return new ReadConsistency.BoundedStale(millisMax);
  }

  /// Every write's value is its index.
  private void applyUpTo(long index) {
    while (kv.appliedIndex() < index) {
      long next = kv.appliedIndex() + 1;
      var write = HandMember.writing("k", "" + next, 0);
      kv.apply(next, CommandCodec.encode(new Envelope(null, 0, write)));
    }
    reads.serve(kv.appliedIndex(), reading -> kv.read(reading.read()));
  }

  private List<String> found() {
    return told.stream().map(outcome -> HandCluster.found(List.of(outcome))).toList();
  }

  @Test
  @DisplayName("a read is served once what the leader named is applied, and not before")
  void notBeforeApplied() {
    add(HERE, 0);
    long question = requests.ask(0);
    assertThat(requests.follow(0)).isEmpty();
    applyUpTo(4);
    requests.readIndex(question, 5);
    assertThat(told).isEmpty();
    applyUpTo(5);
    assertThat(found()).containsExactly("5");
    assertThat(reads.awaitingLeader()).isZero();
    assertThat(requests.follow(10 * RETRY)).isEmpty();
  }

  @Test
  @DisplayName("a local read asks no leader, and is served where a member leads too")
  void local() {
    add(new ReadConsistency.Local(), 0);
    assertThat(requests.follow(0)).isEmpty();
    reads.lead(() -> true, (_, _) -> told.add(new Outcome.Unknown()));
    assertThat(told).isEmpty();
    applyUpTo(0);
    assertThat(told).hasSize(1).doesNotContain(new Outcome.Unknown());
    assertThat(reads.awaitingLeader()).isZero();
  }

  @Test
  @DisplayName("a question serves those who came before it; who comes later waits for the next")
  void gathers() {
    add(HERE, 0);
    add(HERE, 0);
    long first = requests.ask(0);
    add(HERE, 0);
    assertThat(requests.follow(0)).as("one at a time").isEmpty();
    applyUpTo(1);
    requests.readIndex(first, 1);
    assertThat(told).hasSize(2);
    long second = requests.ask(0);
    requests.readIndex(first, 1);
    assertThat(told).as("an answer told twice").hasSize(2);
    requests.readIndex(second, 1);
    assertThat(told).hasSize(3);
  }

  @Test
  @DisplayName("an unanswered question is asked anew; a late answer serves who it was asked for")
  void retries() {
    add(HERE, 0);
    long first = requests.ask(0);
    add(HERE, MILLI);
    assertThat(requests.follow(RETRY - 1)).isEmpty();
    long second = requests.ask(RETRY);
    assertThat(second).isNotEqualTo(first);
    applyUpTo(1);
    requests.readIndex(first, 1);
    assertThat(told).hasSize(1);
    requests.readIndex(second, 1);
    assertThat(told).hasSize(2);
  }

  @Test
  @DisplayName("an answer to a later question does for an earlier one")
  void laterAnswer() {
    add(HERE, 0);
    List<Long> asked = new ArrayList<>();
    for (int i = 0; i < 40; i++) asked.add(requests.ask(i * RETRY));
    requests.readIndex(asked.getFirst(), 0);
    assertThat(told).as("so old that it was given up").isEmpty();
    requests.readIndex(asked.getLast(), 0);
    assertThat(told).hasSize(1);
  }

  @Test
  @DisplayName("another leader is asked at once, and only if anybody waits")
  void leaderChanged() {
    reads.leaderChanged(0);
    assertThat(requests.follow(0)).isEmpty();
    add(HERE, 0);
    requests.ask(0);
    reads.leaderChanged(0);
    requests.readIndex(requests.ask(0), 0);
    assertThat(told).hasSize(1);
    assertThat(requests.follow(RETRY)).isEmpty();
  }

  @Test
  @DisplayName("an answer to a question of an earlier life is not taken for one of this")
  void earlierLife() {
    HandRequests before = requests(7L << 50);
    before.waiting.read(new Event.Read(new Operation.Get(Bytes.utf8("k")), HERE, told::add), 0, 1);
    long number = before.ask(0);
    add(HERE, 0);
    requests.ask(0);
    requests.readIndex(number, 0);
    assertThat(told).isEmpty();
  }

  @Test
  @DisplayName("a stale read is served at once for as long as the question is young enough")
  void staleFromTheQuestion() {
    add(HERE, 0);
    long question = requests.ask(0);
    applyUpTo(1);
    // The answer took long: the age counts from the question.
    requests.readIndex(question, 1);
    told.clear();
    add(stale(100), 100 * MILLI);
    reads.serve(kv.appliedIndex(), reading -> kv.read(reading.read()));
    assertThat(found()).containsExactly("1");
    add(stale(100), 100 * MILLI + 1);
    reads.serve(kv.appliedIndex(), reading -> kv.read(reading.read()));
    assertThat(told).as("too old by a nanosecond").hasSize(1);
    requests.readIndex(requests.ask(100 * MILLI + 1), 1);
    assertThat(told).hasSize(2);
  }

  @Test
  @DisplayName("an answer is as old as its own question, whatever was asked since")
  void staleFromItsOwnQuestion() {
    add(HERE, 0);
    long first = requests.ask(0);
    add(HERE, 0);
    requests.ask(RETRY);
    requests.readIndex(first, 0);
    told.clear();
    add(stale(100), RETRY + 20 * MILLI);
    reads.serve(kv.appliedIndex(), reading -> kv.read(reading.read()));
    assertThat(told).isEmpty();
  }

  @Test
  @DisplayName("a stale read joins a question under way that is young enough for it")
  void staleJoins() {
    add(HERE, 0);
    long question = requests.ask(0);
    add(stale(100), 50 * MILLI);
    add(stale(10), 50 * MILLI);
    add(stale(0), 50 * MILLI);
    applyUpTo(2);
    requests.readIndex(question, 2);
    assertThat(told).as("its own and the one that may be 100 ms behind").hasSize(2);
    assertThat(reads.awaitingLeader()).isEqualTo(2);
  }

  @Test
  @DisplayName(
      "with a bound of nothing a read is as fresh as a follower's, at the same instant too")
  void staleByNothing() {
    add(HERE, 7);
    long question = requests.ask(7);
    requests.readIndex(question, 0);
    told.clear();
    add(stale(0), 7);
    reads.serve(kv.appliedIndex(), reading -> kv.read(reading.read()));
    assertThat(told).isEmpty();
    requests.ask(7);
  }

  @Test
  @DisplayName("a stale read, too, waits until the index of its question is applied")
  void staleNotBeforeApplied() {
    add(stale(100), 0);
    requests.readIndex(requests.ask(0), 3);
    applyUpTo(2);
    add(stale(100), MILLI);
    reads.serve(kv.appliedIndex(), reading -> kv.read(reading.read()));
    assertThat(told).isEmpty();
    applyUpTo(3);
    assertThat(found()).containsExactly("3", "3");
  }

  @Test
  @DisplayName("answers that wait to be applied are bounded, and none is served too early")
  void manyAnswers() {
    for (int i = 1; i <= 40; i++) {
      if (reads.awaitingLeader() == 5) applyUpTo(i - 3);
      add(HERE, 0);
      requests.readIndex(requests.ask(0), i);
    }
    applyUpTo(40);
    assertThat(told).hasSize(40);
    for (int i = 0; i < 40; i++)
      assertThat(Long.parseLong(found().get(i))).isGreaterThanOrEqualTo(i + 1);
  }

  @Test
  @DisplayName("who waited too long is told whom to ask; the others go on waiting")
  void expires() {
    add(HERE, 0);
    var later = new Event.Read(new Operation.Get(Bytes.utf8("k")), HERE, told::add);
    reads.read(later, 0, LATER + 1);
    requests.ask(0);
    reads.expire(LATER - 1, 3, kv);
    assertThat(told).isEmpty();
    reads.expire(LATER, 3, kv);
    assertThat(told).containsExactly(new Outcome.NotLeader(3));
    reads.expire(LATER + 1, 3, kv);
    assertThat(told).hasSize(2);
    assertThat(reads.awaitingLeader()).isZero();
    assertThat(requests.follow(LATER + RETRY)).as("nobody waits").isEmpty();
  }

  @Test
  @DisplayName("so many may wait, and so many bytes")
  void bounds() {
    for (int i = 0; i < 6; i++) add(HERE, 0);
    assertThat(told).singleElement().isInstanceOf(Outcome.Busy.class);
    reads.abandon();
    assertThat(told).hasSize(6).last().isEqualTo(new Outcome.NotLeader(Membership.NONE));
    told.clear();
    Operation.Get large = new Operation.Get(Bytes.wrap(new byte[6_000]));
    reads.read(new Event.Read(large, HERE, told::add), 0, LATER);
    add(HERE, 0);
    assertThat(told).singleElement().isInstanceOf(Outcome.Busy.class);
  }

  @Test
  @DisplayName("a member that comes to lead serves them itself, wherever they waited")
  void takenOver() {
    add(HERE, 0);
    requests.readIndex(requests.ask(0), 9);
    add(HERE, 0);
    requests.ask(0);
    add(HERE, 0);
    List<HandRequests.Served> taken = requests.lead();
    assertThat(taken).hasSize(3);
    assertThat(reads.awaitingLeader()).isZero();
    taken.forEach(
        served -> served.submit().reply().accept(new Outcome.Done(new Result.NotFound())));
    assertThat(told).hasSize(3);
  }
}
