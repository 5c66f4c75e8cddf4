package io.jangada.kv;

import static org.assertj.core.api.Assertions.assertThat;

import io.jangada.bytes.Bytes;
import io.jangada.sim.SlowKv;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// The store beside its slow twin on thousands of random commands, with snapshots taken, abandoned
/// and restored in between.
class KvStoreTwinTest {
  private static final int COMMANDS = 4_000;
  private static final int CHUNK_BYTES = 200;
  private static final KvLimits LIMITS =
      new KvLimits(100, 1_000, new KvLimits.State(5, 9, 30, 700, 3));

  private final List<Bytes> log = new ArrayList<>();
  private KvStore store = new KvStore(LIMITS, 1);
  private final SlowKv twin = new SlowKv(LIMITS.state());
  private Snapshot open;
  private List<Bytes> chunks;
  private int restores;
  private int written;

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
  void everyStepIsTheTwins(long seed) {
    SplittableRandom dice = new SplittableRandom(seed);
    RandomCommands commands = new RandomCommands(dice, 30 + 30 * (int) (seed % 3));
    for (int index = 1; index <= COMMANDS; index++) {
      Envelope envelope = commands.next(index);
      log.add(CommandCodec.encode(envelope));
      Result result = store.apply(index, log.getLast());
      assertThat(result)
          .as("seed %d, %d: %s", seed, index, envelope)
          .isEqualTo(twin.apply(index, envelope));
      if (result instanceof Result.Written) written++;
      compare("seed " + seed + ", " + index, commands.key());
      snapshots(dice);
    }
    assertThat(restores).isGreaterThan(10);
    assertThat(written).isGreaterThan(COMMANDS / 5);
  }

  /// Steps that need few bytes to make many, over values that are as long as they may be.
  @Test
  void whatIsMadeOfValuesThatAreThereHasABound() {
    SplittableRandom dice = new SplittableRandom(7);
    Set<Object> seen = new HashSet<>();
    for (int index = 1; index <= 300; index++) {
      Operation.Command command =
          index % 3 == 0 ? transaction(dice) : put(dice, new Change.Set(value(dice, 1 << 20), 0));
      Envelope envelope = new Envelope(null, index, command);
      Result result = store.apply(index, CommandCodec.encode(envelope));
      assertThat(result).as("%d: %s", index, command).isEqualTo(twin.apply(index, envelope));
      if (result instanceof Result.Transacted) seen.add("done");
      if (result instanceof Result.Refused) seen.add(result);
    }
    assertThat(seen).contains("done", new Result.Refused(Result.Reason.TRANSACTION_TOO_LARGE));
  }

  private static Operation.Transaction transaction(SplittableRandom dice) {
    List<Operation.Step> steps = new ArrayList<>();
    for (int left = 1 + dice.nextInt(24); left > 0; left--) steps.add(making(dice));
    var decision = dice.nextBoolean() ? Operation.Decision.AHEAD : Operation.Decision.STEP_BY_STEP;
    Operation.Step inner =
        new Operation.Transaction(List.of(), List.of(), List.of(making(dice)), decision);
    if (dice.nextBoolean()) steps.add(inner);
    return new Operation.Transaction(List.of(), steps, List.of(), decision);
  }

  private static Operation.Step making(SplittableRandom dice) {
    Change.Growth growth = new Change.Growth(dice.nextBoolean(), 1 << 20);
    return switch (dice.nextInt(7)) {
      case 0, 1 -> new Operation.Copy(key(dice), key(dice), dice.nextBoolean());
      case 2 -> put(dice, new Change.Extend(Change.Side.END, value(dice, 9), growth));
      case 3 -> put(dice, new Change.Replace(dice.nextInt(1 << 20), value(dice, 9), growth));
      case 4 -> put(dice, new Change.Rewrite());
      case 5 -> put(dice, new Change.Invalidate());
      default -> put(dice, new Change.Set(value(dice, 9), 0));
    };
  }

  private static Operation.Put put(SplittableRandom dice, Change change) {
    Condition always = new Condition.Always();
    return new Operation.Put(key(dice), change, new Lifetime.Same(), always, false);
  }

  private static Bytes key(SplittableRandom dice) {
    return Bytes.utf8("k" + dice.nextInt(12));
  }

  private static Bytes value(SplittableRandom dice, int lengthMax) {
    return Bytes.wrap(new byte[dice.nextInt(lengthMax)]);
  }

  private void compare(String when, Bytes key) {
    assertThat(store.get(key)).as(when).isEqualTo(twin.get(key));
    assertThat(store.size()).as(when).isEqualTo(twin.size());
    assertThat(store.sizeBytes()).as(when).isEqualTo(twin.sizeBytes());
    assertThat(store.nextDeadlineMillis()).as(when).isEqualTo(twin.nextDeadlineMillis());
    assertThat(store.clusterTimeMillis()).as(when).isEqualTo(twin.clusterTimeMillis());
    assertThat(store.sessionCount()).as(when).isEqualTo(twin.sessionCount());
    assertThat(store.answerCount()).as(when).isEqualTo(twin.answerCount());
  }

  private void snapshots(SplittableRandom dice) {
    int what = dice.nextInt(100);
    if (open == null) {
      if (what < 4) {
        open = store.snapshot(CHUNK_BYTES);
        chunks = new ArrayList<>();
      }
    } else if (what < 2) {
      open.close();
      open = null;
    } else if (what < 50) {
      var chunk = open.nextChunk();
      chunk.ifPresent(chunks::add);
      if (chunk.isEmpty()) finished(dice);
    }
  }

  /// A snapshot that took its time is that of a member which stood still, and a member that starts
  /// from it gets to where the others are.
  private void finished(SplittableRandom dice) {
    assertThat(store.superseded()).isZero();
    int covered = (int) open.appliedIndex();
    open = null;
    KvStore still = new KvStore(LIMITS, 2);
    for (int i = 0; i < covered; i++) still.apply(i + 1, log.get(i));
    assertThat(Scribe.chunksOf(still.snapshot(CHUNK_BYTES))).isEqualTo(chunks);
    KvStore restored = Scribe.restored(LIMITS, chunks);
    assertThat(restored.digest()).isEqualTo(still.digest());
    assertThat(Scribe.chunksOf(restored.snapshot(CHUNK_BYTES))).isEqualTo(chunks);
    for (int i = covered; i < log.size(); i++) restored.apply(i + 1, log.get(i));
    assertThat(restored.digest()).isEqualTo(store.digest());
    assertThat(Scribe.chunksOf(restored.snapshot(CHUNK_BYTES)))
        .isEqualTo(Scribe.chunksOf(store.snapshot(CHUNK_BYTES)));
    if (dice.nextBoolean()) store = restored;
    restores++;
  }
}
