package io.jangada.sim;

import static org.assertj.core.api.Assertions.assertThat;

import io.jangada.bytes.Bytes;
import io.jangada.kv.Change;
import io.jangada.kv.KeyRange;
import io.jangada.kv.KeyValue;
import io.jangada.kv.Lifetime;
import io.jangada.kv.Operation;
import io.jangada.kv.Result;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// Short stories of history, ranges, leases and what falls due, so that the slow twin itself is
/// trusted.
class SlowKvHistoryTest extends SlowStory {
  private static final Operation.Expire EXPIRE = new Operation.Expire();

  @BeforeEach
  void begin() {
    run(new Operation.CountRevisions());
  }

  // ---- history ----

  @Test
  void withoutHistoryOnlyTheNewestRevisionCanBeRead() {
    run(put("a", "1"));
    run(put("a", "2"));
    assertThat(kv.compacted()).isEqualTo(3);
    assertThat(kv.read(at(2))).isEqualTo(new Result.Compacted(3));
    assertThat(kv.read(at(4))).isEqualTo(refused(Result.Reason.FUTURE_REVISION));
    assertThat(told(ranged(at(3)).entries())).isEqualTo("a=2@3");
    assertThat(told(((Result.Ranged) kv.read(at(2), 2)).entries())).isEqualTo("a=1@2");
  }

  @Test
  void historyIsKeptFromTheMomentItIsAskedForUntilItIsGivenUp() {
    run(put("a", "1"));
    assertThat(run(new Operation.KeepHistory(true))).isEqualTo(new Result.Noted(2));
    run(put("a", "2"));
    run(delete("a"));
    run(put("a", "3"));
    assertThat(kv.compacted()).isEqualTo(2);
    assertThat(told(ranged(at(2)).entries())).isEqualTo("a=1@2");
    assertThat(ranged(at(4))).isEqualTo(new Result.Ranged(4, 0, List.of(), null));
    assertThat(events(3)).isEqualTo("a=2@3(a=1@2) -a@4(a=2@3) a=3@5");
    run(new Operation.KeepHistory(false));
    assertThat(kv.compacted()).isEqualTo(5);
  }

  @Test
  void compactionLeavesItsOwnRevisionReadable() {
    run(new Operation.KeepHistory(true));
    for (int i = 2; i < 7; i++) run(put("a", "" + i));
    assertThat(run(new Operation.Compact(4))).isEqualTo(new Result.Noted(6));
    assertThat(told(ranged(at(4)).entries())).isEqualTo("a=4@4");
    assertThat(kv.read(at(3))).isEqualTo(new Result.Compacted(4));
    assertThat(run(new Operation.Compact(4))).isEqualTo(new Result.Compacted(4));
    assertThat(run(new Operation.Compact(7))).isEqualTo(refused(Result.Reason.FUTURE_REVISION));
    assertThat(kv.revision()).isEqualTo(6);
  }

  @Test
  void statesCanBeReadAtEveryRevision() {
    run(new Operation.KeepHistory(true));
    run(all(put("a", "1"), put("b", "1")));
    run(put("b", "2"));
    run(new Operation.DeleteRange(KeyRange.ALL, false));
    run(put("b", "3"));
    assertThat(stateAt(1)).isEmpty();
    assertThat(stateAt(2)).isEqualTo("a=1@2 b=1@2");
    assertThat(stateAt(3)).isEqualTo("a=1@2 b=2@3");
    assertThat(stateAt(4)).isEmpty();
    assertThat(stateAt(5)).isEqualTo("b=3@5");
  }

  // ---- ranges ----

  @Test
  void aRangeEndsAtItsLimitAndSaysWhereToGoOn() {
    for (String key : List.of("a", "b", "c", "d")) run(put(key, "1"));
    Result.Ranged first = ranged(page(range("a", "d"), false, 2));
    assertThat(told(first.entries())).isEqualTo("a=1@2 b=1@3");
    assertThat(first.count()).isEqualTo(3);
    assertThat(first.rest()).isEqualTo(range("b\0", "d"));
    assertThat(ranged(page(first.rest(), false, 1)).rest()).isNull();
    Result.Ranged down = ranged(page(KeyRange.ALL, true, 3));
    assertThat(told(down.entries())).isEqualTo("d=1@5 c=1@4 b=1@3");
    assertThat(down.rest()).isEqualTo(new KeyRange(Bytes.EMPTY, bytes("b")));
    assertThat(told(ranged(page(down.rest(), true, 3)).entries())).isEqualTo("a=1@2");
  }

  @Test
  void filtersLeaveKeysOutAndNotOutOfTheCount() {
    for (String key : List.of("a", "b", "c")) run(put(key, "1"));
    run(put("a", "2"));
    var selection =
        new Operation.Selection(
            Operation.Detail.KEYS, new Operation.Between(0, 3), new Operation.Between(3, 9));
    Result.Ranged ranged =
        ranged(new Operation.Range(KeyRange.ALL, 0, selection, Operation.Page.ALL));
    assertThat(told(ranged.entries())).isEqualTo("a=@5 b=@3");
    assertThat(ranged.count()).isEqualTo(3);
  }

