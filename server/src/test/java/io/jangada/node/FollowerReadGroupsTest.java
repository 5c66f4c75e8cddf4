package io.jangada.node;

import static org.assertj.core.api.Assertions.assertThat;

import io.jangada.bytes.Bytes;
import io.jangada.kv.CommandCodec;
import io.jangada.kv.Envelope;
import io.jangada.kv.KvStore;
import io.jangada.kv.Operation;
import io.jangada.kv.Result;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.Consumer;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Reads that were told an index and wait until it is applied: more groups of them than are kept
/// apart.
class FollowerReadGroupsTest {
  private static final int MANY = 40;

  /// A read and the index that it has to see.
  private record Asked(long index, List<Outcome> told) {}

  private final HandRequests requests =
      new HandRequests(1L << 40, HandRequests.settings(1_000, 1 << 20, 1_000));
  private final WaitingRequests reads = requests.waiting;
  private final KvStore kv = requests.kv;
  private final List<Asked> asked = new ArrayList<>();

  /// A read comes, the leader is asked, and it names `index`.
  private void readAt(long index) {
    Asked one = new Asked(index, new ArrayList<>());
    asked.add(one);
    var read =
        new Event.Read(
            new Operation.Get(Bytes.utf8("k")), new ReadConsistency.Follower(), told(one));
    reads.read(read, 0, Long.MAX_VALUE);
    requests.readIndex(requests.ask(0), index);
  }

  private static Consumer<Outcome> told(Asked one) {
    return one.told::add;
  }

  /// Every write's value is its index.
  private void applyNext() {
    long next = kv.appliedIndex() + 1;
    var write = HandMember.writing("k", "" + next, 0);
    kv.apply(next, CommandCodec.encode(new Envelope(null, 0, write)));
    reads.serve(kv.appliedIndex(), reading -> kv.read(reading.read()));
  }

  private void applyAllAndCheck(long last) {
    while (kv.appliedIndex() < last) {
      applyNext();
      for (Asked one : asked)
        if (one.index > kv.appliedIndex())
          assertThat(one.told).as("at %d, for %d", kv.appliedIndex(), one.index).isEmpty();
    }
    for (Asked one : asked) {
      assertThat(one.told).as("for %d", one.index).hasSize(1);
      Outcome outcome = one.told.getFirst();
      String value = ((Result.Found) ((Outcome.Done) outcome).result()).value().toUtf8();
      assertThat(Long.parseLong(value)).isGreaterThanOrEqualTo(one.index);
    }
    assertThat(reads.awaitingLeader()).isZero();
  }

  @ParameterizedTest(name = "{0} groups, then a lower index")
  @ValueSource(ints = {1, 15, 16, 17, MANY})
  @DisplayName("a lower index that is told last does not let those before it go too early")
  void lowerLast(int groups) {
    for (int i = 1; i <= groups; i++) readAt(10 + i);
    readAt(5);
    readAt(7);
    applyAllAndCheck(10 + groups);
  }

  @ParameterizedTest(name = "seed {0}")
  @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10})
  @DisplayName("indexes in any order: nobody is served before its own is applied, and all are")
  void anyOrder(long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    long last = 0;
    for (int i = 0; i < MANY; i++) {
      long index = random.nextLong(1, MANY);
      readAt(index);
      last = Math.max(last, index);
      if (random.nextInt(4) == 0)
        reads.serve(kv.appliedIndex(), reading -> kv.read(reading.read()));
    }
    applyAllAndCheck(last);
  }
}
