package io.jangada.kv;

import static io.jangada.kv.Scribe.ALWAYS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.jangada.bytes.Bytes;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// Transactions that are decided before their first step.
class AheadTest {
  private static final Lifetime FOR_EVER = new Lifetime.ForEver();
  private static final Condition PRESENT = new Condition.Present();
  private static final int HALF = KvLimits.RESULT_BYTES_MAX / 2;

  private final KvStore store = new KvStore(new KvLimits(100, 4 << 20, KvLimits.DEFAULT.state()));
  private long index;

  @BeforeEach
  void begin() {
    run(new Operation.KeepHistory(true));
    run(put("a", "1"));
    run(put("b", "1"));
  }

  @Test
  void nestedComparisonsSeeTheStateBeforeTheFirstStep() {
    var inner = when(is("a", "1"), List.of(put("c", "then")), List.of(put("c", "otherwise")));
    run(all(put("a", "2"), inner));
    assertThat(valueOf("c")).isEqualTo("then");
    run(new Operation.Transaction(List.of(), List.of(put("a", "3"), inner), List.of()));
    assertThat(valueOf("c")).as("step by step").isEqualTo("otherwise");
  }

  @Test
  void leasesNeedBeThereInTheListThatIsTakenAlone() {
    Operation.Put leased = put("c", set("1"), new Lifetime.Leased(7), ALWAYS);
    run(when(is("a", "1"), List.of(put("c", "2")), List.of(leased)));
    assertThat(valueOf("c")).isEqualTo("2");
    refused(
        Result.Reason.LEASE_NOT_FOUND,
        all(put("a", "2"), when(is("a", "1"), List.of(leased), List.of())));
  }

  @Test
  void aKeyThatMustBeThereMustBeThereAtTheStart() {
    Operation.Put same = put("c", set("1"), new Lifetime.Same(), PRESENT);
    Operation.Put again = put("a", new Change.Rewrite(), FOR_EVER, PRESENT);
    refused(Result.Reason.KEY_NOT_FOUND, all(again, same));
    refused(Result.Reason.KEY_NOT_FOUND, all(put("c", "1"), same));
    refused(Result.Reason.KEY_NOT_FOUND, all(new Operation.Delete(key("c"), PRESENT)));
    run(when(is("a", "1"), List.of(again), List.of(same)));
    assertThat(run(again)).isEqualTo(new Result.Changed(store.revision(), 3, 1, null, null));
    assertThat(run(same)).as("alone").isEqualTo(new Result.NotFound());
  }

  @Test
  void revisionsThatCannotBeReadRefuseTheWhole() {
    run(put("a", "2"));
    run(new Operation.Compact(3));
    refused(Result.Reason.FUTURE_REVISION, all(put("a", "3"), at(store.revision() + 1)));
    var transaction = all(put("a", "3"), at(2));
    long before = store.revision();
    assertThat(run(transaction)).isEqualTo(new Result.Compacted(3));
    assertThat(store.revision()).isEqualTo(before);
    run(when(is("a", "none"), List.of(at(2)), List.of()));
  }

  @Test
  void aFormerRevisionIsReadAsItIsWhateverTheStepsBefore() {
    run(put("a", "2"));
    run(new Operation.KeepHistory(false));
    long now = store.revision();
    var done = (Result.Transacted) run(all(delete("a"), put("b", "2"), at(now)));
    assertThat(done.revision()).isEqualTo(now + 1);
    var ranged = (Result.Ranged) done.results().get(2);
    assertThat(ranged.entries()).hasSize(2);
    assertThat(ranged.entries().getFirst().value().toUtf8()).isEqualTo("2");
    assertThat(ranged.count()).isEqualTo(2);
  }

  @Test
  void aTransactionWhoseResultsWouldBeTooLargeIsNotDone() {
    run(put("a", "x".repeat(HALF)));
    run(put("b", "x".repeat(HALF)));
    Operation.Put former = new Operation.Put(key("a"), set("1"), FOR_EVER, ALWAYS, true);
    Operation.Step range = new Operation.Range(KeyRange.of(key("b")));
    refused(Result.Reason.RESULT_TOO_LARGE, all(former, range));
    refused(Result.Reason.RESULT_TOO_LARGE, all(new Operation.DeleteRange(KeyRange.ALL, true)));
    refused(
        Result.Reason.RESULT_TOO_LARGE,
        all(put("c", "x".repeat(HALF)), new Operation.Range(new KeyRange(key("b"), null))));
    refused(Result.Reason.RESULT_TOO_LARGE, all(delete("a"), first(), range));
    run(put("b", "x".repeat(HALF - 1_000)));
    assertThat(run(all(former, put("b", "2"), range))).isInstanceOf(Result.Transacted.class);
  }

  @Test
  void aRangeIsWhole() {
    int keys = 3 * KvLimits.RANGE_KEYS_MAX;
    List<Operation.Step> steps = new ArrayList<>();
    for (int i = 0; i < keys; i++) steps.add(put("k" + i, ""));
    for (int i = 0; i < 3; i++)
      run(all(steps.subList(i * keys / 3, (i + 1) * keys / 3).toArray(Operation.Step[]::new)));
    var done = (Result.Transacted) run(all(new Operation.Range(KeyRange.prefix(key("k")))));
    var ranged = (Result.Ranged) done.results().getFirst();
    assertThat(ranged.entries()).hasSize(keys);
    assertThat(ranged.rest()).isNull();
  }

