package io.jangada.kv;

import static io.jangada.kv.Scribe.ABSENT;
import static io.jangada.kv.Scribe.ALWAYS;
import static io.jangada.kv.Scribe.found;
import static org.assertj.core.api.Assertions.assertThat;

import io.jangada.bytes.Bytes;
import io.jangada.kv.memory.Expiry;
import io.jangada.kv.memory.NodeTable;
import io.jangada.kv.memory.Term;
import io.jangada.kv.memory.TermTable;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.SplittableRandom;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

class ExpiryTest {
  private static final Result NOT_FOUND = new Result.NotFound();

  private final Scribe scribe = new Scribe();

  @Test
  void aValueWithoutATimeToLiveHasNoEnd() {
    scribe.set("a", "1");
    assertThat(scribe.store.nextDeadlineMillis()).isEqualTo(Long.MAX_VALUE);
    scribe.now = Envelope.CLUSTER_TIME_MILLIS_MAX;
    assertThat(scribe.expire()).isEqualTo(new Result.Expired(0));
    assertThat(scribe.get("a")).isEqualTo(found("1", 1));
  }

  @Test
  void aValueIsThereUntilItsDeadlineAndGoneWithTheFirstCommandFromThenOn() {
    scribe.now = 1_000;
    scribe.write("a", "1", 50, ALWAYS);
    assertThat(scribe.get("a")).isEqualTo(new Result.Found(Bytes.utf8("1"), 1, 50, 1_050));
    assertThat(scribe.store.nextDeadlineMillis()).isEqualTo(1_050);
    scribe.now = 1_049;
    assertThat(scribe.expire()).isEqualTo(new Result.Expired(0));
    assertThat(scribe.get("a")).isInstanceOf(Result.Found.class);
    scribe.now = 1_050;
    assertThat(scribe.expire()).isEqualTo(new Result.Expired(1));
    assertThat(scribe.get("a")).isEqualTo(NOT_FOUND);
    assertThat(scribe.store.nextDeadlineMillis()).isEqualTo(Long.MAX_VALUE);
    assertThat(scribe.store.sizeBytes()).isZero();
  }

  @Test
  void anyCommandRemovesWhatIsDue() {
    scribe.write("a", "1", 50, ALWAYS);
    scribe.now = 50;
    scribe.set("b", "2");
    assertThat(scribe.get("a")).isEqualTo(NOT_FOUND);
  }

  @Test
  void everyGuardTakesADueKeyForAbsent() {
    for (String key : List.of("a", "b", "c", "d")) scribe.write(key, "1", 10, ALWAYS);
    scribe.now = 10;
    assertThat(scribe.write("a", "2", 0, ABSENT)).isEqualTo(new Result.Written(5));
    assertThat(scribe.write("b", "2", 0, new Condition.Version(2))).isEqualTo(NOT_FOUND);
    assertThat(scribe.write("c", "2", 0, new Condition.Value(Bytes.utf8("1"))))
        .isEqualTo(NOT_FOUND);
    assertThat(scribe.delete("d", ALWAYS)).isEqualTo(NOT_FOUND);
  }

  @Test
  void aNewWriteReplacesTheTimeToLive() {
    scribe.write("a", "1", 10, ALWAYS);
    scribe.write("a", "2", 0, ALWAYS);
    scribe.write("b", "1", 10, ALWAYS);
    scribe.write("b", "2", 20, ALWAYS);
    scribe.now = 19;
    assertThat(scribe.expire()).isEqualTo(new Result.Expired(0));
    scribe.now = 20;
    assertThat(scribe.expire()).isEqualTo(new Result.Expired(1));
    assertThat(scribe.get("a")).isEqualTo(found("2", 2));
  }

  @Test
  void aWriteThatIsRefusedLeavesTheTimeToLiveAlone() {
    scribe.write("a", "1", 10, ALWAYS);
    assertThat(scribe.write("a", "2", 99, ABSENT)).isEqualTo(new Result.Exists(1));
    assertThat(scribe.store.nextDeadlineMillis()).isEqualTo(10);
  }

  @Test
  void aStampThatIsBehindCountsAsTheLastOne() {
    scribe.now = 1_000;
    scribe.write("a", "1", 10, ALWAYS);
    scribe.now = 5;
    scribe.write("b", "1", 10, ALWAYS);
    assertThat(scribe.store.clusterTimeMillis()).isEqualTo(1_000);
    assertThat(scribe.get("b")).isEqualTo(new Result.Found(Bytes.utf8("1"), 2, 10, 1_010));
  }

  @Test
  void anEndlessTimeToLiveNeverComesAround() {
    scribe.now = 1_000;
    scribe.write("a", "1", Long.MAX_VALUE, ALWAYS);
    scribe.now = Envelope.CLUSTER_TIME_MILLIS_MAX;
    assertThat(scribe.expire()).isEqualTo(new Result.Expired(0));
    assertThat(scribe.get("a"))
        .isEqualTo(new Result.Found(Bytes.utf8("1"), 1, Long.MAX_VALUE, Long.MAX_VALUE));
  }

  @Test
  void oneCommandRemovesABoundedNumberAndTheNextGoesOn() {
    KvLimits few = new KvLimits(100, 100, new KvLimits.State(10, 10, 10, 1_000, 3));
    Scribe scribe = new Scribe(few);
    for (int i = 0; i < 8; i++) scribe.write("k" + i, "1", 100 - i, ALWAYS);
    scribe.now = 100;
    assertThat(scribe.expire()).isEqualTo(new Result.Expired(3));
    assertThat(scribe.store.nextDeadlineMillis()).isLessThanOrEqualTo(100);
    assertThat(scribe.get("k7")).as("the soonest go first").isEqualTo(NOT_FOUND);
    assertThat(scribe.get("k0")).as("late, not early").isInstanceOf(Result.Found.class);
    // Its own key is due too, though its turn has not come.
    assertThat(scribe.write("k0", "2", 0, ABSENT)).isEqualTo(new Result.Written(10));
    assertThat(scribe.expire()).isEqualTo(new Result.Expired(1));
    assertThat(scribe.get("k0")).isEqualTo(found("2", 10));
    assertThat(scribe.store.size()).isEqualTo(1);
  }

  @Test
  void theHeapGivesTimersInOrderWhateverLeavesIt() {
    SplittableRandom dice = new SplittableRandom(11);
    NodeTable nodes = new NodeTable();
    TermTable terms = new TermTable();
    Expiry expiry = new Expiry(nodes);
    TreeSet<Term> twin =
        new TreeSet<>(
            Comparator.comparingLong((Term t) -> t.deadlineMillis)
                .thenComparingLong(t -> nodes.revision(t.node())));
    List<Term> all = new ArrayList<>();
    for (int step = 0; step < 20_000; step++) {
      if (all.isEmpty() || dice.nextInt(100) < (step < 10_000 ? 60 : 40)) {
        int node = nodes.add();
        nodes.revision(node, step);
        Term term = new Term(1, dice.nextInt(50), 0);
        nodes.terms(node, terms.add(term, node));
        expiry.add(term);
        twin.add(term);
        all.add(term);
      } else {
        Term term = dice.nextBoolean() ? expiry.first() : all.get(dice.nextInt(all.size()));
        expiry.remove(term);
        twin.remove(term);
        all.remove(term);
      }
      assertThat(expiry.first()).isSameAs(twin.isEmpty() ? null : twin.first());
      assertThat(expiry.size()).isEqualTo(twin.size());
    }
  }
}
