package io.jangada.protocol.etcd;

import static io.jangada.protocol.etcd.RawFrames.DATA;
import static io.jangada.protocol.etcd.RawFrames.END_HEADERS;
import static io.jangada.protocol.etcd.RawFrames.END_STREAM;
import static io.jangada.protocol.etcd.RawFrames.HEADERS;
import static io.jangada.protocol.etcd.RawFrames.PING;
import static io.jangada.protocol.etcd.RawFrames.RESET;
import static io.jangada.protocol.etcd.RawFrames.SETTINGS;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.jangada.harness.Waiting;
import io.jangada.protocol.etcd.api.PutRequest;
import io.jangada.protocol.etcd.api.PutResponse;
import io.jangada.protocol.etcd.api.RangeRequest;
import io.jangada.protocol.etcd.api.RangeResponse;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.SplittableRandom;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// Connections whose HTTP/2 is broken, or that ask for more than they take: others are served
/// meanwhile, and nothing is left when they are gone.
@Timeout(120)
class BadConnectionsTest {
  private static final String KV = "/etcdserverpb.KV/";
  private static final int MANY = 10_000;

  /// Others wait no longer, however slow the machine is: an answer takes a millisecond.
  private static final long OTHERS_MILLIS_MAX = 5_000;

  private static final RangeRequest GET = get("k");
  private static final PutRequest LARGE =
      PutRequest.newBuilder()
          .setKey(ByteString.copyFromUtf8("large"))
          .setValue(ByteString.copyFrom(new byte[1_000_000]))
          .build();

  private static EtcdAlone port;
  private static RawGrpc other;

  private RawFrames client;

  @BeforeAll
  static void start(@TempDir Path folder) throws IOException {
    port = new EtcdAlone(folder);
    other = RawGrpc.connect(port.address());
    other.call(KV + "Put", LARGE, PutResponse.getDefaultInstance());
    other.close();
  }

  @AfterAll
  static void stop() throws IOException {
    port.close();
  }

  @BeforeEach
  void connect() throws IOException {
    client = new RawFrames(port.address());
    other = RawGrpc.connect(port.address());
  }

  @AfterEach
  void look() throws Exception {
    othersAreServed();
    client.close();
    other.close();
    port.awaitNothingHeld();
    port.assertNothingLogged();
  }

  private static RangeRequest get(String key) {
    return RangeRequest.newBuilder().setKey(ByteString.copyFromUtf8(key)).build();
  }

  private static void othersAreServed() {
    long began = System.nanoTime();
    other.call(KV + "Range", GET, RangeResponse.getDefaultInstance());
    assertThat((System.nanoTime() - began) / 1_000_000).isLessThan(OTHERS_MILLIS_MAX);
  }

  private static int stream(int number) {
    return 2 * number + 1;
  }