  @Test
  void comparisonsMayLookAtSoManyKeysOnly() {
    Operation.Step[] puts = new Operation.Step[ResultBound.KEYS_MAX / 8];
    for (int i = 0; i < puts.length; i++) puts[i] = put("k" + i, "");
    run(all(puts));
    KeyRange keys = KeyRange.prefix(key("k"));
    List<Compare> eight = Collections.nCopies(8, created(keys, Compare.Relation.GREATER));
    assertThat(run(comparing(eight))).isInstanceOf(Result.Transacted.class);
    refused(Result.Reason.RESULT_TOO_LARGE, comparing(Collections.nCopies(9, eight.getFirst())));
    Compare one = created(KeyRange.of(key("k1")), Compare.Relation.GREATER);
    assertThat(run(comparing(eight, comparing(List.of(one)))))
        .isInstanceOf(Result.Transacted.class);
    Compare failing = created(keys, Compare.Relation.EQUAL);
    refused(Result.Reason.RESULT_TOO_LARGE, comparing(eight, comparing(List.of(failing))));
    var stepByStep =
        new Operation.Transaction(Collections.nCopies(9, eight.getFirst()), List.of(), List.of());
    assertThat(run(stepByStep)).isInstanceOf(Result.Transacted.class);
  }

  @Test
  void aTransactionOfReadsNeedsNoEntry() {
    var reads = when(is("a", "1"), List.of(new Operation.Get(key("b")), at(2)), List.of());
    var read = new Operation.ReadTransaction(reads);
    Result result = store.read(read);
    assertThat(result).isEqualTo(run(reads));
    assertThat(((Result.Transacted) result).revision()).isEqualTo(store.revision());
    run(put("a", "2"));
    store.pin(3);
    run(new Operation.Compact(4));
    run(put("a", "1"));
    var pinned = new Operation.ReadTransaction(all(at(3)));
    assertThat(store.read(pinned)).isInstanceOf(Result.Transacted.class);
    assertThat(run(all(at(3)))).as("in the log").isEqualTo(new Result.Compacted(4));
    assertThatThrownBy(() -> new Operation.ReadTransaction(all(put("a", "1"))))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(
            () ->
                new Operation.ReadTransaction(
                    when(is("a", "1"), List.of(), List.of(all(put("a", ""))))))
        .isInstanceOf(IllegalArgumentException.class);
  }

  private void refused(Result.Reason reason, Operation.Transaction transaction) {
    long before = store.revision();
    assertThat(run(transaction)).isEqualTo(new Result.Refused(reason));
    assertThat(store.revision()).isEqualTo(before);
  }

  private Result run(Operation.Command command) {
    return store.apply(++index, new Envelope(null, 1_000, command));
  }

  private String valueOf(String key) {
    return ((Result.Found) store.get(key(key))).value().toUtf8();
  }

  private static Bytes key(String key) {
    return Bytes.utf8(key);
  }

  private static Operation.Transaction all(Operation.Step... steps) {
    return new Operation.Transaction(
        List.of(), List.of(steps), List.of(), Operation.Decision.AHEAD);
  }

  private static Operation.Transaction comparing(List<Compare> compares, Operation.Step... then) {
    return new Operation.Transaction(compares, List.of(then), List.of(), Operation.Decision.AHEAD);
  }

  /// All were created at a revision above 0, but none at 0.
  private static Compare created(KeyRange keys, Compare.Relation relation) {
    return new Compare.Number(keys, Compare.Field.CREATED, relation, 0);
  }

  private static Operation.Transaction when(
      Compare compare, List<Operation.Step> then, List<Operation.Step> otherwise) {
    return new Operation.Transaction(List.of(compare), then, otherwise, Operation.Decision.AHEAD);
  }

  private static Compare is(String key, String value) {
    KeyRange keys = KeyRange.of(key(key));
    return new Compare.Value(keys, Compare.Relation.EQUAL, Bytes.utf8(value));
  }

  private static Operation.Put put(String key, String value) {
    return put(key, set(value), FOR_EVER, ALWAYS);
  }

  private static Operation.Put put(
      String key, Change change, Lifetime lifetime, Condition condition) {
    return new Operation.Put(key(key), change, lifetime, condition, false);
  }

  private static Change set(String value) {
    return new Change.Set(Bytes.utf8(value), 0);
  }

  private static Operation.Delete delete(String key) {
    return new Operation.Delete(key(key), ALWAYS);
  }

  /// All keys as they were.
  private static Operation.Range at(long revision) {
    return new Operation.Range(KeyRange.ALL, revision, Operation.Selection.ALL, Operation.Page.ALL);
  }

  /// The first key.
  private static Operation.Range first() {
    return new Operation.Range(
        KeyRange.ALL, 0, Operation.Selection.ALL, new Operation.Page(false, 1));
  }
}
