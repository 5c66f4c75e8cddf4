package io.jangada.kv;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.jangada.bytes.Bytes;
import io.jangada.sim.SlowKv;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// The store beside its slow twin on random commands of every kind, with revisions held, and with
/// snapshots taken, abandoned and restored in between.
class KvStoreHistoryTwinTest {
  private static final int COMMANDS = 2_000;

  /// So many commands of the old kinds come first, in some runs.
  private static final int OLD_COMMANDS = 300;

  private static final int CHUNK_BYTES = 300;
  private static final KvLimits LIMITS =
      new KvLimits(100, 1_000, new KvLimits.State(5, 9, 30, 700, 3));

  /// With null for a no-op.
  private final List<Bytes> log = new ArrayList<>();

  private final List<Long> pins = new ArrayList<>();
  private final ArrayDeque<Operation.Command> planned = new ArrayDeque<>();
  private final SlowKv twin = new SlowKv(LIMITS.state());
  private KvLimits limits;
  private KvStore store;
  private Snapshot open;
  private List<Bytes> chunks;

  /// Whether the snapshot was read to its end in the middle of an entry.
  private boolean isRead;

  /// How often an entry was gone on with.
  private int slices;

  private int restores;
  private int historic;

  private SplittableRandom dice;
  private TwinComparison comparison;

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
  void everyStepIsTheTwins(long seed) {
    dice = new SplittableRandom(seed);
    comparison = new TwinComparison(twin, dice);
    int keys = 10 + 20 * (int) (seed % 3);
    limits = LIMITS.withSliceKeys(1 + (int) (seed % 3));
    store = new KvStore(limits, 1);
    RandomOperations operations = new RandomOperations(dice, keys);
    RandomCommands old = new RandomCommands(dice, keys);
    RandomCommands all = RandomCommands.all(dice, keys);
    for (int index = 1; index <= COMMANDS; index++) {
      boolean isOld = seed % 2 == 0 && index <= OLD_COMMANDS;
      String when = "seed " + seed + ", " + index;
      if (dice.nextInt(40) == 0) {
        noOp();
        continue;
      }
      if (!isOld && dice.nextInt(100) == 0) planCrowd(keys);
      boolean isPlanned = !planned.isEmpty() && dice.nextInt(4) != 0;
      apply(
          isPlanned
              ? new Envelope(null, 0, planned.removeFirst())
              : first(seed, index, (isOld ? old : all).next(twin.revision() + 1)),
          when);
      comparison.figures(store, when);
      comparison.read(store, operations.read(twin.revision()), when);
      comparison.read(store, new Operation.Get(comparison.key(operations.key())), when);
      comparison.read(store, page(), when);
      comparison.count(store, operations.keys(), when);
      comparison.events(store, when);
      if (store.firstReadable() < store.revision()) historic++;
      pins();
      snapshots(when);
    }
    assertThat(restores).isGreaterThan(5);
    assertThat(historic).isGreaterThan(COMMANDS / 4);
    assertThat(slices).isGreaterThan(10);
    historyGoes();
  }

  /// Some runs begin with revisions counted, as a new cluster does.
  private static Envelope first(long seed, int index, Envelope envelope) {
    return seed % 3 == 0 && index == 1
        ? new Envelope(null, 0, new Operation.CountRevisions())
        : envelope;
  }

  /// Plans more leases than one entry ends, and more values than one entry removes, that are due at
  /// about the same time.
  private void planCrowd(int keys) {
    int leases = 10 + dice.nextInt(20);
    for (int lease = 100; lease < 100 + leases; lease++) {
      planned.add(new Operation.Grant(lease, 400 + dice.nextInt(3)));
      Lifetime lifetime = dice.nextInt(3) == 0 ? new Lifetime.Of(300) : new Lifetime.Leased(lease);
      List<Operation.Step> steps = new ArrayList<>();
      for (int i = dice.nextInt(4); i > 0; i--) {
        Change change = new Change.Set(Bytes.utf8("crowd"), lease);
        Bytes key = Bytes.utf8("k" + dice.nextInt(keys));
        steps.add(new Operation.Put(key, change, lifetime, new Condition.Always(), false));
      }
      planned.add(new Operation.Transaction(List.of(), steps, List.of()));
    }
  }

  /// A few keys of all, at a revision that can be read.
  private Operation.Range page() {
    long first = store.firstReadable();
    var details = Operation.Detail.values();
    var selection =
        new Operation.Selection(
            details[dice.nextInt(details.length)],
            dice.nextInt(4) == 0 ? new Operation.Between(first, first + 9) : Operation.Between.ANY,
            Operation.Between.ANY);
    return new Operation.Range(
        KeyRange.ALL,
        first + dice.nextLong(store.revision() - first + 1),
        selection,
        new Operation.Page(dice.nextBoolean(), 1 + dice.nextInt(6)));
  }