  @Test
  void countsAreExact() {
    run(new Operation.KeepHistory(true));
    for (String key : List.of("a", "b", "c")) run(put(key, "1"));
    run(delete("b"));
    var count =
        new Operation.Selection(
            Operation.Detail.COUNT, Operation.Between.ANY, Operation.Between.ANY);
    Operation.Page page = new Operation.Page(false, 1);
    assertThat(kv.read(new Operation.Range(KeyRange.ALL, 0, count, page)))
        .isEqualTo(new Result.Ranged(5, 2, List.of(), null));
    assertThat(kv.read(new Operation.Range(KeyRange.ALL, 4, count, page)))
        .isEqualTo(new Result.Ranged(4, 3, List.of(), null));
    assertThat(kv.count(range("b", "z"))).isEqualTo(1);
  }

  @Test
  void aRangeEndsBeforeItHasTooManyBytesOrKeys() {
    Bytes half = Bytes.wrap(new byte[(256 << 10) / 2 - 65]);
    for (String key : List.of("a", "b", "c"))
      run(new Operation.Put(bytes(key), new Change.Set(half, 0), FOR_EVER, ALWAYS, false));
    run(put("b", "1"));
    Result.Ranged ranged = ranged(new Operation.Range(KeyRange.ALL));
    assertThat(ranged.entries()).hasSize(2);
    assertThat(ranged.rest()).isEqualTo(new KeyRange(bytes("b\0"), null));
    run(
        new Operation.Put(
            bytes("a"),
            new Change.Set(Bytes.wrap(new byte[300 << 10]), 0),
            FOR_EVER,
            ALWAYS,
            false));
    assertThat(ranged(new Operation.Range(KeyRange.ALL)).entries()).hasSize(1);
  }

  // ---- what falls due ----

  @Test
  void valuesOfOneEntryFallDueUnderOneRevisionBeforeItsOwn() {
    run(write("a", "1", 20));
    run(write("b", "1", 10));
    run(write("c", "1", 0));
    now += 20;
    assertThat(run(write("c", "2", 0))).isEqualTo(new Result.Written(6, 2));
    assertThat(events(5)).isEqualTo("-b@5(b=1@3) -a@5(a=1@2) c=2@6(c=1@4)");
  }

  @Test
  void valuesThatTheBoundLeavesAreThereUntilACommandNamesThem() {
    for (String key : List.of("a", "b", "c", "d", "e")) run(write(key, "1", 10));
    now += 10;
    assertThat(kv.nextDeadlineMillis()).isEqualTo(now);
    assertThat(run(write("e", "2", 0))).isEqualTo(new Result.Written(8, 1));
    assertThat(events(7)).isEqualTo("-a@7(a=1@2) -b@7(b=1@3) -c@7(c=1@4) -e@7(e=1@6) e=2@8");
    assertThat(kv.size()).isEqualTo(2);
    assertThat(run(EXPIRE)).isEqualTo(new Result.Expired(1));
    assertThat(kv.revision()).isEqualTo(9);
    assertThat(kv.nextDeadlineMillis()).isEqualTo(Long.MAX_VALUE);
  }

  @Test
  void aRangeThatIsRemovedHoldsWhatIsDueAndOneKeyDoesNot() {
    for (String key : List.of("a", "b", "c", "d", "e")) run(write(key, "1", 10));
    now += 10;
    assertThat(run(new Operation.DeleteRange(KeyRange.of(bytes("d")), false)))
        .isEqualTo(new Result.Removed(7, 0, List.of()));
    assertThat(state()).isEqualTo("e=1@6");
    assertThat(run(new Operation.DeleteRange(range("d", "z"), false)))
        .isEqualTo(new Result.Removed(8, 0, List.of()));
    for (String key : List.of("a", "b", "c", "d", "e")) run(write(key, "1", 10));
    now += 10;
    assertThat(run(new Operation.DeleteRange(KeyRange.ALL, false)))
        .isEqualTo(new Result.Removed(15, 2, List.of()));
  }

  @Test
  void whatATransactionNamesIsGoneBeforeItsComparisons() {
    for (String key : List.of("a", "b", "c", "d", "e", "f")) run(write(key, "1", 10));
    now += 10;
    run(all(new Operation.Get(bytes("f")), put("e", "2", new Lifetime.Same())));
    assertThat(events(8))
        .isEqualTo("-a@8(a=1@2) -b@8(b=1@3) -c@8(c=1@4) -f@8(f=1@7) -e@8(e=1@6) e=2@9");
    assertThat(state()).isEqualTo("d=1@5 e=2@9");
  }

  // ---- leases ----

