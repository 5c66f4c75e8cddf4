package io.jangada.client;

import static org.assertj.core.api.Assertions.assertThat;

import io.jangada.bytes.ByteReader;
import io.jangada.bytes.ByteWriter;
import io.jangada.bytes.Bytes;
import io.jangada.client.BinaryPeer.Asked;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/// A watch is told everything once and in order, whatever becomes of the connections it came over.
class WatchTest {
  private static final int REQUIRES_LEADER = 8;

  private final List<AutoCloseable> open = new ArrayList<>();
  private final Story story = new Story();

  /// What a listener was told, a word each.
  private static final class Story implements WatchListener {
    private final BlockingQueue<String> told = new LinkedBlockingQueue<>();

    /// What is returned for events, or null.
    private volatile CompletionStage<?> taking;

    @Override
    public CompletionStage<?> onEvents(List<WatchEvent> events, boolean more) {
      for (WatchEvent each : events)
        told.add(each.revision() + (each.removed() ? "-" : "+") + each.entry().key().toUtf8());
      if (more) told.add("more");
      return taking;
    }

    @Override
    public void onCompacted(long compacted) {
      told.add("compacted " + compacted);
    }

    @Override
    public void onEnded(String reason) {
      told.add(reason);
    }

    void tells(String... words) throws InterruptedException {
      for (String word : words) assertThat(told.poll(30, TimeUnit.SECONDS)).isEqualTo(word);
    }
  }

  private BinaryPeer peer() throws Exception {
    BinaryPeer peer = new BinaryPeer();
    open.add(peer);
    return peer;
  }

  private JangadaClient client(long silenceMillis, BinaryPeer... peers) {
    List<Endpoint> endpoints = new ArrayList<>();
    for (BinaryPeer each : peers) endpoints.add(each.endpoint());
    var timing = new ClientOptions.Timing(20_000, silenceMillis, 5_000, 5, 20);
    JangadaClient client = JangadaClient.connect(ClientOptions.of(endpoints).withTiming(timing));
    open.add(client);
    return client;
  }

  @AfterEach
  void closeAll() throws Exception {
    for (AutoCloseable each : open.reversed()) each.close();
  }

  private static void started(Asked watch, long revision) {
    watch.answer(Frames.WATCH_STARTED, out -> out.putLong(revision));
  }

  /// @param events `7+key` for a put at revision 7, `8-key` for a removal
  private static void events(Asked watch, boolean more, String... events) {
    watch.answer(
        Frames.EVENTS,
        out -> {
          out.put(more ? 1 : 0).putInt(events.length);
          for (String each : events) put(out, each);
        });
  }

  private static void put(ByteWriter out, String event) {
    boolean removed = event.contains("-");
    String[] parts = event.split("[-+]");
    long revision = Long.parseLong(parts[0]);
    out.put(removed ? 1 : 0).putBytes(Bytes.utf8(parts[1])).putBytes(Bytes.EMPTY).putInt(0);
    out.putLong(0).putLong(revision).putLong(0).putLong(0).putLong(0).putLong(0);
  }

  /// From which revision on it wants events.
  private static long from(Asked watch) {
    ByteReader in = watch.reader();
    assertThat(KeyRange.read(in)).isEqualTo(KeyRange.prefix(Bytes.utf8("k")));
    long from = in.getLong();
    assertThat(in.get()).isEqualTo(REQUIRES_LEADER);
    assertThat(in.getInt()).isEqualTo(WatchOptions.DEFAULT.windowBytes());
    in.end();
    return from;
  }

  private Watch watch(JangadaClient client, long from) {
    KeyRange keys = KeyRange.prefix(Bytes.utf8("k"));
    return client.watch(keys, WatchOptions.DEFAULT.from(from), story);
  }

  @Test
  void aWatchGoesOnAtTheNextRevisionOnAnotherMember() throws Exception {
    BinaryPeer one = peer();
    BinaryPeer other = peer();
    watch(client(5_000, one, other), 0);
    Asked first = one.take(Frames.WATCH);
    assertThat(from(first)).isZero();
    started(first, 6);
    events(first, false, "7+k1", "7-k2", "9+k1");
    story.tells("7+k1", "7-k2", "9+k1");
    first.line().close();
    Asked second = other.take(Frames.WATCH);
    assertThat(from(second)).isEqualTo(10);
    started(second, 9);
    events(second, false, "12+k3");
    story.tells("12+k3");
  }

  @Test
  void aWatchOfWhatIsToComeMissesNothingThoughNothingCame() throws Exception {
    BinaryPeer one = peer();
    BinaryPeer other = peer();
    Watch watch = watch(client(5_000, one, other), 0);
    Asked first = one.take(Frames.WATCH);
    started(first, 6);
    CompletableFuture<Long> progress = watch.progress();
    Asked asked = one.take(Frames.PROGRESS);
    assertThat(asked.number()).isEqualTo(first.number());
    asked.answer(Frames.PROGRESS_MADE, out -> out.putLong(20));
    assertThat(progress.get(30, TimeUnit.SECONDS)).isEqualTo(20);
    first.reason(Frames.WATCH_ENDED, "no leader");
    Asked second = other.take(Frames.WATCH);
    assertThat(from(second)).isEqualTo(21);
    second.reason(Frames.BUSY, "too many watches");
    assertThat(from(one.take(Frames.WATCH))).isEqualTo(21);
  }

