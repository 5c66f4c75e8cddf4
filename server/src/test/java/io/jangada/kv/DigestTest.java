package io.jangada.kv;

import static org.assertj.core.api.Assertions.assertThat;

import io.jangada.bytes.Bytes;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class DigestTest {
  @Test
  void membersThatAppliedTheSameHaveTheSame() {
    List<Bytes> log = log();
    assertThat(digestOf(log, 1)).isEqualTo(digestOf(log, 2));
  }

  @Test
  void oneFlippedBitInAnyCommandChangesIt() {
    List<Bytes> log = log();
    long digest = digestOf(log, 0);
    for (int i = 0; i < log.size(); i++) {
      for (int bit = 0; bit < 8 * log.get(i).length(); bit += 3) {
        byte[] bytes = log.get(i).toArray();
        bytes[bit / 8] ^= (byte) (1 << bit % 8);
        List<Bytes> other = new ArrayList<>(log);
        other.set(i, Bytes.wrap(bytes));
        assertThat(digestOf(other, 0)).as("entry %d, bit %d", i, bit).isNotEqualTo(digest);
      }
    }
  }

  @Test
  void theOrderAndThePlaceOfCommandsCount() {
    List<Bytes> log = log();
    long digest = digestOf(log, 0);
    for (int i = 1; i < log.size(); i++) {
      List<Bytes> swapped = new ArrayList<>(log);
      swapped.set(i, log.get(i - 1));
      swapped.set(i - 1, log.get(i));
      assertThat(digestOf(swapped, 0)).isNotEqualTo(digest);
    }
    KvStore shifted = new KvStore(KvLimits.DEFAULT);
    for (int i = 0; i < log.size(); i++) shifted.apply(i + 2, log.get(i));
    assertThat(shifted.digest()).isNotEqualTo(digest);
  }

  @Test
  void aCommandWithoutEffectCountsWithItsPlace() {
    Bytes expire = CommandCodec.encode(new Envelope(null, 0, new Operation.Expire()));
    KvStore one = new KvStore(KvLimits.DEFAULT);
    KvStore two = new KvStore(KvLimits.DEFAULT);
    one.apply(1, expire);
    two.apply(2, expire);
    assertThat(one.digest()).isNotEqualTo(two.digest());
  }

  /// Two stores with one digest that hold other things: what is applied to both shows it, as soon
  /// as a result does.
  @Test
  void membersThatHoldOtherThingsDifferAsSoonAsAResultDoes() {
    Scribe one = new Scribe();
    one.set("k", "value");
    one.set("gone", "value");
    byte[] bytes = Scribe.chunksOf(one.store.snapshot()).getFirst().toArray();
    Bytes key = Bytes.utf8("gone");
    for (int at = 0; at < bytes.length - key.length(); at++)
      if (key.isAt(bytes, at)) bytes[at] = 'd';
    Scribe other = new Scribe();
    other.store = Scribe.restored(KvLimits.DEFAULT, List.of(Bytes.wrap(bytes)));
    other.index = one.index;
    assertThat(other.get("done").getClass()).isEqualTo(Result.Found.class);
    assertThat(other.store.digest()).isEqualTo(one.store.digest());

    one.set("k", "again");
    other.set("k", "again");
    assertThat(other.store.digest()).as("equal results").isEqualTo(one.store.digest());
    Result here = one.write("gone", "new", 0, Scribe.ABSENT);
    Result there = other.write("gone", "new", 0, Scribe.ABSENT);
    assertThat(there).isNotEqualTo(here);
    assertThat(other.store.digest()).as("%s, %s", here, there).isNotEqualTo(one.store.digest());
  }

  @Test
  void everyPartOfEveryResultIsInItsWord() {
    List<Result> results =
        List.of(
            new Result.Written(5),
            new Result.Written(6),
            new Result.Written(5, 2),
            new Result.Written(5, 3),
            new Result.Found(Bytes.EMPTY, 5, 0, 0),
            new Result.Found(Bytes.EMPTY, 6, 0, 0),
            new Result.Found(Bytes.EMPTY, 5, 2, 0, 0),
            new Result.NotFound(),
            new Result.Exists(5),
            new Result.Exists(6),
            new Result.Mismatch(5),
            new Result.Mismatch(6),
            new Result.Deleted(5),
            new Result.Deleted(6),
            new Result.Expired(0),
            new Result.Expired(5),
            new Result.Forgotten(),
            new Result.Refused(Result.Reason.MALFORMED),
            new Result.Refused(Result.Reason.KEY_TOO_LONG));
    assertThat(results.stream().map(Digest::wordOf)).doesNotHaveDuplicates();
  }

  @Test
  void everyPartOfEveryAdvancedResultIsInItsWord() {
    List<Result> results = new ArrayList<>();
    KeyValue entry = entry("k", "v", new long[] {1, 2, 3, 4, 5, 6, 7});
    for (KeyValue former : entries()) {
      results.add(new Result.Changed(5, 1, 2, null, former));
      results.add(new Result.Removed(5, 1, List.of(former)));
      results.add(new Result.Ranged(5, 1, List.of(former), null));
    }
    results.add(new Result.Changed(6, 1, 2, null, null));
    results.add(new Result.Changed(5, 2, 2, null, null));
    results.add(new Result.Changed(5, 1, 3, null, null));
    results.add(new Result.Changed(5, 1, 2, Bytes.EMPTY, null));
    results.add(new Result.Changed(5, 1, 2, null, null));
    results.add(new Result.Removed(5, 1, List.of()));
    results.add(new Result.Removed(6, 1, List.of()));
    results.add(new Result.Removed(5, 2, List.of()));
    results.add(new Result.Removed(5, 1, List.of(entry, entry)));
    results.add(new Result.Ranged(5, 1, List.of(), KeyRange.ALL));
    results.add(new Result.Ranged(5, 1, List.of(), new KeyRange(Bytes.EMPTY, Bytes.EMPTY)));
    results.add(new Result.Ranged(5, 1, List.of(), new KeyRange(entry.key(), null)));
    results.add(new Result.Ranged(6, 1, List.of(), null));
    results.add(new Result.Ranged(5, 2, List.of(), null));
    List<Result> steps = List.of(new Result.Deleted(5), new Result.NotFound());
    results.add(new Result.Transacted(5, true, steps));
    results.add(new Result.Transacted(6, true, steps));
    results.add(new Result.Transacted(5, false, steps));
    results.add(new Result.Transacted(5, true, steps.reversed()));
    results.add(new Result.Transacted(5, true, steps.subList(0, 1)));
    results.add(new Result.Granted(5, 1));
    results.add(new Result.Granted(1, 5));
    results.add(new Result.KeptAlive(List.of(0L, 5L)));
    results.add(new Result.KeptAlive(List.of(5L, 0L)));
    results.add(new Result.KeptAlive(List.of(5L)));
    results.add(new Result.LeaseList(List.of(5L)));
    results.add(new Result.Leased(5, 1, 1, List.of()));
    results.add(new Result.Leased(1, 5, 1, List.of()));
    results.add(new Result.Leased(1, 1, 5, List.of()));
    results.add(new Result.Leased(5, 1, 1, List.of(Bytes.EMPTY)));
    results.add(new Result.Noted(5));
    results.add(new Result.Noted(6));
    results.add(new Result.Compacted(5));
    results.add(new Result.Compacted(6));
    assertThat(results.stream().map(Digest::wordOf)).doesNotHaveDuplicates();
  }

  /// One, and others that differ from it in one part each.
  private static List<KeyValue> entries() {
    List<KeyValue> all = new ArrayList<>();
    all.add(entry("k", "v", new long[7]));
    all.add(entry("", "v", new long[7]));
    all.add(entry("k", "", new long[7]));
    for (int i = 0; i < 7; i++) {
      long[] numbers = new long[7];
      numbers[i] = 1;
      all.add(entry("k", "v", numbers));
    }
    return all;
  }

  private static KeyValue entry(String key, String value, long[] numbers) {
    return new KeyValue(
        Bytes.utf8(key),
        Bytes.utf8(value),
        (int) numbers[0],
        new KeyValue.Revisions(numbers[1], numbers[2], numbers[3]),
        new KeyValue.Terms(numbers[4], numbers[5], numbers[6]));
  }

  private static long digestOf(List<Bytes> log, long hashSeed) {
    KvStore store = new KvStore(KvLimits.DEFAULT, hashSeed);
    for (int i = 0; i < log.size(); i++) store.apply(i + 1, log.get(i));
    return store.digest();
  }

  private static List<Bytes> log() {
    RandomCommands commands = new RandomCommands(new SplittableRandom(9), 5);
    List<Bytes> log = new ArrayList<>();
    for (int i = 1; i <= 40; i++) {
      Bytes bytes = CommandCodec.encode(commands.next(i));
      if (log.isEmpty() || !log.getLast().equals(bytes)) log.add(bytes);
    }
    return log;
  }

  @Test
  void toCountRevisionsIsInTheDigestWhatAnOlderReleaseTakesItFor() {
    Bytes begin = CommandCodec.encode(new Envelope(null, 5, new Operation.CountRevisions()));
    KvStore one = new KvStore(KvLimits.DEFAULT);
    one.apply(3, begin);
    assertThat(one.countsRevisions()).isTrue();
    assertThat(one.digest()).isEqualTo(digestOfUnknown(3, begin));
    assertThat(one.clusterTimeMillis()).isZero();
  }

  private static long digestOfUnknown(long index, Bytes bytes) {
    long digest = Digest.mix(0, index);
    digest = Digest.mix(digest, bytes.hash64(Digest.KEY0, Digest.KEY1));
    return Digest.mix(digest, Digest.wordOf(new Result.Refused(Result.Reason.MALFORMED)));
  }
}
