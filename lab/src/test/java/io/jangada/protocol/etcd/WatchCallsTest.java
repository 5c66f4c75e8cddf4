package io.jangada.protocol.etcd;

import static io.jangada.protocol.etcd.WatchClient.bytes;
import static io.jangada.protocol.etcd.WatchClient.deleting;
import static io.jangada.protocol.etcd.WatchClient.on;
import static io.jangada.protocol.etcd.WatchClient.onPrefix;
import static io.jangada.protocol.etcd.WatchClient.putting;
import static io.jangada.protocol.etcd.WatchClient.request;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.jangada.protocol.etcd.api.CompactionRequest;
import io.jangada.protocol.etcd.api.Event;
import io.jangada.protocol.etcd.api.KeyValue;
import io.jangada.protocol.etcd.api.WatchCreateRequest;
import io.jangada.protocol.etcd.api.WatchCreateRequest.FilterType;
import io.jangada.protocol.etcd.api.WatchResponse;
import io.jangada.server.Fleet;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// The service Watch, as clients meet it: a server on its own.
@Timeout(60)
class WatchCallsTest {
  private static final long QUIET_MILLIS = 60;
  private static final String COMPACTED = "etcdserver: mvcc: required revision has been compacted";

  private static Fleet fleet;
  private static int tests;

  private WatchClient client;

  /// Of this test's keys.
  private String prefix;

  @BeforeAll
  static void start(@TempDir Path folder) throws Exception {
    fleet = Fleet.withEtcd(folder, 1, "'EtcdProgressMillis':400");
    fleet.startAll();
    fleet.leader();
    fleet.awaitHistory();
  }

  @AfterAll
  static void stop() {
    fleet.close();
  }

  @BeforeEach
  void connect() {
    client = new WatchClient(fleet.etcdAt(0));
    prefix = "t" + ++tests + "/";
  }

  @AfterEach
  void close() {
    client.close();
  }

  private long put(String key, String value) {
    return client.put(prefix + key, value);
  }

  private WatchCreateRequest.Builder onAll() {
    return onPrefix(prefix);
  }

  private List<String> texts(long id, int count) {
    return WatchClient.texts(client.events(id, count)).stream()
        .map(text -> text.replace(prefix, ""))
        .toList();
  }

  private static WatchResponse withoutHeader(WatchResponse response) {
    assertThat(response.hasHeader()).isTrue();
    return response.toBuilder().clearHeader().build();
  }

  private static WatchResponse refused(String reason) {
    return WatchResponse.newBuilder()
        .setWatchId(-1)
        .setCreated(true)
        .setCanceled(true)
        .setCancelReason(reason)
        .build();
  }

  @Test
  @DisplayName("created comes first, with the current revision; then events after it")
  void created() {
    long before = put("k", "old");
    WatchResponse created = client.create(on(prefix + "k"));
    assertThat(created.getHeader().getRevision()).isEqualTo(before);
    assertThat(created.getHeader().getMemberId()).isNotZero();
    assertThat(created.getHeader().getClusterId()).isNotZero();
    assertThat(created.getHeader().getRaftTerm()).isPositive();
    assertThat(withoutHeader(created))
        .isEqualTo(WatchResponse.newBuilder().setCreated(true).build());
    put("k2", "other");
    long revision = put("k", "new");
    WatchResponse events = client.stream.next();
    assertThat(events.getHeader().getRevision()).isEqualTo(revision);
    assertThat(events.getEventsList()).hasSize(1);
    KeyValue kv = events.getEvents(0).getKv();
    assertThat(kv)
        .isEqualTo(
            KeyValue.newBuilder()
                .setKey(bytes(prefix + "k"))
                .setValue(bytes("new"))
                .setCreateRevision(before)
                .setModRevision(revision)
                .setVersion(2)
                .build());
  }

  @Test
  @DisplayName("ids count up from 0, skip those in use, or are the client's")
  void ids() {
    assertThat(client.create(onAll()).getWatchId()).isZero();
    assertThat(client.create(onAll().setWatchId(2)).getWatchId()).isEqualTo(2);
    assertThat(client.create(onAll()).getWatchId()).isEqualTo(1);
    assertThat(client.create(onAll()).getWatchId()).isEqualTo(3);
    assertThat(withoutHeader(client.create(onAll().setWatchId(2))))
        .isEqualTo(refused("mvcc: duplicate watch ID provided on the WatchStream"));
    assertThat(client.create(onAll()).getWatchId()).as("the stream stays open").isEqualTo(4);
  }

