package io.jangada.protocol.binary;

import static io.jangada.protocol.binary.ServedBinary.put;
import static org.assertj.core.api.Assertions.assertThat;

import io.jangada.bytes.ByteWriter;
import io.jangada.bytes.Bytes;
import io.jangada.kv.Condition;
import io.jangada.kv.KeyRange;
import io.jangada.kv.Operation;
import io.jangada.kv.Result;
import io.jangada.kv.WatchEvent;
import io.jangada.protocol.binary.BinaryClient.Events;
import io.jangada.protocol.binary.BinaryClient.Frame;
import io.jangada.protocol.port.PortLimits;
import io.jangada.protocol.text.TextSettings;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Watches over real sockets.
class StreamsTest {
  private static final KeyRange KEYS = KeyRange.prefix(Bytes.utf8("k"));
  private static final ByteWriter NOTHING = new ByteWriter(1);

  @TempDir private Path directory;
  private ServedBinary served;
  private BinaryClient client;
  private BinaryClient writer;

  private void start(UnaryOperator<TextSettings> adjust) throws IOException {
    served = new ServedBinary(directory, adjust);
    served.keepHistory();
    client = served.client();
    writer = served.client();
  }

  private void start() throws IOException {
    start(settings -> settings);
  }

  @AfterEach
  void close() throws IOException {
    served.close();
  }

  private long write(String key, String value) throws IOException {
    return ((Result.Changed) writer.ask(put(key, value))).revision();
  }

  private long write(String key, Bytes value) throws IOException {
    return ((Result.Changed) writer.ask(put(key, value))).revision();
  }

  private void delete(String key) throws IOException {
    writer.ask(new Operation.Delete(Bytes.utf8(key), new Condition.Always()));
  }

  private static ByteWriter more(int bytes) {
    return new ByteWriter(4).putInt(bytes);
  }

  private long openWatches() {
    CompletableFuture<Long> open = new CompletableFuture<>();
    served
        .served
        .member
        .replica()
        .status(status -> open.complete((long) status.usage().watching().watches()));
    return open.join();
  }

  private void awaitNoWatches() throws IOException {
    ServedBinary.askUntil(writer, () -> openWatches() == 0);
  }

  @Test
  void eventsComeAsTheyHappen() throws IOException {
    start();
    long number = client.watch(KEYS, 0, BinaryFormat.WITH_FORMER, BinaryClient.PLENTY);
    long started = client.read(BinaryFormat.STARTED).revision();
    write("j", "outside");
    long revision = write("k", "1");
    assertThat(revision).isEqualTo(started + 2);
    Frame frame = client.read(BinaryFormat.EVENTS);
    assertThat(frame.number()).isEqualTo(number);
    Events first = BinaryClient.events(frame);
    assertThat(first.more()).isFalse();
    assertThat(first.events()).hasSize(1);
    WatchEvent event = first.events().getFirst();
    assertThat(event.revision()).isEqualTo(revision);
    assertThat(event.entry().value()).isEqualTo(Bytes.utf8("1"));
    assertThat(event.former()).isNull();
    delete("k");
    WatchEvent gone = client.events().events().getFirst();
    assertThat(gone.removed()).isTrue();
    assertThat(gone.former().value()).isEqualTo(Bytes.utf8("1"));
    client.send(number, BinaryFormat.PROGRESS, NOTHING);
    assertThat(client.read(BinaryFormat.AT_REVISION).revision()).isEqualTo(revision + 1);
  }

  @Test
  void thePastIsReadAndKindsAreLeftOut() throws IOException {
    start();
    long first = write("k", "1");
    delete("k");
    write("k", "2");
    client.watch(KEYS, first, BinaryFormat.NO_REMOVALS, BinaryClient.PLENTY);
    client.watch(KEYS, first + 1, BinaryFormat.NO_PUTS, BinaryClient.PLENTY);
    Map<Long, List<Long>> revisions = new HashMap<>();
    for (int events = 0; events < 3; ) {
      Frame frame = client.read();
      if (frame.kind() == BinaryFormat.STARTED) continue;
      for (WatchEvent event : BinaryClient.events(frame).events()) {
        revisions.computeIfAbsent(frame.number(), _ -> new ArrayList<>()).add(event.revision());
        events++;
      }
    }
    assertThat(revisions)
        .containsExactlyInAnyOrderEntriesOf(
            Map.of(1L, List.of(first, first + 2), 2L, List.of(first + 1)));
  }

