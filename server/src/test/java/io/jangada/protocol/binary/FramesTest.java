package io.jangada.protocol.binary;

import static io.jangada.protocol.binary.ServedBinary.get;
import static io.jangada.protocol.binary.ServedBinary.put;
import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import io.jangada.bytes.ByteWriter;
import io.jangada.bytes.Bytes;
import io.jangada.kv.Operation;
import io.jangada.kv.Result;
import io.jangada.protocol.port.PortLimits;
import io.jangada.protocol.text.TextSettings;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.LoggerFactory;

/// Prefaces and frames over real sockets, good ones and bad ones.
class FramesTest {
  private static final Logger ROOT = (Logger) LoggerFactory.getLogger(Logger.ROOT_LOGGER_NAME);

  @TempDir private Path directory;
  private ServedBinary served;
  private final ListAppender<ILoggingEvent> log = new ListAppender<>();

  @BeforeEach
  void listen() {
    log.start();
    ROOT.addAppender(log);
  }

  @AfterEach
  void close() throws IOException {
    served.close();
    ROOT.detachAppender(log);
    for (ILoggingEvent event : List.copyOf(log.list))
      assertThat(event.getLevel().isGreaterOrEqual(Level.WARN))
          .as("%s", event.getFormattedMessage())
          .isFalse();
  }

  private void start(UnaryOperator<TextSettings> adjust) throws IOException {
    served = new ServedBinary(directory, adjust);
  }

  private void start() throws IOException {
    start(settings -> settings);
  }

  @Test
  void anotherPrefaceIsAnsweredAndTheConnectionClosed() throws IOException {
    start();
    for (long other : new long[] {BinaryFormat.PREFACE + 1, 0, 0x0067657420610d0aL}) {
      BinaryClient client = served.stranger();
      client.send(new ByteWriter(8).putLong(other).toBytes().toArray());
      assertThat(client.rest()).isEqualTo(BinaryClient.preface());
    }
    BinaryClient endless = served.stranger();
    for (int i = 0; i < 8; i++) endless.send(new byte[1 << 20]);
    assertThat(endless.rest()).isEqualTo(BinaryClient.preface());
    BinaryClient half = served.stranger();
    half.send(new byte[] {0, 'J'});
    half.socket().shutdownOutput();
    assertThat(half.rest()).isEmpty();
  }

  @Test
  void bytesMayComeOneByOne() throws IOException {
    start();
    BinaryClient client = served.stranger();
    for (byte one : BinaryClient.preface()) client.send(new byte[] {one});
    assertThat(client.in().readLong()).isEqualTo(BinaryFormat.PREFACE);
    for (byte one : BinaryClient.frame(5, put("name", "abc"))) client.send(new byte[] {one});
    assertThat(client.read().result()).isInstanceOf(Result.Changed.class);
  }

  @Test
  void framesMayComeTogether() throws IOException {
    start();
    BinaryClient client = served.stranger();
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    all.writeBytes(BinaryClient.preface());
    for (int i = 1; i <= 1_000; i++) all.writeBytes(BinaryClient.frame(i, put("k" + i, "v")));
    client.send(all.toByteArray());
    assertThat(client.in().readLong()).isEqualTo(BinaryFormat.PREFACE);
    long sum = 0;
    for (int i = 1; i <= 1_000; i++) sum += client.read(BinaryFormat.DONE).number();
    assertThat(sum).isEqualTo(500_500);
  }