  @Test
  @DisplayName("what is no HTTP/2 after its first word ends the connection")
  void noPreface() throws IOException {
    client.bytes("PRI * HTTP/1.1\r\nHost: here\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
    client.flush();
    assertThat(client.ends()).isTrue();
  }

  @Test
  @DisplayName("frames that may not be, or not there, end the connection")
  void badFrames() throws IOException {
    byte[][] all = {
      RawFrames.frameBytes(DATA, 0, 1, new byte[5]),
      RawFrames.frameBytes(DATA, 0, 0, new byte[5]),
      RawFrames.frameBytes(HEADERS, END_HEADERS, 2, RawFrames.callFields(KV + "Range")),
      RawFrames.frameBytes(HEADERS, END_HEADERS, 1, (byte) 0xff, (byte) 0xff, (byte) 0xff),
      RawFrames.frameBytes(SETTINGS, 0, 0, new byte[5]),
      RawFrames.frameBytes(PING, 0, 0, new byte[7]),
      RawFrames.frameBytes(RESET, 0, 7, new byte[4]),
      RawFrames.frameBytes(9, 0, 1, new byte[4]),
    };
    for (byte[] one : all) {
      try (RawFrames bad = new RawFrames(port.address())) {
        bad.preface().bytes(one).flush();
        assertThat(bad.ends()).isTrue();
      }
    }
  }

  @Test
  @DisplayName("header fields that are too many or that are none end their call or the connection")
  void badFields() {
    String[] many = new String[1_000];
    for (int i = 0; i < many.length; i++) many[i] = "field-" + i + "-of-a-longer-name";
    client.preface().frame(HEADERS, END_HEADERS | END_STREAM, 1, RawFrames.fields(many));
    client.frame(HEADERS, END_HEADERS | END_STREAM, 3, RawFrames.fields(":method", "POST"));
    client.frame(HEADERS, END_HEADERS | END_STREAM, 5, RawFrames.fields("x", "y", ":path", "/"));
    client.call(7, KV + "Range").last(7, GET).flush();
    RawFrames.Frame frame = client.read();
    while (frame != null && frame.stream() != 7 && frame.type() != RawFrames.GO_AWAY)
      frame = client.read();
    assertThat(frame).as("an answer, or goodbye").isNotNull();
  }

  @Test
  @DisplayName("ten thousand calls at a time on one connection are all answered")
  void manyCalls() throws IOException {
    client.preface().openWindow();
    for (int i = 0; i < MANY; i++) client.call(stream(i), KV + "Range");
    for (int i = 0; i < MANY; i++) client.last(stream(i), GET);
    Thread.ofVirtual().start(client::flush);
    assertThat(client.countEnds(MANY)).isEqualTo(MANY);
  }

  @Test
  @DisplayName("ten thousand streams of watches are open on one connection, and end with it")
  void manyWatches() throws InterruptedException {
    client.preface().openWindow();
    for (int i = 0; i < MANY; i++)
      client
          .call(stream(i), WatchClient.WATCH)
          .message(stream(i), WatchClient.request(WatchClient.on("k" + i)));
    Thread.ofVirtual().start(client::flush);
    int created = 0;
    for (RawFrames.Frame next; created < MANY && (next = client.read()) != null; )
      if (next.type() == DATA) created++;
    assertThat(created).isEqualTo(MANY);
    assertThat(Waiting.until(OTHERS_MILLIS_MAX, () -> port.port().arriving().used() == 0)).isTrue();
  }

  @Test
  @DisplayName("a client that asks for much and takes nothing holds some of it, and no others up")
  void slowReader() throws InterruptedException {
    client.preface();
    for (int i = 0; i < 200; i++)
      client.call(stream(i), KV + "Range").last(stream(i), get("large"));
    client.flush();
    Waiting.until(OTHERS_MILLIS_MAX, () -> port.port().bufferedBytes() > 1 << 20);
    for (int i = 0; i < 20; i++) othersAreServed();
    assertThat(port.port().bufferedBytes()).isBetween(1L << 20, 64L << 20);
  }

  @Test
  @DisplayName("a client that resets call after call is cut off")
  void resets() throws IOException {
    client.preface();
    boolean isTaken = true;
    for (int i = 0; isTaken && i < 30_000; i++) {
      client.call(stream(i), KV + "Range").frame(RESET, 0, stream(i), new byte[4]);
      if (i % 1_000 == 999) isTaken = client.flush();
    }
    client.flush();
    assertThat(client.ends()).isTrue();
  }

  @Test
  @DisplayName("a client that never listens is cut off, or makes the server hold little")
  void neverListens() {
    client.preface();
    boolean isTaken = true;
    for (int i = 0; isTaken && i < 100_000; i++) {
      client.frame(PING, 0, 0, new byte[8]).frame(SETTINGS, 0, 0);
      if (i % 1_000 == 999) isTaken = client.flush();
    }
    client.flush();
    assertThat(port.port().bufferedBytes()).isLessThan(8 << 20);
  }

  @Test
  @DisplayName("anything may come after the preface, and any bit of a good conversation be wrong")
  void fuzz() throws IOException {
    long seed = new SplittableRandom().nextLong();
    SplittableRandom random = new SplittableRandom(seed);
    byte[] good = conversation();
    for (int round = 0; round < 300; round++) {
      try (RawFrames bad = new RawFrames(port.address())) {
        byte[] bytes = round % 3 == 0 ? new byte[random.nextInt(1, 2_000)] : good.clone();
        if (round % 3 == 0) random.nextBytes(bytes);
        else
          for (int i = random.nextInt(1, 8); i > 0; i--)
            bytes[random.nextInt(bytes.length)] ^= (byte) (1 << random.nextInt(8));
        if (round % 3 == 0) bad.preface();
        bad.bytes(bytes).flush();
        if (round % 50 == 0) othersAreServed();
      } catch (AssertionError e) {
        throw new AssertionError("seed " + seed + ", round " + round, e);
      }
    }
  }

  /// Calls of several kinds, as bytes.
  private static byte[] conversation() {
    var bytes = new ByteArrayOutputStream();
    bytes.writeBytes(RawFrames.PREFACE);
    bytes.writeBytes(RawFrames.frameBytes(SETTINGS, 0, 0));
    byte[][] messages = {
      RawFrames.messageBytes(GET),
      RawFrames.messageBytes(LARGE.toBuilder().setValue(ByteString.copyFromUtf8("v")).build()),
      RawFrames.messageBytes(WatchClient.request(WatchClient.onPrefix("k"))),
    };
    String[] paths = {KV + "Range", KV + "Put", WatchClient.WATCH};
    for (int i = 0; i < 12; i++) {
      byte[] fields = RawFrames.callFields(paths[i % 3]);
      bytes.writeBytes(RawFrames.frameBytes(HEADERS, END_HEADERS, stream(i), fields));
      int flags = i % 3 == 2 ? 0 : END_STREAM;
      bytes.writeBytes(RawFrames.frameBytes(DATA, flags, stream(i), messages[i % 3]));
      if (i % 5 == 4) bytes.writeBytes(RawFrames.frameBytes(RESET, 0, stream(i), new byte[4]));
    }
    return bytes.toByteArray();
  }
}
