package io.jangada.kv;

import static org.assertj.core.api.Assertions.assertThat;

import io.jangada.bytes.Bytes;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class ReadAheadTest {
  private static final int KEYS = 40_000;

  private final KvStore ahead = new KvStore(KvLimits.DEFAULT, 7);
  private final KvStore plain = new KvStore(KvLimits.DEFAULT, 7);

  private static Bytes write(int key, int value) {
    Condition always = new Condition.Always();
    return envelope(new Operation.Write(key(key), Bytes.utf8("v" + value), 0, always));
  }

  private static Bytes envelope(Operation.Command command) {
    return CommandCodec.encode(new Envelope(null, 5, command));
  }

  private static Bytes key(int key) {
    return Bytes.utf8("k" + key);
  }

  @Test
  @DisplayName("what is expected is found in every command on a key, and in no other")
  void keys() {
    Condition always = new Condition.Always();
    Lifetime same = new Lifetime.Same();
    for (Operation.Command command :
        List.of(
            new Operation.Write(key(3), key(4), 0, always),
            new Operation.Delete(key(3), always),
            new Operation.Put(key(3), new Change.Keep(), same, always, false)))
      for (RequestId id : Arrays.asList(null, new RequestId.Named(key(1), key(2))))
        assertThat(CommandCodec.keyOf(CommandCodec.encode(new Envelope(id, 5, command))))
            .isEqualTo(key(3));
    assertThat(CommandCodec.keyOf(envelope(new Operation.Expire()))).isNull();
    assertThat(CommandCodec.keyOf(envelope(new Operation.Compact(3)))).isNull();
    assertThat(CommandCodec.keyOf(Bytes.utf8("no envelope"))).isNull();
    assertThat(CommandCodec.keyOf(Bytes.EMPTY)).isNull();
  }

  @Test
  @DisplayName("whatever is expected, it changes nothing")
  void changesNothing() {
    long index = 0;
    for (int key = 0; key < KEYS; key++) {
      Bytes entry = write(key, key);
      ahead.apply(++index, entry);
      plain.apply(index, entry);
    }
    assertThat(ahead.readsAhead()).isTrue();
    assertThat(new KvStore(KvLimits.DEFAULT).readsAhead()).isFalse();
    for (int round = 0; round < 20; round++) {
      for (int i = 0; i < 100 * round; i++) {
        ahead.expect(write(i * 31 % (2 * KEYS), round));
        ahead.expect(new Operation.Get(key(i)));
      }
      ahead.expect(new Operation.ListLeases());
      ahead.expect(Bytes.utf8("no envelope"));
      if (round % 3 != 0) ahead.readAhead();
      for (int i = 0; i < 1_000; i++) {
        Bytes entry = write((i * 31 + round) % (2 * KEYS), round);
        assertThat(ahead.apply(++index, entry)).isEqualTo(plain.apply(index, entry));
      }
    }
    assertThat(ahead.digest()).isEqualTo(plain.digest());
    assertThat(ahead.dataMemoryBytes()).isEqualTo(plain.dataMemoryBytes());
    assertThat(ahead.snapshot().nextChunk()).isEqualTo(plain.snapshot().nextChunk());
  }
}