  @Test
  void whatIsNotKeptIsToldSo() throws IOException {
    start();
    long first = write("k", "1");
    write("k", "2");
    long last = write("k", "3");
    writer.ask(new Operation.Compact(last));
    client.watch(KEYS, first, 0, BinaryClient.PLENTY);
    client.read(BinaryFormat.STARTED);
    assertThat(client.read(BinaryFormat.COMPACTED).revision()).isEqualTo(last);
    awaitNoWatches();
  }

  @Test
  void aLargeRevisionGoesInSeveralFrames() throws IOException {
    start();
    client.watchAll(BinaryClient.PLENTY);
    List<Operation.Step> steps = new ArrayList<>();
    Bytes value = Bytes.wrap(new byte[100_000]);
    for (int i = 0; i < 20; i++) steps.add(put("k" + (char) ('a' + i), value));
    writer.ask(new Operation.Transaction(List.of(), steps, List.of()));
    List<WatchEvent> events = new ArrayList<>();
    int frames = 0;
    for (boolean more = true; more; frames++) {
      Events part = client.events();
      events.addAll(part.events());
      more = part.more();
    }
    assertThat(frames).isBetween(6, 10);
    assertThat(events).hasSize(20);
    for (int i = 0; i < 20; i++) {
      assertThat(events.get(i).entry().key()).isEqualTo(Bytes.utf8("k" + (char) ('a' + i)));
      assertThat(events.get(i).entry().value()).isEqualTo(value);
    }
  }

  @Test
  void noMoreComesThanTheWindowTakes() throws IOException {
    start();
    long small = client.watchAll(1);
    long none = client.watchAll(0);
    for (int i = 0; i < 10; i++) write("k", "" + i);
    BinaryClient other = served.client();
    other.watchAll(BinaryClient.PLENTY);
    write("last", "");
    other.events();
    Frame only = client.read(BinaryFormat.EVENTS);
    assertThat(only.number()).isEqualTo(small);
    assertThat(BinaryClient.events(only).events()).hasSize(1);
    // Everything that was to come has: this is answered behind it.
    assertThat(client.ask(ServedBinary.get("k"))).isInstanceOf(Result.Found.class);
    client.send(none, BinaryFormat.WINDOW, more(BinaryClient.PLENTY));
    List<WatchEvent> all = events(none, 11);
    for (int i = 0; i < 10; i++)
      assertThat(all.get(i).entry().value()).isEqualTo(Bytes.utf8("" + i));
    client.send(small, BinaryFormat.WINDOW, more(BinaryClient.PLENTY));
    assertThat(events(small, 10).getFirst().entry().value()).isEqualTo(Bytes.utf8("1"));
  }

  /// So many events of a watch, while nothing else comes.
  private List<WatchEvent> events(long number, int count) throws IOException {
    List<WatchEvent> events = new ArrayList<>();
    while (events.size() < count) {
      Frame frame = client.read(BinaryFormat.EVENTS);
      assertThat(frame.number()).isEqualTo(number);
      events.addAll(BinaryClient.events(frame).events());
    }
    assertThat(events).hasSize(count);
    return events;
  }

  @Test
  void aClientThatDoesNotReadCostsLittleAndGetsEverythingLater() throws IOException {
    PortLimits usual = PortLimits.DEFAULT;
    var one = new PortLimits.PerConnection(usual.perConnection().commandsMax(), 1 << 20);
    start(
        settings ->
            settings.withLimits(new PortLimits(usual.connectionsMax(), one, usual.together())));
    int watches = 60;
    int rounds = 8;
    for (int i = 0; i < watches; i++)
      client.watch(KeyRange.of(Bytes.utf8("k" + i)), 0, 0, BinaryClient.PLENTY);
    for (int i = 0; i < watches; i++) client.read(BinaryFormat.STARTED);
    Bytes value = Bytes.wrap(new byte[100_000]);
    for (int round = 0; round < rounds; round++)
      for (int i = 0; i < watches; i++) {
        write("k" + i, value);
        assertThat(served.served.front.stats().now().bytesStuck()).isLessThan(3 << 20);
      }
    Map<Long, List<Long>> seen = new HashMap<>();
    for (int i = 0; i < watches * rounds; ) {
      Frame frame = client.read(BinaryFormat.EVENTS);
      for (WatchEvent event : BinaryClient.events(frame).events()) {
        seen.computeIfAbsent(frame.number(), _ -> new ArrayList<>()).add(event.revision());
        i++;
      }
    }
    assertThat(seen).hasSize(watches);
    for (List<Long> revisions : seen.values())
      assertThat(revisions).hasSize(rounds).isSorted().doesNotHaveDuplicates();
    assertThat(served.served.front.stats().connections().evicted()).isZero();
  }

