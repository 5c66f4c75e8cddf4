package io.jangada.kv;

import static org.assertj.core.api.Assertions.assertThat;

import io.jangada.bytes.Bytes;
import java.util.Collections;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/// What limits refuse before it is proposed.
class RefusalTest {
  private static final KvLimits LIMITS = new KvLimits(3, 5, KvLimits.DEFAULT.state());
  private static final Bytes KEY = Bytes.utf8("key");
  private static final Bytes LONG_KEY = Bytes.utf8("keys");
  private static final Bytes VALUE = Bytes.utf8("value");
  private static final Bytes LONG_VALUE = Bytes.utf8("values");
  private static final Condition ALWAYS = new Condition.Always();

  @Test
  void nothingIsRefusedThatIsWithinTheLimits() {
    SplittableRandom dice = new SplittableRandom(5);
    RandomOperations random = new RandomOperations(dice, 9);
    for (int i = 100; i < 3_000; i++) {
      assertThat(KvLimits.DEFAULT.refusalOf(random.command(i))).isEmpty();
      assertThat(KvLimits.DEFAULT.refusalOf(random.read(i))).isEmpty();
    }
  }

  @Test
  void keysAreNoLongerThanTheyMayBe() {
    Change set = new Change.Set(VALUE, 0);
    refused(Result.Reason.KEY_TOO_LONG, put(LONG_KEY, set, ALWAYS));
    fine(put(KEY, set, ALWAYS));
    for (KeyRange keys : List.of(KeyRange.of(KEY), new KeyRange(KEY, KeyRange.after(KEY)))) {
      fine(new Operation.Range(keys));
      fine(new Operation.DeleteRange(keys, false));
    }
    for (KeyRange keys :
        List.of(
            KeyRange.of(LONG_KEY),
            new KeyRange(KEY, KeyRange.after(LONG_KEY)),
            new KeyRange(KeyRange.after(LONG_KEY), null))) {
      refused(Result.Reason.KEY_TOO_LONG, new Operation.Range(keys));
      refused(Result.Reason.KEY_TOO_LONG, new Operation.DeleteRange(keys, true));
    }
  }

  @Test
  void valuesAreNoLongerThanTheyMayBe() {
    Change.Growth growth = new Change.Growth(true, 100);
    for (Change change :
        List.of(
            new Change.Set(LONG_VALUE, 0),
            new Change.Extend(Change.Side.END, LONG_VALUE, growth),
            new Change.Replace(0, LONG_VALUE, growth)))
      refused(Result.Reason.VALUE_TOO_LONG, put(KEY, change, ALWAYS));
    Condition compares = new Condition.Value(LONG_VALUE);
    refused(Result.Reason.VALUE_TOO_LONG, put(KEY, new Change.Keep(), compares));
  }

  @Test
  void whatStandsInATransactionIsRefusedAsAlone() {
    Operation.Step step = new Operation.Delete(LONG_KEY, ALWAYS);
    refused(Result.Reason.KEY_TOO_LONG, transaction(List.of(), List.of(step)));
    refused(
        Result.Reason.KEY_TOO_LONG,
        transaction(List.of(), List.of(transaction(List.of(), List.of(step)))));
    refused(
        Result.Reason.KEY_TOO_LONG, new Operation.Transaction(List.of(), List.of(), List.of(step)));
    Compare.Relation equal = Compare.Relation.EQUAL;
    Compare key = new Compare.Number(KeyRange.of(LONG_KEY), Compare.Field.CHANGES, equal, 0);
    Compare value = new Compare.Value(KeyRange.of(KEY), equal, LONG_VALUE);
    refused(Result.Reason.KEY_TOO_LONG, transaction(List.of(key), List.of()));
    refused(Result.Reason.VALUE_TOO_LONG, transaction(List.of(value), List.of()));
  }

