package io.jangada.protocol.maelstrom;

import io.jangada.bytes.Bytes;
import io.jangada.codec.Json;
import io.jangada.codec.JsonReader;
import java.io.OutputStream;
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

/// Maelstrom: a request read from a line, and an answer written.
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(1)
public class MaelstromBenchmark {
  private static final String HEAD = "{\"src\":\"c7\",\"dest\":\"n1\",\"body\":{\"msg_id\":42,";

  private final JsonReader reader = new JsonReader();
  private final MessageOutput output = new MessageOutput(OutputStream.nullOutputStream());
  private final byte[] write = ascii(HEAD + "\"type\":\"write\",\"key\":7,\"value\":3}}");
  private final byte[] cas = ascii(HEAD + "\"type\":\"cas\",\"key\":7,\"from\":3,\"to\":4}}");
  private final ReplyBody value = new ReplyBody.Value(Bytes.utf8("3"));

  private static byte[] ascii(String text) {
    return text.getBytes(StandardCharsets.US_ASCII);
  }

  private ClientRequest read(byte[] line) {
    Json.Obj message = (Json.Obj) reader.read(line, 0, line.length);
    return ClientRequest.of((Json.Obj) message.need("body"));
  }

  @Benchmark
  public ClientRequest parseWrite() {
    return read(write);
  }

  @Benchmark
  public ClientRequest parseCas() {
    return read(cas);
  }

  @Benchmark
  public void answer() {
    output.send("n1", "c7", json -> value.write(json, 42));
    output.flush();
  }
}
