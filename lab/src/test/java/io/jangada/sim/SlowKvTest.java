package io.jangada.sim;

import static org.assertj.core.api.Assertions.assertThat;

import io.jangada.bytes.Bytes;
import io.jangada.kv.Change;
import io.jangada.kv.Compare;
import io.jangada.kv.Condition;
import io.jangada.kv.Envelope;
import io.jangada.kv.KeyRange;
import io.jangada.kv.KeyValue;
import io.jangada.kv.Lifetime;
import io.jangada.kv.Operation;
import io.jangada.kv.RequestId;
import io.jangada.kv.Result;
import java.util.List;
import org.junit.jupiter.api.Test;

/// Short stories of revisions, changes in place and transactions, so that the slow twin itself is
/// trusted.
class SlowKvTest extends SlowStory {
  private static final Change.Growth GROWTH = new Change.Growth(true, 10);

  // ---- where revisions begin ----

  @Test
  void anUnusedStoreIsOfRevisionZero() {
    kv.advance(3);
    assertThat(kv.revision()).isZero();
    assertThat(kv.compacted()).isZero();
    assertThat(ranged(new Operation.Range(KeyRange.ALL)))
        .isEqualTo(new Result.Ranged(0, 0, List.of(), null));
    index = 3;
    now = 0;
    assertThat(run(write("a", "1", 0))).isEqualTo(new Result.Written(4, 1));
    assertThat(run(put("a", "2"))).isEqualTo(changed(5, 2, "2"));
  }

  @Test
  void theFirstChangeOfAnUnusedStoreIsRevisionTwo() {
    assertThat(kv.apply(7, new Envelope(null, 50, new Operation.CountRevisions())))
        .isEqualTo(new Result.Noted(1));
    assertThat(kv.clusterTimeMillis()).isZero();
    index = 7;
    assertThat(run(write("a", "1", 0))).isEqualTo(new Result.Written(2, 1));
    assertThat(run(new Operation.Expire())).isEqualTo(new Result.Expired(0));
    assertThat(run(delete("b"))).isEqualTo(new Result.NotFound());
    assertThat(run(delete("a"))).isEqualTo(new Result.Deleted(3));
    assertThat(kv.revision()).isEqualTo(3);
  }

  @Test
  void oldVersionsAreTheLogsIndexesAndRevisionsGoOnFromThere() {
    index = 9;
    assertThat(run(write("a", "1", 0))).isEqualTo(new Result.Written(10, 1));
    kv.advance(++index);
    assertThat(run(write("a", "2", 0))).isEqualTo(new Result.Written(12, 1));
    assertThat(kv.revision()).isEqualTo(12);
    assertThat(kv.compacted()).isEqualTo(12);
    kv.advance(++index);
    assertThat(kv.countsRevisions()).isFalse();
    assertThat(run(put("a", "3"))).isEqualTo(changed(14, 2, "3"));
    assertThat(kv.countsRevisions()).isTrue();
    assertThat(entry("a").revisions()).isEqualTo(new KeyValue.Revisions(12, 14, 2));
    assertThat(entry("a").revisions().unique()).isEqualTo(13);
    run(new Operation.Expire());
    assertThat(run(write("b", "1", 0))).isEqualTo(new Result.Written(15, 1));
  }

  @Test
  void aKeyWhoseChangesWereCountedBeforeIsCreatedSoLongBeforeItsVersion() {
    Condition counts = new Condition.AnyChanges();
    run(new Operation.Write(bytes("a"), bytes("1"), 0, counts));
    run(new Operation.Expire());
    run(new Operation.Expire());
    run(new Operation.Write(bytes("a"), bytes("2"), 0, counts));
    assertThat(kv.countsRevisions()).isFalse();
    assertThat(entry("a").revisions()).isEqualTo(new KeyValue.Revisions(3, 4, 2));
    run(put("b", "1"));
    assertThat(run(put("a", "3"))).isEqualTo(changed(6, 3, "3"));
    assertThat(entry("a").revisions()).isEqualTo(new KeyValue.Revisions(3, 6, 3));
  }