  @Test
  void aTransactionIsNoLargerThanItMayBe() {
    Operation.Step get = new Operation.Get(KEY);
    int half = KvLimits.STEPS_MAX / 2;
    List<Operation.Step> steps = Collections.nCopies(half, get);
    fine(new Operation.Transaction(List.of(), steps, steps));
    Operation.Step one = transaction(List.of(), Collections.nCopies(half, get));
    refused(
        Result.Reason.TRANSACTION_TOO_LARGE,
        new Operation.Transaction(List.of(), steps, List.of(one)));

    Operation.Transaction nested = transaction(List.of(), List.of());
    for (int depth = 2; depth <= KvLimits.NESTING_MAX; depth++)
      nested = transaction(List.of(), List.of(nested));
    fine(nested);
    refused(Result.Reason.TRANSACTION_TOO_LARGE, transaction(List.of(), List.of(nested)));
  }

  @Test
  void theLargestWriteFitsIntoATransactionAndTwoOfThemMayNot() {
    int length = KvLimits.TRANSACTION_BYTES_MAX;
    KvLimits limits = new KvLimits(3, length, KvLimits.DEFAULT.state());
    Compare absent =
        new Compare.Number(KeyRange.of(KEY), Compare.Field.CREATED, Compare.Relation.EQUAL, 0);
    Operation.Step write = new Operation.Write(KEY, Bytes.wrap(new byte[length]), 0, ALWAYS);
    assertThat(limits.refusalOf(transaction(List.of(absent), List.of(write)))).isEmpty();
    assertThat(limits.refusalOf(transaction(List.of(), List.of(write, write))))
        .contains(new Result.Refused(Result.Reason.TRANSACTION_TOO_LARGE));
  }

  @Test
  void aCommandKeepsNoMoreLeasesAliveThanItMay() {
    fine(new Operation.KeepAlive(Collections.nCopies(KvLimits.KEEP_ALIVES_MAX, 1L)));
    refused(
        Result.Reason.TRANSACTION_TOO_LARGE,
        new Operation.KeepAlive(Collections.nCopies(KvLimits.KEEP_ALIVES_MAX + 1, 1L)));
  }

  private static Operation.Put put(Bytes key, Change change, Condition condition) {
    return new Operation.Put(key, change, new Lifetime.ForEver(), condition, false);
  }

  private static Operation.Transaction transaction(
      List<Compare> compares, List<Operation.Step> steps) {
    return new Operation.Transaction(compares, steps, List.of());
  }

  private static void fine(Operation operation) {
    assertThat(LIMITS.refusalOf(operation)).isEmpty();
  }

  private static void refused(Result.Reason reason, Operation operation) {
    assertThat(LIMITS.refusalOf(operation)).contains(new Result.Refused(reason));
  }

  @Test
  void noValueGrowsBeyondWhatThisMemberTakes() {
    Change.Growth wide = new Change.Growth(true, Integer.MAX_VALUE);
    Change.Growth narrow = new Change.Growth(false, 4);
    Operation.Put append = put(KEY, new Change.Extend(Change.Side.END, VALUE, wide), ALWAYS);
    Operation.Put replace = put(KEY, new Change.Replace(1, VALUE, wide), ALWAYS);
    Operation.Put shorter = put(KEY, new Change.Replace(1, VALUE, narrow), ALWAYS);
    Operation.Put appended =
        put(KEY, new Change.Extend(Change.Side.END, VALUE, new Change.Growth(true, 5)), ALWAYS);
    assertThat(LIMITS.bounded(append)).isEqualTo(appended);
    assertThat(LIMITS.bounded(shorter)).isEqualTo(shorter);
    Operation.Transaction inner =
        new Operation.Transaction(List.of(), List.of(shorter), List.of(append));
    Operation.Transaction outer =
        new Operation.Transaction(List.of(), List.of(inner, replace), List.of(append));
    var bounded = (Operation.Transaction) LIMITS.bounded(outer);
    assertThat(bounded.otherwise()).containsExactly(appended);
    assertThat(bounded.then().getFirst())
        .isEqualTo(new Operation.Transaction(List.of(), List.of(shorter), List.of(appended)));
    assertThat(bounded.then().getLast())
        .isEqualTo(put(KEY, new Change.Replace(1, VALUE, new Change.Growth(true, 5)), ALWAYS));
  }
}
