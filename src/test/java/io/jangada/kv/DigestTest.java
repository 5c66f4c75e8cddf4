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
}
