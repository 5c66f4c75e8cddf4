package io.jangada.kv;

import static io.jangada.kv.Operation.Decision.AHEAD;
import static org.assertj.core.api.Assertions.assertThat;

import io.jangada.bytes.Bytes;
import io.jangada.sim.SlowKv;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/// The store beside its slow twin where ranges have more keys and bytes than go into one result.
class RangeTwinTest {
  private static final KvLimits LIMITS = KvLimits.DEFAULT;
  private static final Condition ALWAYS = new Condition.Always();
  private static final Lifetime FOR_EVER = new Lifetime.ForEver();

  private final KvStore store = new KvStore(LIMITS, 1);
  private final SlowKv twin = new SlowKv(LIMITS.state());
  private final SplittableRandom dice = new SplittableRandom(14);
  private final TwinComparison comparison = new TwinComparison(twin, dice);
  private long index;

  @Test
  void largeValuesCrossTheLimitInBytes() {
    run(new Operation.KeepHistory(true));
    for (int i = 0; i < 400; i++) {
      int length = dice.nextInt(10) == 0 ? dice.nextInt(300 << 10) : dice.nextInt(20 << 10);
      Operation.Command command =
          switch (dice.nextInt(10)) {
            case 0 -> new Operation.Delete(key(60), ALWAYS);
            case 1 -> new Operation.DeleteRange(some(60), true);
            case 2 -> reads(60);
            default -> put(key(60), length);
          };
      run(command);
      if (i % 8 == 0) comparison.read(store, range(60), "command " + i);
    }
    comparison.figures(store, "at the end");
    comparison.everything(store, "at the end");
  }

  @Test
  void manyKeysCrossTheLimitInKeys() {
    run(new Operation.KeepHistory(true));
    int keys = 3 * KvLimits.RANGE_KEYS_MAX;
    for (int i = 0; i < 40; i++) {
      List<Operation.Step> steps = new ArrayList<>();
      for (int j = 0; j < 1_000; j++)
        steps.add(
            dice.nextInt(5) == 0
                ? new Operation.Delete(key(keys), ALWAYS)
                : put(key(keys), dice.nextInt(5)));
      steps.add(range(keys));
      if (i % 4 == 0) ahead(keys);
      run(new Operation.Transaction(List.of(), steps, List.of()));
    }
    assertThat(twin.size()).isGreaterThan(2 * KvLimits.RANGE_KEYS_MAX);
    comparison.figures(store, "at the end");
    for (int i = 0; i < 60; i++) comparison.read(store, range(keys), "range " + i);
    for (int i = 0; i < 60; i++) comparison.count(store, some(keys), "range " + i);
  }

  private void run(Operation.Command command) {
    Envelope envelope = new Envelope(null, 1_000, command);
    Result result = store.apply(++index, envelope);
    // Told in few words: the results are large.
    assertThat(result.equals(twin.apply(index, envelope))).as("command %d", index).isTrue();
  }

  /// Ranges that are not cut where they are decided ahead, but refused.
  private void ahead(int keys) {
    List<Operation.Step> steps = new ArrayList<>();
    for (int i = dice.nextInt(6); i >= 0; i--) {
      steps.add(range(keys));
      steps.add(new Operation.Delete(key(keys), ALWAYS));
      steps.add(put(key(keys), dice.nextInt(5)));
    }
    var created = Compare.Field.CREATED;
    List<Compare> compares =
        List.of(
            new Compare.Number(KeyRange.ALL, created, Compare.Relation.GREATER, 0),
            new Compare.Number(KeyRange.ALL, created, Compare.Relation.GREATER, keys / 100));
    steps.add(new Operation.Transaction(compares, steps.subList(0, 1), List.of(), AHEAD));
    run(
        new Operation.Transaction(
            Collections.nCopies(dice.nextInt(12), compares.getFirst()), steps, List.of(), AHEAD));
  }

  private static Operation.Put put(Bytes key, int length) {
    Change change = new Change.Set(Bytes.wrap(new byte[length]), 0);
    return new Operation.Put(key, change, FOR_EVER, ALWAYS, true);
  }

  private Operation.Transaction reads(int keys) {
    List<Operation.Step> steps = new ArrayList<>();
    for (int i = 0; i < 8; i++) {
      steps.add(range(keys));
      steps.add(new Operation.Get(key(keys)));
    }
    steps.add(new Operation.DeleteRange(some(keys), true));
    if (dice.nextBoolean()) steps.add(put(key(keys), 1 << 10));
    Operation.Decision[] decisions = Operation.Decision.values();
    return new Operation.Transaction(List.of(), steps, List.of(), decisions[dice.nextInt(2)]);
  }

  private Operation.Range range(int keys) {
    long revision = twin.revision();
    long at = dice.nextBoolean() ? 0 : twin.compacted() + dice.nextLong(revision);
    Operation.Detail detail =
        Operation.Detail.values()[dice.nextInt(Operation.Detail.values().length)];
    Operation.Between modified =
        dice.nextInt(3) == 0
            ? new Operation.Between(dice.nextLong(revision + 1), revision)
            : Operation.Between.ANY;
    return new Operation.Range(
        dice.nextBoolean() ? KeyRange.ALL : some(keys),
        at,
        new Operation.Selection(detail, Operation.Between.ANY, modified),
        new Operation.Page(
            dice.nextBoolean(), dice.nextBoolean() ? 0 : 1 + keys / 20 + dice.nextInt(keys)));
  }

  private KeyRange some(int keys) {
    Bytes from = key(keys);
    return dice.nextInt(4) == 0 ? KeyRange.prefix(from.slice(0, 3)) : new KeyRange(from, key(keys));
  }

  private Bytes key(int keys) {
    return Bytes.utf8("k" + (100_000 + dice.nextInt(keys)));
  }
}