  @Test
  void aWatchOfKeysThatDoNotChangeGoesOnWhereItsServerWas() throws Exception {
    BinaryPeer one = peer();
    BinaryPeer other = peer();
    watch(client(1_000, one, other), 0);
    Asked first = one.take(Frames.WATCH);
    started(first, 6);
    Asked asked = one.take(Frames.PROGRESS);
    assertThat(asked.number()).isEqualTo(first.number());
    asked.answer(Frames.PROGRESS_MADE, out -> out.putLong(20));
    one.take(Frames.PROGRESS);
    first.line().close();
    assertThat(from(other.take(Frames.WATCH))).isEqualTo(21);
  }

  @Test
  void aRevisionThatWasToldInPartIsGoneOnWithWhereItStood() throws Exception {
    BinaryPeer peer = peer();
    watch(client(5_000, peer), 5);
    Asked first = peer.take(Frames.WATCH);
    events(first, true, "5+k1", "6+k1", "6+k2");
    events(first, true, "6+k3");
    story.tells("5+k1", "6+k1", "6+k2", "more", "6+k3", "more");
    first.line().close();
    Asked second = peer.take(Frames.WATCH);
    assertThat(from(second)).isEqualTo(6);
    events(second, true, "6+k1", "6+k2");
    events(second, true, "6+k3", "6+k4");
    story.tells("6+k4", "more");
    second.line().close();
    Asked third = peer.take(Frames.WATCH);
    assertThat(from(third)).isEqualTo(6);
    events(third, false, "6+k1", "6+k2", "6+k3", "6+k4", "6+k5", "7+k1");
    story.tells("6+k5", "7+k1");
    third.line().close();
    assertThat(from(peer.take(Frames.WATCH))).isEqualTo(8);
  }

  @Test
  void aSlowListenerIsToldNoMoreAndGivesBackItsWindowWhenItHasTaken() throws Exception {
    BinaryPeer peer = peer();
    CompletableFuture<Void> taking = new CompletableFuture<>();
    story.taking = taking;
    WatchOptions options = WatchOptions.DEFAULT.from(1).withWindowBytes(1 << 10);
    client(5_000, peer).watch(KeyRange.ALL, options, story);
    Asked watch = peer.take(Frames.WATCH);
    String key = "k".repeat(400);
    events(watch, false, "1+" + key);
    story.tells("1+" + key);
    events(watch, false, "2+b");
    assertThat(story.told.poll(50, TimeUnit.MILLISECONDS)).isNull();
    story.taking = null;
    taking.complete(null);
    story.tells("2+b");
    Asked window = peer.take(Frames.WINDOW);
    assertThat(window.number()).isEqualTo(watch.number());
    assertThat(window.reader().getInt()).isEqualTo(1 + KeyValue.BYTES_MIN + 400);
  }

  @Test
  void aListenerThatTakesAtOnceGivesBackItsWindow() throws Exception {
    BinaryPeer peer = peer();
    WatchOptions options = WatchOptions.DEFAULT.from(1).withWindowBytes(1 << 10);
    client(5_000, peer).watch(KeyRange.ALL, options, story);
    Asked watch = peer.take(Frames.WATCH);
    events(watch, false, "1+" + "k".repeat(400));
    assertThat(peer.take(Frames.WINDOW).reader().getInt()).isEqualTo(1 + KeyValue.BYTES_MIN + 400);
  }

  @Test
  void aWatchThatWasOvertakenOrRefusedSaysSoAndEnds() throws Exception {
    BinaryPeer peer = peer();
    JangadaClient client = client(5_000, peer);
    Watch overtaken = watch(client, 3);
    Asked first = peer.take(Frames.WATCH);
    events(first, false, "3+k1");
    first.answer(Frames.WATCH_COMPACTED, out -> out.putLong(40));
    story.tells("3+k1", "compacted 40");
    assertThat(overtaken.progress().get(30, TimeUnit.SECONDS)).isEqualTo(-1);
    watch(client, 0);
    peer.take(Frames.WATCH).reason(Frames.REFUSED, "too many watches");
    story.tells("too many watches");
    watch(client, 0);
    peer.take(Frames.WATCH);
    client.close();
    story.tells("the client was closed");
  }

  @Test
  void aWatchThatIsClosedIsCancelledAndToldNothing() throws Exception {
    BinaryPeer peer = peer();
    Watch closed = watch(client(5_000, peer), 3);
    Asked asked = peer.take(Frames.WATCH);
    closed.close();
    assertThat(peer.take(Frames.CANCEL).number()).isEqualTo(asked.number());
    events(asked, false, "3+k1");
    asked.reason(Frames.WATCH_ENDED, "cancelled");
    assertThat(closed.progress().get(30, TimeUnit.SECONDS)).isEqualTo(-1);
    assertThat(story.told).isEmpty();
  }

  @Test
  void aServerThatIsSilentIsAskedWhetherItLivesAndThenLeft() throws Exception {
    BinaryPeer dead = peer();
    BinaryPeer alive = peer();
    watch(client(200, dead, alive), 0);
    started(dead.take(Frames.WATCH), 3);
    Asked probe = dead.take(Frames.READ);
    probe.done(out -> out.put(3));
    dead.take(Frames.READ);
    assertThat(from(alive.take(Frames.WATCH))).isEqualTo(4);
  }
}