  private void apply(Envelope envelope, String when) {
    log.add(CommandCodec.encode(envelope));
    assertThat(applied(when))
        .as("%s: %s", when, envelope)
        .isEqualTo(twin.apply(log.size(), envelope));
  }

  /// Applies an entry of the log a few keys at a time, while a snapshot is read.
  private Result applied(String when) {
    long before = store.appliedIndex();
    if (dice.nextBoolean()) store.beginTurn();
    Result result = store.begin(log.size(), log.getLast());
    while (result == null) {
      slices++;
      assertThat(store.isBehind()).as(when).isTrue();
      assertThat(store.appliedIndex()).as(when).isEqualTo(before);
      assertThatThrownBy(store::snapshot).isInstanceOf(IllegalStateException.class);
      if (open != null && !isRead && dice.nextInt(3) == 0) {
        var chunk = open.nextChunk();
        chunk.ifPresent(chunks::add);
        isRead = chunk.isEmpty();
      }
      store.beginTurn();
      result = store.goOn();
    }
    assertThat(store.isBehind()).as(when).isFalse();
    assertThat(store.appliedIndex()).as(when).isEqualTo(log.size());
    return result;
  }

  /// An entry that is none of the state machine's.
  private void noOp() {
    log.add(null);
    store.advance(log.size());
    twin.advance(log.size());
  }

  private void replay(KvStore other, int index) {
    Bytes encoded = log.get(index - 1);
    if (encoded == null) other.advance(index);
    else other.apply(index, encoded);
  }

  private void pins() {
    if (!store.countsRevisions()) return;
    if (pins.size() < 3 && dice.nextInt(30) == 0) {
      long first = store.firstReadable();
      pins.add(first + dice.nextLong(store.revision() - first + 1));
      store.pin(pins.getLast());
    }
    if (!pins.isEmpty() && dice.nextInt(60) == 0)
      store.unpin(pins.remove(dice.nextInt(pins.size())));
    long least = pins.stream().mapToLong(pin -> pin).min().orElse(Long.MAX_VALUE);
    assertThat(store.firstReadable()).isEqualTo(Math.min(store.compacted(), least));
  }

  private void snapshots(String when) {
    int what = dice.nextInt(100);
    if (isRead) {
      isRead = false;
      finished(when);
    } else if (open == null) {
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
      if (chunk.isEmpty()) finished(when);
    }
  }

  /// A snapshot that took its time is that of a member which stood still, whatever that one keeps,
  /// and a member that starts from it gets to where the others are.
  private void finished(String when) {
    int covered = (int) open.appliedIndex();
    open = null;
    assertThat(Scribe.chunksOf(otherMember(covered).snapshot(CHUNK_BYTES)))
        .as(when)
        .isEqualTo(chunks);
    KvStore restored = Scribe.restored(limits, chunks);
    assertThat(Scribe.chunksOf(restored.snapshot(CHUNK_BYTES))).as(when).isEqualTo(chunks);
    comparison.everything(restored, when + ", restored");
    for (int i = covered; i < log.size(); i++) replay(restored, i + 1);
    assertThat(restored.digest()).as(when).isEqualTo(store.digest());
    comparison.figures(restored, when + ", restored");
    comparison.everything(restored, when + ", restored");
    comparison.present(restored, when + ", restored");
    comparison.everything(store, when);
    comparison.present(store, when);
    assertThat(Scribe.chunksOf(restored.snapshot(CHUNK_BYTES)))
        .as(when)
        .isEqualTo(Scribe.chunksOf(store.snapshot(CHUNK_BYTES)));
    if (dice.nextBoolean()) {
      store = restored;
      pins.clear();
    }
    restores++;
  }

  /// Another member with the first entries of the log, which may hold a revision.
  private KvStore otherMember(int applied) {
    KvStore other = new KvStore(LIMITS, 2);
    int pinned = dice.nextInt(2 * applied);
    for (int index = 1; index <= applied; index++) {
      replay(other, index);
      if (index == pinned && other.countsRevisions()) other.pin(other.revision());
    }
    return other;
  }

  /// Commands that change nothing take away what is no longer to be kept.
  private void historyGoes() {
    if (open != null) open.close();
    open = null;
    pins.forEach(store::unpin);
    apply(new Envelope(null, 0, new Operation.KeepHistory(false)), "at the end");
    for (int i = 0; i < COMMANDS && store.historyBytes() > 0; i++)
      apply(new Envelope(null, 0, new Operation.Expire()), "at the end");
    assertThat(store.historyBytes()).isZero();
  }
}
