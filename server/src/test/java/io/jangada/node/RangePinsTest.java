package io.jangada.node;

import static org.assertj.core.api.Assertions.assertThat;

import io.jangada.bytes.Bytes;
import io.jangada.kv.Condition;
import io.jangada.kv.Envelope;
import io.jangada.kv.KeyRange;
import io.jangada.kv.KeyValue;
import io.jangada.kv.KvLimits;
import io.jangada.kv.KvStore;
import io.jangada.kv.Operation;
import io.jangada.kv.Result;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/// Ranges in pieces, of a store that keeps no history.
class RangePinsTest {
  private static final int KEYS = 10;
  private static final String VALUE = "v".repeat(KvLimits.RANGE_BYTES_MAX / 3);

  private final KvStore kv = new KvStore(KvLimits.DEFAULT);
  private final RangePins pins = new RangePins(kv, 0);

  @BeforeEach
  void fill() {
    apply(new Operation.CountRevisions());
    for (int key = 0; key < KEYS; key++) write("k" + key, VALUE);
  }

  private void apply(Operation.Command command) {
    kv.apply(kv.appliedIndex() + 1, new Envelope(null, 1, command));
  }

  private void write(String key, String value) {
    apply(new Operation.Write(Bytes.utf8(key), Bytes.utf8(value), 0, new Condition.Always()));
  }

  private Result.Ranged first() {
    return (Result.Ranged) read(pins, new Operation.Range(KeyRange.ALL));
  }

  private static Operation.Range after(Result.Ranged piece, long limit) {
    return new Operation.Range(
        piece.rest(), piece.revision(), Operation.Selection.ALL, new Operation.Page(false, limit));
  }

  private Result next(Result.Ranged piece) {
    return read(pins, after(piece, 0));
  }

  private Result.Ranged limited() {
    return (Result.Ranged)
        read(
            pins,
            new Operation.Range(
                KeyRange.ALL, 0, Operation.Selection.ALL, new Operation.Page(false, 1)));
  }

  @Test
  @DisplayName("all pieces are of one revision, whatever is written between them")
  void oneRevision() {
    List<KeyValue> all = new ArrayList<>();
    Result.Ranged piece = first();
    long revision = piece.revision();
    while (true) {
      all.addAll(piece.entries());
      assertThat(piece.revision()).isEqualTo(revision);
      if (piece.rest() == null) break;
      for (int key = 0; key < 2 * KEYS; key++) write("k" + key, "other");
      piece = (Result.Ranged) next(piece);
    }
    assertThat(all).extracting(entry -> entry.value().toUtf8()).containsOnly(VALUE).hasSize(KEYS);
    assertThat(pins.count()).as("after the last piece").isZero();
    assertThat(
            kv.read(
                new Operation.Range(
                    KeyRange.ALL, revision, Operation.Selection.ALL, Operation.Page.ALL)))
        .isInstanceOf(Result.Compacted.class);
  }

  @Test
  @DisplayName("one range that ends leaves another of the same revision its pin")
  void two() {
    Result.Ranged one = first();
    Result.Ranged other = first();
    Result.Ranged ahead = (Result.Ranged) next(other);
    write("k0", "other");
    for (Result.Ranged piece = ahead; piece.rest() != null; ) piece = (Result.Ranged) next(piece);
    assertThat(pins.count()).isEqualTo(1);
    assertThat(next(one)).isInstanceOf(Result.Ranged.class);
  }

  @Test
  @DisplayName("a piece that comes too late is told so, one that comes in time has more time")
  void idle() {
    Result.Ranged piece = first();
    write("k0", "other");
    pins.tick(RangePins.IDLE_NANOS);
    piece = (Result.Ranged) next(piece);
    pins.tick(2 * RangePins.IDLE_NANOS);
    piece = (Result.Ranged) next(piece);
    pins.tick(3 * RangePins.IDLE_NANOS + 1);
    assertThat(next(piece)).isEqualTo(new Result.Compacted(kv.revision()));
    assertThat(pins.count()).isZero();
  }

  @Test
  @DisplayName("the pin that was not used for longest goes, of those first that a limit made")
  void most() {
    Result.Ranged unused = first();
    write("a", "b");
    Result.Ranged used = first();
    List<Result.Ranged> cut = new ArrayList<>();
    for (int i = 0; i < RangePins.PINS_MAX - 2; i++) {
      write("a", "b" + i);
      cut.add(limited());
    }
    used = (Result.Ranged) next(used);
    assertThat(pins.count()).isEqualTo(RangePins.PINS_MAX);
    write("a", "c");
    limited();
    assertThat(pins.count()).isEqualTo(RangePins.PINS_MAX);
    for (int i = 0; i < RangePins.PINS_MAX - 2; i++) {
      write("a", "d" + i);
      first();
      if (i == 0) assertThat(read(pins, after(cut.getLast(), 1))).isInstanceOf(Result.Ranged.class);
    }
    assertThat(next(used)).isInstanceOf(Result.Ranged.class);
    assertThat(next(unused)).isInstanceOf(Result.Compacted.class);
  }

  @Test
  @DisplayName("where memory is needed all pins end")
  void cleared() {
    Result.Ranged piece = first();
    write("k0", "other");
    pins.clear();
    assertThat(next(piece)).isInstanceOf(Result.Compacted.class);
  }

  @Test
  @DisplayName("a whole range in one piece pins nothing")
  void onePiece() {
    read(pins, new Operation.Range(KeyRange.of(Bytes.utf8("k0"))));
    assertThat(pins.count()).isZero();
  }

  private static Result read(RangePins pins, Operation.Range range) {
    return pins.read(new WaitingRequest.Reading(null, range));
  }
}