  @Test
  void newConditionsOfOldCommandsBeginToCount() {
    run(write("a", "1", 0));
    run(new Operation.Delete(bytes("a"), new Condition.Version(9)));
    assertThat(kv.countsRevisions()).isFalse();
    run(new Operation.Delete(bytes("b"), new Condition.Present()));
    assertThat(kv.countsRevisions()).isTrue();
    assertThat(kv.revision()).isEqualTo(2);
  }

  // ---- puts ----

  @Test
  void putsLookAtTheirConditionsFirst() {
    Condition absent = new Condition.Absent();
    assertThat(run(put("a", "1", new Condition.Present()))).isEqualTo(new Result.NotFound());
    assertThat(run(put("a", "1", new Condition.Unique(1)))).isEqualTo(new Result.NotFound());
    assertThat(run(put("a", "1", absent))).isInstanceOf(Result.Changed.class);
    long there = kv.revision();
    assertThat(run(put("a", "2", absent))).isEqualTo(new Result.Exists(there));
    assertThat(run(put("a", "2", new Condition.Unique(there + 1))))
        .isEqualTo(new Result.Mismatch(there));
    assertThat(run(put("a", "2", new Condition.Unique(there))))
        .isEqualTo(changed(there + 1, 2, "2"));
    assertThat(run(put("a", "3", new Condition.Present()))).isEqualTo(changed(there + 2, 3, "3"));
  }

  @Test
  void whatWasThereBeforeIsToldOnRequest() {
    begin();
    run(new Operation.Put(bytes("a"), new Change.Set(bytes("1"), 7), FOR_EVER, ALWAYS, false));
    KeyValue former = entry("a");
    assertThat(run(new Operation.Put(bytes("a"), set("22"), FOR_EVER, ALWAYS, true)))
        .isEqualTo(new Result.Changed(3, 2, 2, null, former));
    assertThat(run(new Operation.Put(bytes("b"), set("22"), FOR_EVER, ALWAYS, true)))
        .isEqualTo(new Result.Changed(4, 1, 2, null, null));
  }

  @Test
  void aTouchTakesARevisionAndIsNoChange() {
    begin();
    assertThat(run(put("a", new Change.Keep()))).isEqualTo(new Result.NotFound());
    run(put("a", "1"));
    run(put("a", "2"));
    Lifetime soon = new Lifetime.Of(10);
    assertThat(run(new Operation.Put(bytes("a"), new Change.Keep(), soon, ALWAYS, false)))
        .isEqualTo(changed(4, 2, "2"));
    assertThat(entry("a").revisions()).isEqualTo(new KeyValue.Revisions(2, 4, 2));
    assertThat(entry("a").terms()).isEqualTo(new KeyValue.Terms(10, 1_010, 0));
    assertThat(run(put("a", set("3")))).isEqualTo(changed(5, 3, "3"));
    assertThat(entry("a").terms()).isEqualTo(new KeyValue.Terms(10, 1_010, 0));
    run(put("a", "4"));
    assertThat(entry("a").terms()).isEqualTo(KeyValue.Terms.FOR_EVER);
  }

  @Test
  void aRewriteLeavesTheValueAndIsAChange() {
    begin();
    assertThat(run(put("a", new Change.Rewrite()))).isEqualTo(new Result.NotFound());
    run(put("a", new Change.Set(bytes("1"), 7)));
    assertThat(run(put("a", new Change.Rewrite()))).isEqualTo(changed(3, 2, "1"));
    assertThat(entry("a").flags()).isEqualTo(7);
  }

  @Test
  void onlySettingAndWritingChangeFlags() {
    begin();
    run(put("a", new Change.Set(bytes("1"), 7)));
    run(put("a", add(Change.Arithmetic.SIGNED, 1, null)));
    run(put("a", new Change.Keep()));
    run(put("a", new Change.Extend(Change.Side.END, bytes("0"), GROWTH)));
    assertThat(entry("a").flags()).isEqualTo(7);
    run(put("b", new Change.Extend(Change.Side.END, bytes("0"), GROWTH)));
    assertThat(entry("b").flags()).isZero();
    run(write("a", "1", 0));
    assertThat(entry("a").flags()).isZero();
  }

