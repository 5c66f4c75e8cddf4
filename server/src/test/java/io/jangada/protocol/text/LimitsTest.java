package io.jangada.protocol.text;

import static org.assertj.core.api.Assertions.assertThat;

import io.jangada.protocol.port.PortLimits;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BooleanSupplier;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What many clients, slow ones and bad ones can take from the others: nothing.
class LimitsTest {
  private static final int VALUE_BYTES = 256 << 10;
  private static final String VALUE = "v".repeat(VALUE_BYTES);
  private static final PortLimits USUAL = PortLimits.DEFAULT;

  @TempDir private Path directory;
  private Served served;

  @AfterEach
  void close() throws IOException {
    served.close();
  }

  private void start(PortLimits limits) throws IOException {
    served = Served.with(directory, settings -> settings.withLimits(limits));
  }

  private static PortLimits commands(int perConnection, int all) {
    return new PortLimits(
        USUAL.connectionsMax(),
        new PortLimits.PerConnection(perConnection, USUAL.perConnection().bytesMax()),
        new PortLimits.Together(
            all,
            USUAL.together().bytesMax(),
            USUAL.together().arrivingBytesMax(),
            USUAL.together().bufferedBytesMax()));
  }

  private static PortLimits bytes(int perConnection, long arriving, long held) {
    return new PortLimits(
        USUAL.connectionsMax(),
        new PortLimits.PerConnection(USUAL.perConnection().commandsMax(), perConnection),
        new PortLimits.Together(
            USUAL.together().commandsMax(), USUAL.together().bytesMax(), arriving, held));
  }

  /// Another client's round trips, until something holds.
  private void askUntil(Client other, BooleanSupplier holds) throws IOException {
    long end = System.nanoTime() + Client.BOUND_MILLIS * 1_000_000L;
    while (!holds.getAsBoolean()) {
      assertThat(other.ask("get nothing\r\n")).isEqualTo("ERR_NOT_FOUND");
      assertThat(System.nanoTime()).as("still waiting").isLessThan(end);
    }
  }

  @Test
  void aClientThatDoesNotReadHoldsUpNobodyAndLittleMemory() throws IOException {
    start(bytes(1 << 20, USUAL.together().arrivingBytesMax(), USUAL.together().bufferedBytesMax()));
    Client slow = served.client();
    assertThat(slow.ask("set large 0 " + VALUE_BYTES + "\r\n" + VALUE)).startsWith("OK");
    int count = 400;
    slow.send("get large\r\n".repeat(count));
    Client other = served.client();
    askUntil(other, () -> served.front.stats().now().bytesStuck() > 0);
    askUntil(other, () -> served.front.stats().now().connectionsPaused() == 1);
    for (int i = 0; i < 200; i++) {
      assertThat(other.ask("get nothing\r\n")).isEqualTo("ERR_NOT_FOUND");
      assertThat(served.front.stats().now().bytesStuck())
          .isLessThan((1 << 20) + 2 * VALUE_BYTES + (512 << 10));
    }
    for (int i = 0; i < count; i++) {
      assertThat(slow.line()).as("reply %d", i).isEqualTo("VALUE " + VALUE_BYTES);
      assertThat(slow.text(VALUE_BYTES).equals(VALUE)).isTrue();
      assertThat(slow.line()).isEmpty();
    }
    assertThat(slow.ask("get nothing\r\n")).isEqualTo("ERR_NOT_FOUND");
    askUntil(other, () -> served.front.stats().now().bytesStuck() == 0);
    assertThat(served.front.stats().connections().evicted()).isZero();
  }

  @Test
  void whereMemoryIsShortTheLongestStuckIsClosed() throws IOException {
    start(bytes(256 << 10, USUAL.together().arrivingBytesMax(), 1 << 20));
    Client other = served.client();
    assertThat(other.ask("set large 0 " + VALUE_BYTES + "\r\n" + VALUE)).startsWith("OK");
    List<Client> slow = new ArrayList<>();
    for (int i = 0; i < 12; i++) {
      Client one = served.client();
      slow.add(one);
      one.send("get large\r\n".repeat(100));
      int stuck = i + 1;
      askUntil(
          other,
          () -> {
            TextStats stats = served.front.stats();
            return stats.now().connectionsPaused() + stats.connections().evicted() >= stuck;
          });
    }
    // How much the sockets take besides is up to the system.
    long evicted = served.front.stats().connections().evicted();
    assertThat(evicted).isBetween(1L, 11L);
    assertThat(served.front.stats().now().bytesStuck()).isLessThan(2 << 20);
    Client newest = slow.getLast();
    for (int i = 0; i < 100; i++) {
      assertThat(newest.reply()).hasSize(VALUE_BYTES + "VALUE 262144|".length());
    }
    for (Client one : slow) one.close();
    askUntil(other, () -> served.front.stats().now().bytesStuck() == 0);
  }