  @Test
  @DisplayName("answers come in the order of the creates, refusals too")
  void order() {
    for (int i = 1; i <= 200; i++) {
      boolean isEmpty = i % 3 == 0;
      var create = on(prefix).setWatchId(i);
      if (isEmpty) create.setRangeEnd(bytes("a"));
      client.stream.send(request(create));
    }
    for (int i = 1; i <= 200; i++) {
      WatchResponse answer = client.stream.next();
      assertThat(answer.getWatchId()).isEqualTo(i % 3 == 0 ? -1 : i);
      assertThat(answer.hasHeader()).isTrue();
    }
  }

  @Test
  @DisplayName(
      "an empty key is the first key; an end of 0 is no end; an end before the key is empty")
  void ranges() {
    assertThat(withoutHeader(client.create(on("b").setRangeEnd(bytes("a")))))
        .isEqualTo(refused("mvcc: watcher range is empty"));
    assertThat(client.create(on("b").setRangeEnd(bytes("b"))).getWatchId()).isEqualTo(-1);
    client.create(on("").setRangeEnd(ByteString.copyFrom(new byte[1])));
    put("k", "v");
    assertThat(texts(0, 1)).containsExactly("k=v");
    client.create(on(""));
    put("k", "w");
    assertThat(texts(0, 1)).as("no other watch has it").containsExactly("k=w");
  }

  @Test
  @DisplayName("a first revision in the past is read from history; one to come is waited for")
  void revisions() {
    long first = put("a", "1");
    put("b", "2");
    long last = put("a", "3");
    client.create(onAll().setStartRevision(first));
    assertThat(texts(0, 3)).containsExactly("a=1", "b=2", "a=3");
    client.create(onAll().setStartRevision(last + 3));
    put("a", "4");
    put("a", "5");
    put("a", "6");
    put("a", "7");
    List<String> all = new ArrayList<>();
    List<String> late = new ArrayList<>();
    while (all.size() < 4 || late.size() < 2) {
      WatchResponse next = client.stream.next();
      (next.getWatchId() == 0 ? all : late).addAll(WatchClient.texts(next.getEventsList()));
    }
    assertThat(all).hasSize(4);
    assertThat(late).containsExactly(prefix + "a=6", prefix + "a=7");
  }

  @Test
  @DisplayName("a negative first revision is refused")
  void negative() {
    assertThat(withoutHeader(client.create(onAll().setStartRevision(-5))))
        .isEqualTo(refused(COMPACTED));
  }

  @Test
  @DisplayName(
      "a removal has the key and its revision alone; the former value where it was asked for")
  void removals() {
    client.create(onAll());
    client.create(onAll().setPrevKv(true));
    long created = put("k", "v");
    long gone = client.delete(prefix + "k");
    List<Event> plain = new ArrayList<>();
    List<Event> former = new ArrayList<>();
    while (plain.size() < 2 || former.size() < 2) {
      WatchResponse next = client.stream.next();
      (next.getWatchId() == 0 ? plain : former).addAll(next.getEventsList());
    }
    ByteString key = bytes(prefix + "k");
    Event removal =
        Event.newBuilder()
            .setType(Event.EventType.DELETE)
            .setKv(KeyValue.newBuilder().setKey(key).setModRevision(gone))
            .build();
    assertThat(plain.get(1)).isEqualTo(removal);
    assertThat(former.get(0).hasPrevKv()).isFalse();
    KeyValue before =
        KeyValue.newBuilder()
            .setKey(key)
            .setValue(bytes("v"))
            .setCreateRevision(created)
            .setModRevision(created)
            .setVersion(1)
            .build();
    assertThat(former.get(1)).isEqualTo(removal.toBuilder().setPrevKv(before).build());
  }

  @Test
  @DisplayName("filters drop events, and nothing is sent of a revision without any")
  void filters() {
    client.create(onAll().addFilters(FilterType.NOPUT));
    client.create(onAll().addFilters(FilterType.NODELETE));
    put("k", "v");
    client.delete(prefix + "k");
    assertThat(texts(1, 1)).containsExactly("k=v");
    assertThat(texts(0, 1)).containsExactly("-k");
  }