  @Test
  void aLeaseEndsWithItsKeysUnderOneRevision() {
    assertThat(run(new Operation.Grant(5, 100))).isEqualTo(new Result.Granted(5, 100));
    assertThat(run(new Operation.Grant(5, 100))).isEqualTo(refused(Result.Reason.LEASE_EXISTS));
    assertThat(run(new Operation.Grant(6, 50))).isEqualTo(new Result.Granted(6, 50));
    run(put("b", "1", leased(5)));
    run(put("a", "1", leased(5)));
    run(write("c", "1", 100));
    now += 30;
    run(EXPIRE);
    assertThat(kv.read(new Operation.GetLease(5)))
        .isEqualTo(new Result.Leased(5, 100, 70, List.of(bytes("a"), bytes("b"))));
    now += 70;
    assertThat(run(EXPIRE)).isEqualTo(new Result.Expired(3));
    assertThat(events(5)).isEqualTo("-c@5(c=1@4) -a@6(a=1@3) -b@6(b=1@2)");
    assertThat(kv.read(new Operation.ListLeases())).isEqualTo(new Result.LeaseList(List.of()));
    assertThat(kv.read(new Operation.GetLease(5)))
        .isEqualTo(refused(Result.Reason.LEASE_NOT_FOUND));
  }

  @Test
  void aLeaseMayHaveANegativeNumber() {
    run(new Operation.Grant(-5, 100));
    run(put("a", "1", leased(-5)));
    assertThat(entry("a").terms()).isEqualTo(new KeyValue.Terms(0, 0, -5));
    assertThat(run(new Operation.Revoke(-5))).isEqualTo(new Result.Removed(3, 1, List.of()));
  }

  @Test
  void leasesAreKeptAliveAndRevoked() {
    run(new Operation.Grant(5, 100));
    run(put("a", "1", leased(5)));
    now += 99;
    assertThat(run(new Operation.KeepAlive(List.of(5L, 6L))))
        .isEqualTo(new Result.KeptAlive(List.of(100L, 0L)));
    now += 99;
    assertThat(run(EXPIRE)).isEqualTo(new Result.Expired(0));
    assertThat(kv.nextDeadlineMillis()).isEqualTo(now + 1);
    assertThat(run(new Operation.Revoke(5))).isEqualTo(new Result.Removed(3, 1, List.of()));
    assertThat(run(new Operation.Revoke(5))).isEqualTo(refused(Result.Reason.LEASE_NOT_FOUND));
  }

  @Test
  void aKeyLeavesItsLeaseWhenItIsWrittenWithoutIt() {
    run(new Operation.Grant(5, 100));
    run(put("a", "1", leased(5)));
    run(put("b", "1", leased(5)));
    run(put("c", "1", leased(5)));
    run(write("a", "2", 0));
    run(put("b", "2"));
    run(put("c", set("2")));
    assertThat(entry("c").terms()).isEqualTo(new KeyValue.Terms(0, 0, 5));
    run(new Operation.Revoke(5));
    assertThat(state()).isEqualTo("a=2@5 b=2@6");
  }

  @Test
  void aTransactionThatNamesALeaseThatIsNotThereIsRefused() {
    Operation.Transaction nested =
        new Operation.Transaction(List.of(), List.of(), List.of(put("a", "1", leased(5))));
    assertThat(run(all(put("b", "1"), nested))).isEqualTo(refused(Result.Reason.LEASE_NOT_FOUND));
    assertThat(run(put("a", "1", leased(5)))).isEqualTo(refused(Result.Reason.LEASE_NOT_FOUND));
    assertThat(kv.size()).isZero();
    run(new Operation.Grant(5, 10));
    assertThat(run(all(put("b", "1"), nested))).isInstanceOf(Result.Transacted.class);
  }

  @Test
  void aLeaseThatIsDueAndWasLeftIsNotRevived() {
    for (int i = 1; i < 19; i++) run(new Operation.Grant(i, 10));
    run(put("a", "1", leased(17)));
    now += 10;
    assertThat(run(new Operation.KeepAlive(List.of(17L))))
        .isEqualTo(new Result.KeptAlive(List.of(0L)));
    assertThat(kv.read(new Operation.ListLeases()))
        .isEqualTo(new Result.LeaseList(List.of(17L, 18L)));
    assertThat(kv.read(new Operation.GetLease(17)))
        .isEqualTo(new Result.Leased(17, 10, 0, List.of(bytes("a"))));
  }

  @Test
  void numbersAreDrawnFromTheLogsIndex() {
    run(new Operation.Grant(3, 10));
    assertThat(run(new Operation.Grant(0, 10))).isEqualTo(new Result.Granted(4, 10));
  }

  private static Lifetime leased(long lease) {
    return new Lifetime.Leased(lease);
  }

  private static Operation.Range at(long revision) {
    return new Operation.Range(KeyRange.ALL, revision, Operation.Selection.ALL, Operation.Page.ALL);
  }

  private static Operation.Range page(KeyRange keys, boolean descending, long limit) {
    return new Operation.Range(
        keys, 0, Operation.Selection.ALL, new Operation.Page(descending, limit));
  }
}