  @Test
  void signedNumbersOverflowAtBothEnds() {
    begin();
    assertThat(run(put("a", add(Change.Arithmetic.SIGNED, 5, null))))
        .isEqualTo(new Result.NotFound());
    assertThat(run(put("a", add(Change.Arithmetic.SIGNED, 5, -3L)))).isEqualTo(number(2, 1, "-3"));
    assertThat(run(put("a", add(Change.Arithmetic.SIGNED, 5, -3L)))).isEqualTo(number(3, 2, "2"));
    run(put("a", "9223372036854775806"));
    assertThat(run(put("a", add(Change.Arithmetic.SIGNED, 1, null))))
        .isEqualTo(number(5, 4, "9223372036854775807"));
    assertThat(run(put("a", add(Change.Arithmetic.SIGNED, 1, null))))
        .isEqualTo(refused(Result.Reason.OVERFLOW));
    run(put("a", "-9223372036854775808"));
    assertThat(run(put("a", add(Change.Arithmetic.SIGNED, -1, null))))
        .isEqualTo(refused(Result.Reason.OVERFLOW));
    assertThat(kv.revision()).isEqualTo(6);
  }

  @Test
  void unsignedNumbersWrapUpwardsAndStopAtZeroDownwards() {
    begin();
    assertThat(run(put("a", add(Change.Arithmetic.UNSIGNED, 1, -1L))))
        .isEqualTo(number(2, 1, "18446744073709551615"));
    assertThat(run(put("a", add(Change.Arithmetic.UNSIGNED, 2, null))))
        .isEqualTo(number(3, 2, "1"));
    assertThat(run(put("a", add(Change.Arithmetic.UNSIGNED, -1, null))))
        .isEqualTo(number(4, 3, "0"));
    run(put("a", "5"));
    assertThat(run(put("a", add(Change.Arithmetic.UNSIGNED_DOWN, 3, null))))
        .isEqualTo(number(6, 5, "2"));
    assertThat(run(put("a", add(Change.Arithmetic.UNSIGNED_DOWN, -1, null))))
        .isEqualTo(number(7, 6, "0"));
  }

  @Test
  void whatIsNoNumberIsNotAddedTo() {
    begin();
    for (String text :
        List.of("", "+1", " 1", "1 ", "01", "-0", "-", "1e3", "9223372036854775808")) {
      run(put("a", text));
      assertThat(run(put("a", add(Change.Arithmetic.SIGNED, 0, 1L))))
          .as(text)
          .isEqualTo(refused(Result.Reason.NOT_A_NUMBER));
    }
    for (String text : List.of("", " ", "+", "+ 1", "1 1", "-1", "18446744073709551616")) {
      run(put("a", text));
      assertThat(run(put("a", add(Change.Arithmetic.UNSIGNED, 0, 1L))))
          .as(text)
          .isEqualTo(refused(Result.Reason.NOT_A_NUMBER));
    }
  }

  @Test
  void blanksAndZerosAroundANumberWithoutASignDoNotMatter() {
    begin();
    for (String text : List.of("7", "007", " 7", "7\r\n", "\t+07 ")) {
      run(put("a", text));
      Result sum = run(put("a", add(Change.Arithmetic.UNSIGNED, 1, null)));
      assertThat(((Result.Changed) sum).number()).as(text).isEqualTo(bytes("8"));
    }
  }

  @Test
  void valuesGrowUpToTheLimitInTheCommand() {
    begin();
    assertThat(run(put("a", new Change.Extend(Change.Side.END, bytes("bc"), GROWTH))))
        .isEqualTo(changed(2, 1, "bc"));
    assertThat(run(put("a", new Change.Extend(Change.Side.FRONT, bytes("a"), GROWTH))))
        .isEqualTo(changed(3, 2, "abc"));
    assertThat(run(put("a", new Change.Replace(1, bytes("X"), GROWTH))))
        .isEqualTo(changed(4, 3, "aXc"));
    assertThat(run(put("a", new Change.Replace(5, bytes("Y"), GROWTH))))
        .isEqualTo(changed(5, 4, "aXc\0\0Y"));
    assertThat(entry("a").value()).isEqualTo(bytes("aXc\0\0Y"));
    assertThat(run(put("a", new Change.Replace(10, bytes("Z"), GROWTH))))
        .isEqualTo(refused(Result.Reason.VALUE_TOO_LONG));
    assertThat(run(put("a", new Change.Extend(Change.Side.END, bytes("12345"), GROWTH))))
        .isEqualTo(refused(Result.Reason.VALUE_TOO_LONG));
    Change.Growth none = new Change.Growth(false, 10);
    assertThat(run(put("b", new Change.Replace(0, bytes("Z"), none))))
        .isEqualTo(new Result.NotFound());
    assertThat(kv.revision()).isEqualTo(5);
  }

