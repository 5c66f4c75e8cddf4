package io.jangada.codec;

import io.jangada.bytes.Bytes;
import io.jangada.node.PeerMessage;
import io.jangada.raft.Entry;
import io.jangada.raft.EntryId;
import io.jangada.raft.Message;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
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

/// AppendEntries as a frame, checksum included: entries of 300 bytes.
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(1)
public class WireBenchmark {
  private static final int FRAME_BYTES_MAX = 8 << 20;

  @Param({"1", "32", "512"})
  public int entries;

  private final ByteBuf out = Unpooled.directBuffer(1 << 20);
  private final ByteBuf frame = Unpooled.directBuffer(1 << 20);
  private PeerMessage append;

  @Setup
  public void fill() {
    Bytes command = Bytes.wrap(new byte[300]);
    List<Entry> all =
        IntStream.rangeClosed(1, entries)
            .mapToObj(index -> new Entry(index, 1, Entry.Kind.COMMAND, command))
            .toList();
    append =
        new PeerMessage.Raft(new Message.AppendEntries(1, 2, 1, EntryId.ZERO, all, 0, 1), 12_345);
    Frames.write(frame, append, FRAME_BYTES_MAX);
  }

  @Benchmark
  public ByteBuf encode() {
    out.clear();
    Frames.write(out, append, FRAME_BYTES_MAX);
    return out;
  }

  @Benchmark
  public PeerMessage decode() {
    ByteBuf in = frame.duplicate();
    int length = Frames.payloadLength(in, FRAME_BYTES_MAX);
    Frames.open(in, length);
    return BinaryMessages.read(in, length, 1, 2);
  }
}
