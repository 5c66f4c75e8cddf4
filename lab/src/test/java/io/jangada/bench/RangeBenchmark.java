package io.jangada.bench;

import io.jangada.bytes.Bytes;
import io.jangada.kv.CommandCodec;
import io.jangada.kv.Condition;
import io.jangada.kv.Envelope;
import io.jangada.kv.KeyRange;
import io.jangada.kv.KvLimits;
import io.jangada.kv.KvStore;
import io.jangada.kv.Operation;
import io.jangada.kv.Result;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/// Ranges of 1,000 of 1 M keys of 16 bytes with values of 100, and counts of any range, with
/// history off and on. Keys were written in their order, or in none, so that neighbours lie apart.
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(value = 1, jvmArgs = "-Xmx1g")
public class RangeBenchmark {
  private static final int KEYS = 1_000_000;
  private static final int IN_RANGE = 1_000;

  /// Has no divisor in common with the number of keys.
  private static final int STEP = 7_919 * 89;

  @Param({"false", "true"})
  public boolean history;

  @Param({"false", "true"})
  public boolean inOrder;

  private final SplittableRandom random = new SplittableRandom(1);
  private final Keys keys = Keys.ofValues(100);
  private KvStore kv;
  private long index;

  @Setup
  public void fill() {
    kv = new KvStore(KvLimits.DEFAULT, 1);
    if (history) apply(new Operation.KeepHistory(true));
    Bytes value = Bytes.wrap(new byte[100]);
    long next = 0;
    for (int i = 0; i < KEYS; i++) {
      next = inOrder ? i : (next + STEP) % KEYS;
      apply(new Operation.Write(key(next), value, 0, new Condition.Always()));
    }
  }

  private void apply(Operation.Command command) {
    kv.apply(++index, CommandCodec.encode(new Envelope(null, 1, command)));
  }

  private Bytes key(long number) {
    return Bytes.wrap(keys.bytes(number));
  }

  private Result read(KeyRange range, Operation.Detail detail, int expected) {
    var wanted = new Operation.Selection(detail, Operation.Between.ANY, Operation.Between.ANY);
    Result result = kv.read(new Operation.Range(range, 0, wanted, Operation.Page.ALL));
    if (!(result instanceof Result.Ranged ranged) || ranged.count() != expected)
      throw new IllegalStateException("" + result);
    return result;
  }

  private Result readThousand(Operation.Detail detail) {
    int from = random.nextInt(KEYS - IN_RANGE);
    return read(new KeyRange(key(from), key(from + IN_RANGE)), detail, IN_RANGE);
  }

  @Benchmark
  public Result range() {
    return readThousand(Operation.Detail.VALUES);
  }

  @Benchmark
  public Result keysOnly() {
    return readThousand(Operation.Detail.KEYS);
  }

  @Benchmark
  public Result count() {
    int from = random.nextInt(KEYS / 2);
    int to = from + random.nextInt(KEYS / 2);
    return read(new KeyRange(key(from), key(to)), Operation.Detail.COUNT, to - from);
  }
}
