package io.jangada.protocol.binary;

import static io.jangada.protocol.binary.ServedBinary.get;
import static io.jangada.protocol.binary.ServedBinary.put;
import static org.assertj.core.api.Assertions.assertThat;

import io.jangada.bytes.Bytes;
import io.jangada.kv.KeyRange;
import io.jangada.kv.Operation;
import io.jangada.kv.Result;
import io.jangada.protocol.port.PortLimits;
import io.jangada.protocol.text.TextListener;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What many clients and slow ones can take from the others: nothing.
class BackpressureTest {
  private static final PortLimits USUAL = PortLimits.DEFAULT;
  private static final int VALUE_BYTES = 256 << 10;
  private static final Bytes VALUE = Bytes.wrap(new byte[VALUE_BYTES]);

  @TempDir private Path directory;
  private ServedBinary served;
  private TextListener port;

  private void start(int commands, int bytes, PortLimits.Together together) throws IOException {
    var limits =
        new PortLimits(
            USUAL.connectionsMax(), new PortLimits.PerConnection(commands, bytes), together);
    served = new ServedBinary(directory, settings -> settings.withLimits(limits));
    port = served.served.front;
  }

  private static PortLimits.Together together(int commands, long buffered) {
    PortLimits.Together all = USUAL.together();
    return new PortLimits.Together(commands, all.bytesMax(), all.arrivingBytesMax(), buffered);
  }

  @AfterEach
  void close() throws IOException {
    served.close();
  }

  @Test
  void readsOfAClientThatDoesNotReadAreAskedAgain() throws IOException {
    start(1_024, 1 << 20, USUAL.together());
    BinaryClient slow = served.client();
    slow.ask(put("large", VALUE));
    int count = 400;
    for (int i = 0; i < count; i++) slow.send(get("large"));
    BinaryClient other = served.client();
    ServedBinary.askUntil(other, () -> port.stats().now().bytesStuck() > 0);
    ServedBinary.askUntil(other, () -> port.stats().now().connectionsPaused() == 1);
    for (int i = 0; i < 200; i++) {
      other.ask(get("nothing"));
      assertThat(port.stats().now().bytesStuck()).isLessThan((2 << 20) + 4 * VALUE_BYTES);
    }
    for (int i = 0; i < count; i++)
      assertThat(((Result.Found) slow.read().result()).value()).isEqualTo(VALUE);
    assertThat(slow.ask(get("nothing"))).isEqualTo(new Result.NotFound());
    ServedBinary.askUntil(other, () -> port.stats().now().bytesStuck() == 0);
    assertThat(port.stats().connections().evicted()).isZero();
    assertThat(port.stats().now().commandsUnderWay()).isZero();
    assertThat(port.stats().now().bytesUnderWay()).isZero();
  }

  @Test
  void rangesAndFormerValuesHoldUpNobodyEither() throws IOException {
    start(1_024, 2 << 20, USUAL.together());
    BinaryClient slow = served.client();
    for (int i = 0; i < 4; i++) slow.ask(put("k" + i, VALUE));
    int count = 200;
    var steps = new ArrayList<Operation.Step>();
    for (int i = 0; i < 3; i++) steps.add(new Operation.Range(KeyRange.of(Bytes.utf8("k" + i))));
    var transaction = new Operation.Transaction(List.of(), steps, List.of());
    for (int i = 0; i < count; i++) {
      slow.send(new Operation.Range(KeyRange.ALL));
      slow.send(transaction);
    }
    BinaryClient other = served.client();
    ServedBinary.askUntil(other, () -> port.stats().now().connectionsPaused() == 1);
    for (int i = 0; i < 100; i++) {
      other.ask(get("nothing"));
      assertThat(port.stats().now().bytesStuck()).isLessThan(6 << 20);
    }
    long bytes = 0;
    for (int i = 0; i < 2 * count; i++)
      bytes +=
          switch (slow.read().result()) {
            case Result.Ranged ranged -> ranged.entries().size();
            case Result.Transacted done -> 10L * done.results().size();
            case Result result -> throw new AssertionError(result);
          };
    assertThat(bytes).isEqualTo(count + 30L * count);
  }

  @Test
  void whereMemoryIsShortTheLongestStuckIsClosed() throws IOException {
    start(1_024, 256 << 10, together(USUAL.together().commandsMax(), 1 << 20));
    BinaryClient other = served.client();
    other.ask(put("large", VALUE));
    List<BinaryClient> slow = new ArrayList<>();
    for (int i = 0; i < 12; i++) {
      BinaryClient one = served.client();
      slow.add(one);
      for (int j = 0; j < 100; j++) one.send(get("large"));
      int stuck = i + 1;
      ServedBinary.askUntil(
          other,
          () -> {
            var stats = port.stats();
            return stats.now().connectionsPaused() + stats.connections().evicted() >= stuck;
          });
    }
    assertThat(port.stats().connections().evicted()).isBetween(1L, 11L);
    BinaryClient newest = slow.getLast();
    for (int i = 0; i < 100; i++) newest.read().result();
  }

  @Test
  void allRequestsUnderWayTogetherAreLimitedAndNoneIsForgotten() throws IOException {
    start(8, 1 << 20, together(4, USUAL.together().bufferedBytesMax()));
    List<BinaryClient> clients = new ArrayList<>();
    for (int i = 0; i < 40; i++) clients.add(served.client());
    for (BinaryClient one : clients) for (int i = 0; i < 100; i++) one.send(put("k" + i, "v"));
    for (int i = 0; i < 100; i++) {
      for (BinaryClient one : clients) one.read().result();
      assertThat(port.stats().now().commandsUnderWay()).isLessThanOrEqualTo(4);
    }
    assertThat(port.stats().now().commandsUnderWay()).isZero();
    assertThat(port.stats().now().connectionsPaused()).isZero();
  }
}