  @Test
  @DisplayName("what changes in one revision comes in one response, in the order of the operations")
  void wholeRevisions() {
    put("d", "1");
    client.create(onAll());
    ByteString large = ByteString.copyFrom(new byte[400_000]);
    long revision =
        client.change(
            putting(prefix + "c", bytes("1")),
            deleting(prefix + "d"),
            putting(prefix + "b", large),
            putting(prefix + "a", large));
    WatchResponse response = client.stream.next();
    assertThat(response.getEventsList()).allMatch(e -> e.getKv().getModRevision() == revision);
    assertThat(response.getEventsList().stream().map(e -> e.getKv().getKey().toStringUtf8()))
        .containsExactly(prefix + "c", prefix + "d", prefix + "b", prefix + "a");
    assertThat(response.getFragment()).isFalse();
  }

  @Test
  @DisplayName("a large revision is divided where that is asked for, marked but for the last part")
  void fragments() {
    ByteString value = ByteString.copyFrom(new byte[350_000]);
    for (int i = 0; i < 8; i++) put("k" + i, "v");
    for (int i = 0; i < 8; i++) client.put(prefix + "k" + i, value);
    client.create(onAll().setFragment(true).setPrevKv(true));
    client.create(onAll().setPrevKv(true));
    var ops = new io.jangada.protocol.etcd.api.RequestOp[8];
    for (int i = 0; i < 8; i++) ops[i] = deleting(prefix + "k" + i);
    client.change(ops);
    int events = 0;
    int parts = 0;
    WatchResponse part;
    do {
      part = client.stream.next();
      assertThat(part.getWatchId()).isZero();
      assertThat(part.getSerializedSize()).isLessThan(2 << 20);
      events += part.getEventsCount();
      parts++;
    } while (part.getFragment());
    assertThat(events).isEqualTo(8);
    assertThat(parts).isEqualTo(2);
    assertThat(client.stream.next().getEventsCount()).as("at once for the other").isEqualTo(8);
  }

  @Test
  @DisplayName("a cancel is answered without a reason, and nothing follows; an unknown id is not")
  void cancel() {
    client.create(onAll());
    client.create(onAll());
    client.cancel(7);
    client.cancel(0);
    client.cancel(0);
    WatchResponse canceled = client.stream.next();
    assertThat(canceled.getHeader().getRevision()).isPositive();
    assertThat(withoutHeader(canceled))
        .isEqualTo(WatchResponse.newBuilder().setCanceled(true).build());
    put("k", "v");
    assertThat(texts(1, 1)).containsExactly("k=v");
    assertThat(client.stream.next(QUIET_MILLIS)).isNull();
    assertThat(client.create(onAll().setWatchId(9)).getWatchId()).isEqualTo(9);
    client.cancel(9);
    client.stream.send(request(onAll().setWatchId(9)));
    assertThat(client.stream.next().getCanceled()).isTrue();
    assertThat(client.stream.next().getCreated()).as("its id is free").isTrue();
    client.stream.send(request(onAll().setWatchId(10)));
    client.cancel(10);
    assertThat(client.stream.next().getCreated()).as("created, then canceled").isTrue();
    assertThat(client.stream.next().getCanceled()).isTrue();
  }

  @Test
  @DisplayName("a start that is compacted: created, then canceled with the first revision there is")
  void compacted() {
    long first = put("k", "1");
    put("k", "2");
    long last = put("k", "3");
    WatchResponse created = client.create(onAll().setWatchId(5));
    client.compact(last);
    assertThat(client.create(onAll().setStartRevision(first)).getCreated()).isTrue();
    WatchResponse canceled = client.stream.next();
    assertThat(canceled.getHeader().getRevision()).isZero();
    assertThat(withoutHeader(canceled))
        .isEqualTo(WatchResponse.newBuilder().setCanceled(true).setCompactRevision(last).build());
    client.create(onAll().setStartRevision(canceled.getCompactRevision()));
    assertThat(texts(1, 1)).as("resumed there").containsExactly("k=3");
    put("k", "4");
    assertThat(client.stream.next().getEventsCount()).isEqualTo(1);
    assertThat(created.getCanceled()).as("one that is current is not disturbed").isFalse();
    assertThat(client.stream.next().getEventsCount()).isEqualTo(1);
  }