  @Test
  void framesArePutTogetherHoweverTheyAreDivided() throws IOException {
    start();
    SplittableRandom dice = new SplittableRandom(7);
    BinaryClient client = served.client();
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    List<Bytes> values = new ArrayList<>();
    for (int i = 0; i < 60; i++) {
      byte[] value = new byte[dice.nextInt(3) == 0 ? dice.nextInt(300_000) : dice.nextInt(100)];
      dice.nextBytes(value);
      values.add(Bytes.wrap(value));
      all.writeBytes(BinaryClient.frame(i, put("k" + i, values.get(i))));
    }
    byte[] bytes = all.toByteArray();
    for (int at = 0; at < bytes.length; ) {
      int more = Math.min(bytes.length - at, 1 + dice.nextInt(dice.nextInt(1 << 16) + 1));
      client.socket().getOutputStream().write(bytes, at, more);
      at += more;
    }
    for (int i = 0; i < 60; i++) client.read(BinaryFormat.DONE);
    for (int i = 0; i < 60; i++)
      assertThat(((Result.Found) client.ask(get("k" + i))).value()).isEqualTo(values.get(i));
    assertThat(served.served.front.stats().now().bytesArriving()).isZero();
  }

  @Test
  void whatIsNoFrameIsTheLast() throws IOException {
    start();
    for (int length : new int[] {0, 1, 8, -1, Integer.MIN_VALUE, Integer.MAX_VALUE, 8 << 20}) {
      BinaryClient client = served.client();
      client.send(new ByteWriter(12).putInt(length).putLong(77).toBytes().toArray());
      BinaryClient.Frame frame = client.read(BinaryFormat.REFUSED);
      assertThat(frame.number())
          .as("length %d", length)
          .isEqualTo(length >= 0 && length < 8 ? 0 : 77);
      assertThat(frame.reason()).startsWith("malformed: a frame of ");
      assertThat(client.rest()).isEmpty();
    }
    for (int kind : new int[] {0, 9, 10, 255}) {
      BinaryClient client = served.client();
      client.send(BinaryClient.frame(3, kind, new ByteWriter(1)));
      assertThat(client.read(BinaryFormat.REFUSED).number()).isEqualTo(3);
      assertThat(client.rest()).isEmpty();
    }
  }

  @Test
  void whatWasAskedBeforeIsAnsweredFirst() throws IOException {
    start();
    BinaryClient client = served.client();
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    for (int i = 1; i <= 100; i++) all.writeBytes(BinaryClient.frame(i, put("k" + i, "v")));
    all.writeBytes(BinaryClient.frame(101, 99, new ByteWriter(1)));
    all.writeBytes(BinaryClient.frame(102, put("late", "v")));
    client.send(all.toByteArray());
    int done = 0;
    for (int i = 0; i < 101; i++) if (client.read().kind() == BinaryFormat.DONE) done++;
    assertThat(done).isEqualTo(100);
    assertThat(client.rest()).isEmpty();
    assertThat(served.client().ask(get("late"))).isEqualTo(new Result.NotFound());
  }

  @Test
  void aClientThatSendsNoMoreGetsAllAnswers() throws IOException {
    start();
    BinaryClient client = served.client();
    for (int i = 0; i < 500; i++) client.send(put("k" + i, "v"));
    client.socket().shutdownOutput();
    for (int i = 0; i < 500; i++) client.read(BinaryFormat.DONE);
    assertThat(client.rest()).isEmpty();
  }

  @Test
  void framesThatStopInTheMiddleHoldUpNobody() throws IOException {
    PortLimits usual = PortLimits.DEFAULT;
    PortLimits.Together all = usual.together();
    var together =
        new PortLimits.Together(all.commandsMax(), all.bytesMax(), 4 << 20, all.bufferedBytesMax());
    var limits = new PortLimits(usual.connectionsMax(), usual.perConnection(), together);
    start(settings -> settings.withLimits(limits));
    byte[] frame = BinaryClient.frame(1, put("k", Bytes.wrap(new byte[1 << 20])));
    int half = frame.length / 2;
    BinaryClient other = served.client();
    List<BinaryClient> stuck = new ArrayList<>();
    for (int i = 0; i < 20; i++) {
      stuck.add(served.client());
      stuck.get(i).socket().getOutputStream().write(frame, 0, half);
    }
    var stats = served.served.front;
    ServedBinary.askUntil(other, () -> stats.stats().traffic().bytesIn() > 20L * half);
    assertThat(stats.stats().now().bytesArriving()).isLessThanOrEqualTo(4 << 20);
    int dropped = 0;
    for (BinaryClient each : stuck) {
      each.socket().getOutputStream().write(frame, half, frame.length - half);
      BinaryClient.Frame reply = each.read();
      if (reply.kind() == BinaryFormat.BUSY) dropped++;
      else assertThat(reply.result()).isInstanceOf(Result.Changed.class);
      assertThat(each.ask(put("k", "v"))).isInstanceOf(Result.Changed.class);
    }
    assertThat(dropped).isBetween(1, 19);
    assertThat(stats.stats().now().bytesArriving()).isZero();
  }