  @Test
  void aWatchIsCancelled() throws IOException {
    start();
    long number = client.watchAll(BinaryClient.PLENTY);
    long other = client.watchAll(BinaryClient.PLENTY);
    long empty = client.watchAll(0);
    write("k", "1");
    assertThat(client.read(BinaryFormat.EVENTS).number()).isEqualTo(number);
    assertThat(client.read(BinaryFormat.EVENTS).number()).isEqualTo(other);
    for (long each : new long[] {number, empty}) {
      // In one packet: it must not go on for the window.
      byte[] window = BinaryClient.frame(each, BinaryFormat.WINDOW, more(1));
      byte[] cancel = BinaryClient.frame(each, BinaryFormat.CANCEL, NOTHING);
      client.send(window, cancel);
      Frame ended = client.read(BinaryFormat.ENDED);
      assertThat(ended.number()).isEqualTo(each);
      assertThat(ended.reason()).isEqualTo("cancelled");
    }
    // Nothing is said of what is no watch any more.
    client.send(number, BinaryFormat.CANCEL, NOTHING);
    client.send(number, BinaryFormat.PROGRESS, NOTHING);
    client.send(number, BinaryFormat.WINDOW, more(1));
    write("k", "2");
    assertThat(client.read(BinaryFormat.EVENTS).number()).isEqualTo(other);
    assertThat(openWatches()).isEqualTo(1);
  }

  @Test
  void aNumberIsOfOneWatch() throws IOException {
    start();
    long number = client.watchAll(BinaryClient.PLENTY);
    ByteWriter body = new ByteWriter(32).put(0).putText("").putLong(0).put(0).putInt(1);
    client.send(number, BinaryFormat.WATCH, body);
    assertThat(client.read(BinaryFormat.REFUSED).number()).isEqualTo(number);
    assertThat(client.rest()).isEmpty();
    awaitNoWatches();
  }

  @Test
  void watchesOfAConnectionAreLimited() throws IOException {
    start();
    for (int i = 0; i <= BinarySettings.WATCHES_MAX; i++)
      client.watch(KeyRange.of(Bytes.utf8("k" + i)), 0, 0, 1_000);
    int started = 0;
    Frame frame;
    do {
      frame = client.read();
      if (frame.kind() == BinaryFormat.STARTED) started++;
      else assertThat(frame.kind()).isEqualTo(BinaryFormat.ENDED);
    } while (started < BinarySettings.WATCHES_MAX);
    if (frame.kind() == BinaryFormat.STARTED) assertThat(openWatches()).isEqualTo(started);
    write("k17", "v");
    for (frame = client.read(); frame.kind() == BinaryFormat.ENDED; ) frame = client.read();
    assertThat(frame.kind()).isEqualTo(BinaryFormat.EVENTS);
    client.close();
    awaitNoWatches();
  }

  @Test
  void watchesEndWithTheirConnection() throws IOException {
    start();
    client.watchAll(BinaryClient.PLENTY);
    BinaryClient half = served.client();
    half.watchAll(BinaryClient.PLENTY);
    assertThat(openWatches()).isEqualTo(2);
    half.socket().shutdownOutput();
    assertThat(half.rest()).isEmpty();
    client.close();
    awaitNoWatches();
  }

  @Test
  void whenTheServerStopsWatchesAreToldSo() throws Exception {
    start();
    long number = client.watchAll(BinaryClient.PLENTY);
    CompletableFuture<Boolean> drained =
        CompletableFuture.supplyAsync(() -> served.served.front.drain(BinaryClient.BOUND_MILLIS));
    Frame ended = client.read(BinaryFormat.ENDED);
    assertThat(ended.number()).isEqualTo(number);
    assertThat(ended.reason()).isEqualTo("the server stops");
    assertThat(client.rest()).isEmpty();
    client.close();
    assertThat(writer.rest()).isEmpty();
    assertThat(drained.join()).isTrue();
  }

  @Test
  void whenTheReplicaStopsWatchesAreToldSo() throws IOException {
    start();
    client.watchAll(BinaryClient.PLENTY);
    served.served.member.close();
    assertThat(client.read(BinaryFormat.ENDED).reason()).isEqualTo("the member stops");
    client.watch(KEYS, 0, 0, 1);
    assertThat(client.read(BinaryFormat.ENDED).reason()).isEqualTo("the member stops");
    client.send(put("k", "v"));
    assertThat(client.read().kind()).isEqualTo(BinaryFormat.NOT_LEADER);
  }
}