  @Test
  @DisplayName(
      "a watch from the compacted revision gets its removals; what was before cannot be read")
  void fromCompacted() {
    long before = put("gone", "1");
    long removal = client.delete(prefix + "gone");
    put("there", "2");
    client.compact(removal);
    client.create(onAll().setStartRevision(removal));
    assertThat(texts(0, 2)).containsExactly("-gone", "there=2");
    assertThat(client.endOfRange(prefix, before)).isEqualTo(new RawGrpc.End(11, COMPACTED));
    assertThat(client.endOfRange(prefix, removal).isOk()).isTrue();
    String path = "/etcdserverpb.KV/Compact";
    var compaction = CompactionRequest.newBuilder();
    assertThat(client.grpc.fail(path, compaction.setRevision(removal).build()).message())
        .isEqualTo(COMPACTED);
    assertThat(client.grpc.fail(path, compaction.setRevision(removal + 2).build()).message())
        .isEqualTo("etcdserver: mvcc: required revision is a future revision");
    client.compact(removal + 1);
    assertThat(client.endOfRange(prefix, removal + 1).isOk()).as("the present").isTrue();
    client.create(onAll().setStartRevision(removal + 1));
    assertThat(texts(1, 1)).containsExactly("there=2");
  }

  @Test
  @DisplayName("progress on demand is of the whole stream, and not ahead of events")
  void progress() {
    client.askProgress();
    long first = put("k", "0");
    for (int i = 0; i < 3; i++) client.stream.send(request(onAll().setStartRevision(first)));
    for (int created = 0, got = 0; created < 3 || got < 3; ) {
      WatchResponse next = client.stream.next();
      if (next.getCreated()) created++;
      else got += next.getEventsCount();
    }
    for (int i = 1; i <= 100; i++) {
      long revision = put("k", "" + i);
      client.askProgress();
      int events = 0;
      WatchResponse next;
      while ((next = client.stream.next()).getEventsCount() > 0) events += next.getEventsCount();
      assertThat(next.getWatchId()).isEqualTo(-1);
      assertThat(next.getHeader().getRevision()).isGreaterThanOrEqualTo(revision);
      assertThat(events).as("events before their progress").isEqualTo(3);
    }
    assertThat(client.create(onAll().setStartRevision(1L << 40)).getCreated()).isTrue();
    client.askProgress();
    assertThat(client.stream.next(QUIET_MILLIS)).as("one waits for a later revision").isNull();
  }

  @Test
  @DisplayName(
      "a watch without events is told from time to time how far it is, if it asked for that")
  void notified() {
    long revision = put("k", "v");
    client.create(onAll().setProgressNotify(true));
    client.create(onAll());
    WatchResponse told = client.stream.next();
    assertThat(told.getHeader().getRevision()).isGreaterThanOrEqualTo(revision);
    assertThat(withoutHeader(told)).isEqualTo(WatchResponse.getDefaultInstance());
    put("k", "w");
    assertThat(client.stream.next().getEventsCount()).isEqualTo(1);
    assertThat(client.stream.next().getEventsCount()).isEqualTo(1);
    assertThat(client.stream.next().getEventsCount()).as("then again").isZero();
  }

  @Test
  @DisplayName("a client that sends no more is served on")
  void halfClosed() {
    client.create(onAll());
    client.stream.halfClose();
    put("k", "v");
    assertThat(texts(0, 1)).containsExactly("k=v");
    assertThat(client.stream.next(QUIET_MILLIS)).isNull();
  }

  @Test
  @DisplayName("ten thousand watches of one stream each get their events")
  void tenThousand() {
    int count = 10_000;
    for (int i = 0; i < count; i++)
      client.stream.send(request(i % 2 == 0 ? onAll() : on(prefix + "k")));
    for (int i = 0; i < count; i++) {
      WatchResponse created = client.stream.next();
      assertThat(created.getCreated()).isTrue();
      assertThat(created.getWatchId()).isEqualTo(i);
    }
    put("k", "v");
    boolean[] seen = new boolean[count];
    for (int i = 0; i < count; i++) {
      WatchResponse next = client.stream.next();
      assertThat(next.getEventsCount()).isEqualTo(1);
      assertThat(seen[(int) next.getWatchId()]).isFalse();
      seen[(int) next.getWatchId()] = true;
    }
    client.askProgress();
    assertThat(client.stream.next().getWatchId()).isEqualTo(-1);
  }
}