  // ---- transactions ----

  @Test
  void aTransactionIsOneRevisionAndOneEventForAKey() {
    begin();
    run(put("a", "0"));
    Operation.Get get = new Operation.Get(bytes("a"));
    assertThat(run(all(put("b", "1"), put("a", "1"), get, put("a", "2"), put("c", "1"))))
        .isEqualTo(
            new Result.Transacted(
                3,
                true,
                List.of(
                    changed(3, 1, "1"),
                    changed(3, 2, "1"),
                    new Result.Found(bytes("1"), 3, 2, 0, 0),
                    changed(3, 2, "2"),
                    changed(3, 1, "1"))));
    assertThat(events(3)).isEqualTo("b=1@3 a=2@3(a=0@2) c=1@3");
    assertThat(run(put("a", "3"))).isEqualTo(changed(4, 3, "3"));
  }

  @Test
  void whatIsBornAndRemovedInOneTransactionNeverWas() {
    begin();
    assertThat(run(all(put("a", "1"), delete("a"))))
        .isEqualTo(
            new Result.Transacted(2, true, List.of(changed(2, 1, "1"), new Result.Deleted(2))));
    assertThat(events(1)).isEmpty();
    assertThat(kv.size()).isZero();
  }

  @Test
  void whatIsRemovedAndWrittenInOneTransactionIsBornAnew() {
    begin();
    run(put("a", "1"));
    run(put("a", "2"));
    run(all(delete("a"), put("a", "3"), put("a", "4")));
    assertThat(entry("a").revisions()).isEqualTo(new KeyValue.Revisions(4, 4, 1));
    assertThat(events(4)).isEqualTo("a=4@4(a=2@3)");
    assertThat(entry("a").revisions().unique()).isEqualTo(4);
    run(all(delete("a"), put("b", "1"), put("a", "5"), put("b", "2")));
    assertThat(events(5)).isEqualTo("b=2@5 a=5@5(a=4@4)");
  }

  @Test
  void aTouchBeforeOrBehindAChangeOfTheSameTransactionAddsNothing() {
    begin();
    run(put("a", "1"));
    run(all(put("a", new Change.Keep()), put("a", "2"), put("a", new Change.Keep())));
    assertThat(entry("a").revisions()).isEqualTo(new KeyValue.Revisions(2, 3, 2));
    run(all(put("a", new Change.Keep()), put("a", new Change.Keep())));
    assertThat(entry("a").revisions()).isEqualTo(new KeyValue.Revisions(2, 4, 2));
  }

  @Test
  void nestedTransactionsSeeWhatWasDoneBeforeAndShareTheRevision() {
    begin();
    Compare isOne = new Compare.Value(one("a"), Compare.Relation.EQUAL, bytes("1"));
    Operation.Transaction nested =
        new Operation.Transaction(
            List.of(isOne), List.of(put("b", "then")), List.of(put("b", "otherwise")));
    assertThat(run(all(nested, put("a", "1"), nested)))
        .isEqualTo(
            new Result.Transacted(
                2,
                true,
                List.of(
                    new Result.Transacted(2, false, List.of(changed(2, 1, "otherwise"))),
                    changed(2, 1, "1"),
                    new Result.Transacted(2, true, List.of(changed(2, 1, "then"))))));
    assertThat(state()).isEqualTo("a=1@2 b=then@2");
  }

  @Test
  void aTransactionThatChangesNothingTakesNoRevision() {
    begin();
    run(put("a", "1"));
    assertThat(run(all(delete("b"), new Operation.Get(bytes("b")))))
        .isEqualTo(
            new Result.Transacted(2, true, List.of(new Result.NotFound(), new Result.NotFound())));
    assertThat(kv.revision()).isEqualTo(2);
  }

