package io.jangada.bench;

import io.jangada.bytes.Bytes;
import io.jangada.kv.CommandCodec;
import io.jangada.kv.Condition;
import io.jangada.kv.Envelope;
import io.jangada.kv.KvLimits;
import io.jangada.kv.KvStore;
import io.jangada.kv.Operation;
import io.jangada.kv.Result;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/// The state machine and its codec: keys of 16 bytes, values of 256, 100,000 keys.
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(1)
public class KvBenchmark {
  private static final int KEYS = 100_000;

  private final Bytes[] keys = new Bytes[KEYS];
  private final Bytes[] commands = new Bytes[KEYS];
  private Envelope envelope;
  private KvStore kv;
  private long index;
  private int next;

  @Setup
  public void fill() {
    Random random = new Random(1);
    byte[] value = new byte[256];
    random.nextBytes(value);
    kv = new KvStore(KvLimits.DEFAULT, 1);
    for (int i = 0; i < KEYS; i++) {
      keys[i] = Bytes.utf8(String.format("key-%012d", i));
      Operation.Command write =
          new Operation.Write(keys[i], Bytes.wrap(value), 0, new Condition.Always());
      envelope = new Envelope(null, 1, write);
      commands[i] = CommandCodec.encode(envelope);
      kv.apply(++index, commands[i]);
    }
  }

  private int draw() {
    next = (next + 7_919) % KEYS;
    return next;
  }

  @Benchmark
  public Result apply() {
    return kv.apply(++index, commands[draw()]);
  }

  @Benchmark
  public Result get() {
    return kv.get(keys[draw()]);
  }

  @Benchmark
  public Bytes encode() {
    return CommandCodec.encode(envelope);
  }

  @Benchmark
  public Envelope decode() throws Exception {
    return CommandCodec.decodeEnvelope(commands[draw()]);
  }
}