  @Test
  void connectionsBeyondTheMaximumAreToldSo() throws IOException {
    PortLimits usual = PortLimits.DEFAULT;
    start(
        settings ->
            settings.withLimits(new PortLimits(1, usual.perConnection(), usual.together())));
    BinaryClient first = served.client();
    first.ask(get("k"));
    BinaryClient second = served.client();
    BinaryClient.Frame refused = second.read(BinaryFormat.REFUSED);
    assertThat(refused.reason()).isEqualTo("too many connections");
    assertThat(second.rest()).isEmpty();
    first.ask(get("k"));
    assertThat(served.served.front.stats().connections().refused()).isEqualTo(1);
  }

  /// Whatever comes, a frame is answered or the connection is closed, and nothing is logged.
  @Test
  void noBytesDoHarm() throws IOException {
    start();
    BinaryClient witness = served.client();
    for (long seed = 0; seed < 300; seed++) {
      SplittableRandom dice = new SplittableRandom(seed);
      BinaryClient client = served.stranger();
      client.send(BinaryClient.preface());
      try {
        for (int i = dice.nextInt(1, 20); i > 0; i--) client.send(bytes(dice));
        client.socket().shutdownOutput();
        client.rest();
      } catch (IOException closed) {
        // The server has closed it for what came before.
      }
      client.close();
      witness.ask(get("witness " + seed));
    }
    ServedBinary.askUntil(witness, () -> served.served.front.stats().connections().open() == 1);
    var now = served.served.front.stats().now();
    assertThat(now.bytesArriving()).isZero();
    assertThat(now.commandsUnderWay()).isZero();
  }

  private static byte[] bytes(SplittableRandom dice) {
    byte[] bytes =
        switch (dice.nextInt(5)) {
          case 0 -> new byte[dice.nextInt(200)];
          case 1 -> BinaryClient.frame(dice.nextInt(4), dice.nextInt(8), noise(dice));
          case 2 -> watch(dice);
          default -> BinaryClient.frame(dice.nextInt(4), operation(dice));
        };
    if (dice.nextInt(3) == 0) dice.nextBytes(bytes);
    for (int i = dice.nextInt(4); i > 0 && bytes.length > 0; i--)
      bytes[dice.nextInt(bytes.length)] = (byte) dice.nextInt();
    return bytes;
  }

  private static byte[] watch(SplittableRandom dice) {
    ByteWriter body = new ByteWriter(64).put(0).putText("k").putLong(dice.nextInt(20));
    body.put(dice.nextInt(16)).putInt(dice.nextInt(1_000));
    return BinaryClient.frame(dice.nextInt(4), BinaryFormat.WATCH, body);
  }

  private static Operation operation(SplittableRandom dice) {
    String key = "k" + dice.nextInt(5);
    return switch (dice.nextInt(4)) {
      case 0 -> get(key);
      case 1 -> new Operation.Grant(dice.nextInt(5), 1 + dice.nextInt(1_000));
      case 2 -> new Operation.Transaction(List.of(), List.of(put(key, "v"), get(key)), List.of());
      default -> put(key, "value of " + key);
    };
  }

  private static ByteWriter noise(SplittableRandom dice) {
    byte[] noise = new byte[dice.nextInt(60)];
    dice.nextBytes(noise);
    return new ByteWriter(64).putRaw(Bytes.wrap(noise));
  }
}