  @Test
  void comparisonsHoldForEveryKeyOfARange() {
    begin();
    run(put("a", "1"));
    run(put("b", "2"));
    run(put("b", "2"));
    assertThat(holds(modified(range("a", "c"), Compare.Relation.GREATER, 1))).isTrue();
    assertThat(holds(modified(range("a", "c"), Compare.Relation.GREATER, 2))).isFalse();
    assertThat(holds(modified(range("x", "z"), Compare.Relation.EQUAL, 0))).isTrue();
    assertThat(holds(modified(range("x", "z"), Compare.Relation.GREATER, 0))).isFalse();
    Compare.Relation notEqual = Compare.Relation.NOT_EQUAL;
    assertThat(holds(new Compare.Value(one("x"), notEqual, bytes("1")))).isFalse();
    assertThat(holds(new Compare.Value(range("a", "c"), notEqual, bytes("3")))).isTrue();
    assertThat(holds(new Compare.Value(one("a"), Compare.Relation.LESS, bytes("2")))).isTrue();
  }

  @Test
  void aRangeInATransactionNamesTheRevisionOfItsMoment() {
    begin();
    Operation.Range range = new Operation.Range(KeyRange.ALL);
    Result.Transacted done = (Result.Transacted) run(all(range, put("a", "1"), range));
    assertThat(done.results().get(0)).isEqualTo(new Result.Ranged(1, 0, List.of(), null));
    assertThat(done.results().get(2)).isEqualTo(new Result.Ranged(2, 1, List.of(entry("a")), null));
  }

  @Test
  void theResultsOfATransactionAreBounded() {
    begin();
    Bytes large = Bytes.wrap(new byte[800 << 10]);
    for (int i = 0; i < 8; i++)
      run(new Operation.Put(bytes("k" + i), new Change.Set(large, 0), FOR_EVER, ALWAYS, false));
    Operation.Range first = new Operation.Range(range("k0", "k2"));
    Operation.Range all = new Operation.Range(range("k3", "l"));
    Operation.Get get = new Operation.Get(bytes("k0"));
    Result.Transacted done = (Result.Transacted) run(all(first, all, first, get));
    List<Result> expected =
        List.of(
            new Result.Ranged(9, 2, List.of(entry("k0"), entry("k1")), null),
            new Result.Ranged(
                9, 5, List.of(entry("k3"), entry("k4"), entry("k5")), range("k5\0", "l")),
            new Result.Ranged(9, 2, List.of(), first.keys()),
            new Result.Refused(Result.Reason.RESULT_TOO_LARGE));
    assertThat(done.results().equals(expected)).isTrue();
  }

  @Test
  void aRequestThatIsRememberedIsDoneOnce() {
    begin();
    RequestId id = new RequestId.Named(bytes("client"), bytes("first"));
    Operation.Command add = put("a", add(Change.Arithmetic.SIGNED, 1, 1L));
    Result first = kv.apply(++index, new Envelope(id, now, add));
    assertThat(first).isEqualTo(number(2, 1, "1"));
    assertThat(kv.apply(++index, new Envelope(id, now, add))).isEqualTo(first);
    assertThat(kv.revision()).isEqualTo(2);
  }

  @Test
  void rangesOfKeysAreRemovedUnderOneRevision() {
    begin();
    run(all(put("a", "1"), put("b", "2"), put("c", "3")));
    KeyValue a = entry("a");
    KeyValue b = entry("b");
    assertThat(run(new Operation.DeleteRange(range("a", "c"), true)))
        .isEqualTo(new Result.Removed(3, 2, List.of(a, b)));
    assertThat(run(new Operation.DeleteRange(range("a", "c"), true)))
        .isEqualTo(new Result.Removed(3, 0, List.of()));
    assertThat(events(3)).isEqualTo("-a@3(a=1@2) -b@3(b=2@2)");
  }

  private void begin() {
    run(new Operation.CountRevisions());
  }

  private static KeyRange one(String key) {
    return KeyRange.of(bytes(key));
  }

  private static Compare modified(KeyRange keys, Compare.Relation relation, long number) {
    return new Compare.Number(keys, Compare.Field.MODIFIED, relation, number);
  }

  private static Change add(Change.Arithmetic arithmetic, long delta, Long initial) {
    return new Change.Add(arithmetic, delta, initial);
  }
}