  @Test
  void allCommandsUnderWayTogetherAreLimitedAndNoneIsForgotten() throws IOException {
    start(commands(8, 4));
    List<Client> clients = new ArrayList<>();
    StringBuilder commands = new StringBuilder();
    for (int i = 0; i < 100; i++) commands.append("delete k" + i + "\r\n");
    for (int i = 0; i < 40; i++) clients.add(served.client());
    for (Client one : clients) one.send(commands.toString());
    for (int i = 0; i < 100; i++) {
      for (Client one : clients) assertThat(one.line()).isEqualTo("ERR_NOT_FOUND");
      assertThat(served.front.stats().now().commandsUnderWay()).isLessThanOrEqualTo(4);
    }
    assertThat(served.front.stats().now()).isEqualTo(new TextStats.Now(0, 0, 0, 0, 0));
  }

  @Test
  void connectionsBeyondTheMaximumAreToldSo() throws IOException {
    start(new PortLimits(2, USUAL.perConnection(), USUAL.together()));
    Client one = served.client();
    Client two = served.client();
    assertThat(one.ask("get a\r\n")).isEqualTo("ERR_NOT_FOUND");
    assertThat(two.ask("get a\r\n")).isEqualTo("ERR_NOT_FOUND");
    Client three = served.client();
    three.send("get a\r\n".repeat(100));
    assertThat(three.rest()).isEqualTo("ERR_INTERNAL too many connections\r\n");
    assertThat(one.ask("get a\r\n")).isEqualTo("ERR_NOT_FOUND");
    two.close();
    askUntil(one, () -> served.front.stats().connections().open() == 1);
    assertThat(served.client().ask("get a\r\n")).isEqualTo("ERR_NOT_FOUND");
    assertThat(served.front.stats().connections().refused()).isEqualTo(1);
  }

  @Test
  void valuesThatStopInTheMiddleHoldUpNobody() throws IOException {
    start(bytes(USUAL.perConnection().bytesMax(), 4 << 20, USUAL.together().bufferedBytesMax()));
    Client other = served.client();
    for (int i = 0; i < 20; i++)
      served.client().send("set half" + i + " 0 " + 2 * VALUE_BYTES + "\r\n" + VALUE);
    askUntil(other, () -> served.front.stats().traffic().bytesIn() > 20L * VALUE_BYTES);
    assertThat(served.front.stats().now().bytesArriving()).isLessThanOrEqualTo(4 << 20);
    assertThat(other.ask("set name 0 5\r\nvalue")).startsWith("OK");
    assertThat(other.value("get name\r\n")).isEqualTo("VALUE 5|value");
    Client late = served.client();
    late.send("set late 0 " + 2 * VALUE_BYTES + "\r\n" + VALUE);
    askUntil(other, () -> served.front.stats().traffic().bytesIn() > 21L * VALUE_BYTES);
    assertThat(late.ask(VALUE)).isEqualTo("ERR_INTERNAL");
    assertThat(late.value("get name\r\n")).isEqualTo("VALUE 5|value");
    assertThat(late.ask("get late\r\n")).isEqualTo("ERR_NOT_FOUND");
  }

  @Test
  void twoThousandIdleConnectionsAreNoHindrance() throws IOException {
    start(USUAL);
    List<Client> idle = new ArrayList<>();
    for (int i = 0; i < 2_000; i++) idle.add(served.client());
    Client busy = served.client();
    for (int i = 0; i < 500; i++)
      assertThat(busy.ask("get nothing\r\n")).isEqualTo("ERR_NOT_FOUND");
    for (Client one : idle) one.send("get nothing\r\n");
    for (Client one : idle) assertThat(one.line()).isEqualTo("ERR_NOT_FOUND");
    assertThat(served.front.stats().connections().open()).isEqualTo(2_001);
  }

  @Test
  void oneCommandAtATimeIsEnough() throws IOException {
    UnaryOperator<TextSettings> tight = settings -> settings.withLimits(commands(1, 1));
    served = Served.with(directory, tight);
    Client client = served.client();
    client.send("set a 0 1\r\nx\r\nget a\r\nfrob\r\nget a\r\nquit\r\n");
    assertThat(client.rest())
        .matches("OK [0-9]+\r\nVALUE 1\r\nx\r\nERR_CMD_ERR\r\nVALUE 1\r\nx\r\n");
  }
}
