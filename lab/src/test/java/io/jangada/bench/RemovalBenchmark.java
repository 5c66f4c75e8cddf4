package io.jangada.bench;

import io.jangada.bytes.Bytes;
import io.jangada.kv.Change;
import io.jangada.kv.CommandCodec;
import io.jangada.kv.Condition;
import io.jangada.kv.Envelope;
import io.jangada.kv.KeyRange;
import io.jangada.kv.KvLimits;
import io.jangada.kv.KvStore;
import io.jangada.kv.Lifetime;
import io.jangada.kv.Operation;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.AuxCounters;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/// One entry that removes very many keys of 16 bytes with values of 100, which were written in no
/// order: how long it takes, and the processor's time that its longest slice takes.
@State(Scope.Thread)
@BenchmarkMode(Mode.SingleShotTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 3)
@Measurement(iterations = 10)
@Fork(
    value = 1,
    jvmArgs = {"-Xmx2g", "-XX:+UseSerialGC"})
public class RemovalBenchmark {
  private static final long LEASE = 1;
  private static final ThreadMXBean THREADS = ManagementFactory.getThreadMXBean();

  /// Has no divisor in common with the numbers of keys.
  private static final int STEP = 7_919 * 89;

  /// What is removed.
  public enum What {
    RANGE,
    LEASE
  }

  @Param public What what;

  @Param({"10000", "100000", "1000000"})
  public int keys;

  @Param({"false", "true"})
  public boolean history;

  private final Keys names = Keys.ofValues(100);
  private KvStore kv;
  private long index;

  /// Beside the time of all of it.
  @State(Scope.Thread)
  @AuxCounters(AuxCounters.Type.EVENTS)
  public static class Slices {
    public long longestMicros;
    public long allMicros;
  }

  @Setup(Level.Iteration)
  public void fill() {
    kv = new KvStore(KvLimits.DEFAULT, 1);
    index = 0;
    kv.apply(++index, encoded(new Operation.KeepHistory(history)));
    kv.apply(++index, encoded(new Operation.Grant(LEASE, 1_000_000)));
    Change value = new Change.Set(Bytes.wrap(new byte[100]), 0);
    Lifetime lifetime = what == What.LEASE ? new Lifetime.Leased(LEASE) : new Lifetime.ForEver();
    long next = 0;
    for (int i = 0; i < keys; i++) {
      next = (next + STEP) % keys;
      Bytes key = Bytes.wrap(names.bytes(next));
      var put = new Operation.Put(key, value, lifetime, new Condition.Always(), false);
      kv.apply(++index, encoded(put));
    }
    System.gc();
  }

  private static Bytes encoded(Operation.Command command) {
    return CommandCodec.encode(new Envelope(null, 0, command));
  }

  @Benchmark
  public Object remove(Slices slices) {
    Operation.Command removal =
        switch (what) {
          case RANGE -> new Operation.DeleteRange(KeyRange.ALL, false);
          case LEASE -> new Operation.Revoke(LEASE);
        };
    Bytes entry = encoded(removal);
    kv.beginTurn();
    long before = THREADS.getCurrentThreadCpuTime();
    Object result = kv.begin(++index, entry);
    long longest = THREADS.getCurrentThreadCpuTime() - before;
    long all = longest;
    while (result == null) {
      kv.beginTurn();
      before = THREADS.getCurrentThreadCpuTime();
      result = kv.goOn();
      long nanos = THREADS.getCurrentThreadCpuTime() - before;
      longest = Math.max(longest, nanos);
      all += nanos;
    }
    slices.longestMicros = TimeUnit.NANOSECONDS.toMicros(longest);
    slices.allMicros = TimeUnit.NANOSECONDS.toMicros(all);
    return result;
  }
}
