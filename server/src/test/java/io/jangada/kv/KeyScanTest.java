package io.jangada.kv;

import static org.assertj.core.api.Assertions.assertThat;

import io.jangada.bytes.Bytes;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// A walk over all keys, from place to place, while others come and go.
class KeyScanTest {
  private final SplittableRandom random = new SplittableRandom(7);
  private final KvStore store = new KvStore(KvLimits.DEFAULT, random.nextLong());
  private long index;

  private void apply(Operation.Command command) {
    store.apply(++index, new Envelope(null, null, index, command));
  }

  private void put(String key) {
    apply(new Operation.Write(Bytes.utf8(key), Bytes.EMPTY, 0, new Condition.Always()));
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 3, 10, 1_000})
  void whatStaysIsMetOnce(int count) {
    for (int i = 0; i < 3_000; i++) put("stays" + i);
    Map<Bytes, Integer> met = new HashMap<>();
    long place = 0;
    int other = 0;
    do {
      Result.Scanned some = (Result.Scanned) store.read(new Operation.Scan(place, count));
      for (Bytes key : some.keys()) met.merge(key, 1, Integer::sum);
      // The table grows meanwhile: it never shrinks.
      for (int i = 0; i < 5; i++) put("comes" + other++);
      apply(
          new Operation.Delete(
              Bytes.utf8("comes" + random.nextInt(other)), new Condition.Always()));
      place = some.next();
    } while (place != 0);
    List<Integer> times = new ArrayList<>();
    for (int i = 0; i < 3_000; i++) times.add(met.getOrDefault(Bytes.utf8("stays" + i), 0));
    assertThat(times).containsOnly(1);
    assertThat(met.values()).containsOnly(1);
  }

  @Test
  void noOtherMembersPlaceIsTaken() {
    for (int i = 0; i < 100; i++) put("key" + i);
    Result.Scanned some = (Result.Scanned) store.read(new Operation.Scan(0, 1));
    KvStore other = new KvStore(KvLimits.DEFAULT, 8);
    assertThat(other.read(new Operation.Scan(some.next(), 1)))
        .isEqualTo(new Result.Refused(Result.Reason.UNKNOWN_PLACE));
  }
}
