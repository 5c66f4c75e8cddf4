package io.jangada.kv;

import static org.assertj.core.api.Assertions.assertThat;

import io.jangada.bytes.Bytes;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// How many keys a range had at a former revision.
class FormerCountTest {
  private static final KeyRange B_TO_D = new KeyRange(Bytes.utf8("b"), Bytes.utf8("d"));

  private final KvStore store = new KvStore(KvLimits.DEFAULT);
  private long index;

  @BeforeEach
  void keepHistory() {
    run(new Operation.KeepHistory(true));
  }

  @Test
  void theFirstPageOfAFormerRevisionHasTheCountOfTheWholeRange() {
    run(all(put("a"), put("b"), put("c"), put("d")));
    long then = store.revision();
    run(put("c"));
    run(all(put("b1"), put("e"), delete("d")));
    run(delete("b"));
    run(all(delete("c"), put("c")));
    assertThat(page(B_TO_D, then).count()).isEqualTo(2);
    assertThat(page(B_TO_D, then + 2).count()).isEqualTo(3);
    assertThat(page(B_TO_D, then + 3).count()).isEqualTo(2);
    assertThat(page(KeyRange.ALL, then).count()).isEqualTo(4);
    assertThat(page(KeyRange.ALL, then - 1)).isEqualTo(nothing(then - 1));
    assertThat(count(B_TO_D, then)).isEqualTo(new Result.Ranged(then, 2, List.of(), null));
    assertThat(count(KeyRange.of(Bytes.utf8("d")), then).count()).isEqualTo(1);
    assertThat(count(KeyRange.of(Bytes.utf8("d")), then + 2).count()).isZero();
  }

  @Test
  void aCountIsOneAnswerHoweverManyKeysThereWere() {
    int keys = 3 * KvLimits.RANGE_KEYS_MAX;
    putMany(0, keys);
    long then = store.revision();
    run(new Operation.DeleteRange(KeyRange.ALL, false));
    assertThat(count(KeyRange.ALL, then)).isEqualTo(new Result.Ranged(then, keys, List.of(), null));
  }

  @Test
  void whereTooMuchChangedSinceTheCountOfThatRevisionIsNotKnown() {
    putMany(0, 2);
    long then = store.revision();
    putMany(10, 10 + FormerCount.CHANGES_MAX);
    assertThat(page(KeyRange.ALL, then + 1).count()).isPositive();
    run(put("one more"));
    assertThat(page(KeyRange.ALL, then).count()).isEqualTo(-1);
    KeyRange few = KeyRange.prefix(Bytes.utf8("k100000"));
    Result.Ranged whole = read(few, then, Operation.Detail.KEYS, Operation.Page.ALL);
    assertThat(whole.count()).isEqualTo(2);
    assertThat(count(few, then).count()).isEqualTo(2);
  }

  private Result.Ranged page(KeyRange keys, long revision) {
    return read(keys, revision, Operation.Detail.KEYS, new Operation.Page(false, 1));
  }

  private Result.Ranged count(KeyRange keys, long revision) {
    return read(keys, revision, Operation.Detail.COUNT, Operation.Page.ALL);
  }

  private Result.Ranged read(
      KeyRange keys, long revision, Operation.Detail detail, Operation.Page page) {
    var selection = new Operation.Selection(detail, Operation.Between.ANY, Operation.Between.ANY);
    return (Result.Ranged) store.read(new Operation.Range(keys, revision, selection, page));
  }

  private static Result.Ranged nothing(long revision) {
    return new Result.Ranged(revision, 0, List.of(), null);
  }

  private void putMany(int from, int to) {
    for (int i = from; i < to; ) {
      List<Operation.Step> steps = new ArrayList<>();
      for (; i < to && steps.size() < 4_096; i++) steps.add(put("k" + (1_000_000 + i)));
      run(all(steps.toArray(Operation.Step[]::new)));
    }
  }

  private void run(Operation.Command command) {
    store.apply(++index, new Envelope(null, 1_000, command));
  }

  private static Operation.Transaction all(Operation.Step... steps) {
    return new Operation.Transaction(List.of(), List.of(steps), List.of());
  }

  private static Operation.Write put(String key) {
    return new Operation.Write(Bytes.utf8(key), Bytes.EMPTY, 0, new Condition.Always());
  }

  private static Operation.Delete delete(String key) {
    return new Operation.Delete(Bytes.utf8(key), new Condition.Always());
  }
}
