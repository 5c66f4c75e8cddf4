package io.jangada.bench;

import io.jangada.bytes.Bytes;
import io.jangada.raft.Entry;
import io.jangada.raft.Persist;
import io.jangada.store.Disk;
import io.jangada.store.DurableLog;
import io.jangada.store.Identity;
import io.jangada.store.LogSettings;
import io.jangada.store.MemoryDisk;
import io.jangada.store.OsDisk;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
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
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/// The log: a batch of entries of 300 bytes written and synced, beside the least that the same disk
/// can do, a write of as many bytes into a file that is there already, and its sync.
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 2, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(1)
public class LogBenchmark {
  private static final int ENTRY_BYTES = 300;
  private static final int FLOOR_BYTES = 64 << 20;
  private static final long KEPT = 10_000;

  @Param({"1", "64", "1024"})
  public int batch;

  @Param({"disk", "memory"})
  public String medium;

  private Path directory;
  private DurableLog log;
  private FileChannel floor;
  private final Bytes data = Bytes.wrap(new byte[ENTRY_BYTES]);
  private long number;
  private long index;
  private long position;

  @Setup
  public void open() throws IOException {
    directory = Files.createTempDirectory(Path.of("target"), "jmh-log");
    Disk disk = medium.equals("disk") ? new OsDisk(directory.resolve("log")) : new MemoryDisk();
    Identity identity = Identity.of("bench", 1);
    identity.claim(disk);
    log = DurableLog.open(disk, LogSettings.defaults(), identity, () -> {}).log();
    floor =
        FileChannel.open(
            directory.resolve("floor"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
    for (int at = 0; at < FLOOR_BYTES; at += 1 << 20) floor.write(ByteBuffer.allocate(1 << 20), at);
    floor.force(true);
  }

  @TearDown
  public void close() throws IOException {
    log.close();
    floor.close();
    try (Stream<Path> files = Files.walk(directory)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) Files.delete(file);
    }
  }

  @Benchmark
  public long append() throws IOException {
    List<Entry> entries = new ArrayList<>(batch);
    for (int i = 0; i < batch; i++) entries.add(new Entry(++index, 1, Entry.Kind.COMMAND, data));
    log.submit(new Persist(++number, null, null, entries, Math.max(0, index - KEPT)));
    return log.work();
  }

  @Benchmark
  public void floor() throws IOException {
    int bytes = batch * ENTRY_BYTES;
    if (position + bytes > FLOOR_BYTES) position = 0;
    floor.write(ByteBuffer.allocate(bytes), position);
    position += bytes;
    floor.force(false);
  }
}
