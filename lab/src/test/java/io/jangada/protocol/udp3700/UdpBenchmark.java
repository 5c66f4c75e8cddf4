package io.jangada.protocol.udp3700;

import io.jangada.bytes.Bytes;
import io.jangada.codec.Json;
import io.jangada.codec.JsonReader;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;
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

/// The 3700kvstore: a request read from a datagram, and a reply written into one.
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(1)
public class UdpBenchmark {
  private static final String HEAD =
      "{\"src\": \"0015\", \"dst\": \"0000\", \"leader\": \"0000\", \"MID\": \"3f8a1c\", ";

  private final JsonReader reader = new JsonReader();
  private final byte[] put =
      ascii(
          HEAD
              + "\"type\": \"put\", \"key\": \"key 12345\", \"value\": \""
              + "v".repeat(32)
              + "\"}");
  private final byte[] get = ascii(HEAD + "\"type\": \"get\", \"key\": \"key 12345\"}");
  private final DatagramBatch outbox =
      new DatagramBatch(
          new ReplicaIds("0000", List.of("0001", "0002")), datagram -> sent = datagram);
  private final DatagramReply ok =
      new DatagramReply(
          DatagramReply.Type.OK,
          "0015",
          Bytes.utf8("\"3f8a1c\""),
          Bytes.utf8("\"" + "v".repeat(32) + "\""));
  private ByteBuffer sent;

  private static byte[] ascii(String text) {
    return text.getBytes(StandardCharsets.US_ASCII);
  }

  private Request read(byte[] datagram, String type) {
    return Request.of(type, (Json.Obj) reader.read(datagram, 0, datagram.length));
  }

  @Benchmark
  public Request parsePut() {
    return read(put, "put");
  }

  @Benchmark
  public Request parseGet() {
    return read(get, "get");
  }

  @Benchmark
  public ByteBuffer reply() {
    outbox.reply(ok);
    outbox.flush(0, 0);
    return sent;
  }
}
