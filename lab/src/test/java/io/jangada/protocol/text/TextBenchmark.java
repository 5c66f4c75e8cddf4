package io.jangada.protocol.text;

import io.jangada.bytes.Bytes;
import io.jangada.kv.Operation;
import io.jangada.kv.Result;
import io.jangada.node.Outcome;
import io.jangada.protocol.port.Counters;
import io.jangada.protocol.port.Quota;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/// The text protocol: a command taken out of a buffer, and a reply written: keys of 16 bytes,
/// values of 256.
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(1)
public class TextBenchmark {
  private static final String KEY = "key-000000012345";

  private final TextSettings settings = TextSettings.of(new InetSocketAddress(0));
  private final CommandParser parser = new CommandParser(settings, new Quota(1 << 20));
  private final Replies replies = new Replies(settings, new Counters());
  private final ByteBuf set = buffer("set " + KEY + " 0 256\r\n" + "v".repeat(256) + "\r\n");
  private final ByteBuf get = buffer("get " + KEY + "\r\n");
  private final ByteBuf out = Unpooled.directBuffer(1 << 10);
  private final PendingReply slot =
      PendingReply.of(
          null,
          new TextCommand.Request(TextCommand.Kind.GET, new Operation.Get(Bytes.utf8(KEY)), null),
          null);
  private final Outcome found =
      new Outcome.Done(new Result.Found(Bytes.wrap(new byte[256]), 123_456, 0, 0));
  private final Outcome written = new Outcome.Done(new Result.Written(123_456));

  private static ByteBuf buffer(String text) {
    byte[] bytes = text.getBytes(StandardCharsets.US_ASCII);
    return Unpooled.directBuffer(bytes.length).writeBytes(bytes);
  }

  @Benchmark
  public TextCommand parseSet() {
    return parser.next(set.readerIndex(0));
  }

  @Benchmark
  public TextCommand parseGet() {
    return parser.next(get.readerIndex(0));
  }

  @Benchmark
  public ByteBuf replyValue() {
    replies.write(slot, found, out.clear());
    return out;
  }

  @Benchmark
  public ByteBuf replyOk() {
    replies.write(slot, written, out.clear());
    return out;
  }
}
