package io.jangada.client;

import static org.assertj.core.api.Assertions.assertThat;

import io.jangada.bytes.ByteReader;
import io.jangada.bytes.ByteWriter;
import io.jangada.bytes.Bytes;
import io.jangada.client.BinaryPeer.Asked;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/// Calls of a client over the binary protocol, among servers that answer, hang and die.
class BinaryCallsTest {
  private static final Bytes KEY = Bytes.utf8("a key with blanks");
  private static final Bytes VALUE = Bytes.utf8("jangada");

  private final List<AutoCloseable> open = new ArrayList<>();

  private BinaryPeer peer() throws Exception {
    BinaryPeer peer = new BinaryPeer();
    open.add(peer);
    return peer;
  }

  private JangadaClient client(BinaryPeer... peers) {
    List<Endpoint> endpoints = new ArrayList<>();
    for (BinaryPeer each : peers) endpoints.add(each.endpoint());
    var timing = new ClientOptions.Timing(20_000, 1_000, 5_000, 5, 20);
    JangadaClient client = JangadaClient.connect(ClientOptions.of(endpoints).withTiming(timing));
    open.add(client);
    return client;
  }

  private static <T> T await(CompletableFuture<T> future) throws Exception {
    return future.get(30, TimeUnit.SECONDS);
  }

  private static void changed(ByteWriter out, long revision) {
    out.put(12).putLong(revision).putLong(1).putInt(7).put(0).put(0);
  }

  @AfterEach
  void closeAll() throws Exception {
    for (AutoCloseable each : open.reversed()) each.close();
  }

  @Test
  void requestsArePipelinedAndAnsweredInAnyOrder() throws Exception {
    BinaryPeer peer = peer();
    JangadaClient client = client(peer);
    var first = client.put(KEY, VALUE);
    var second = client.timeToLive(5);
    Asked put = peer.take(Frames.COMMAND);
    Asked read = peer.take(Frames.READ);
    assertThat(read.number()).isNotEqualTo(put.number());
    read.done(out -> out.put(18).putLong(5).putLong(900).putLong(100).putInt(1).putBytes(KEY));
    assertThat(await(second)).isEqualTo(new Reply.Leased(5, 900, 100, List.of(KEY)));
    put.done(out -> changed(out, 9));
    assertThat(await(first)).isEqualTo(new Reply.Changed(9, 1, 7, null, null));
    ByteReader in = put.reader();
    assertThat(in.get()).isEqualTo(1);
    assertThat(in.getText(64)).matches("[!-~]{1,32}");
    assertThat(in.getLong()).isZero();
    assertThat(in.getRaw(in.remaining())).isEqualTo(Forms.bytesOf(Put.set(KEY, VALUE)));
    assertThat(read.reader().get()).isZero();
  }

  @Test
  void theDifferentKindsOfNoAreToldApart() throws Exception {
    BinaryPeer peer = peer();
    JangadaClient client = client(peer);
    var rejected = client.put(Put.touch(KEY).lease(4));
    peer.take(Frames.COMMAND).done(out -> out.put(9).put(4));
    assertThat(await(rejected)).isEqualTo(new Reply.Rejected(Reply.Reason.LEASE_NOT_FOUND));
    var refused = client.revoke(4);
    peer.take(Frames.COMMAND).reason(Frames.REFUSED, "malformed");
    assertThat(await(refused)).isEqualTo(new Reply.Refused("malformed"));
    var full = client.append(KEY, VALUE);
    peer.take(Frames.COMMAND).answer(Frames.NO_MEMORY, out -> {});
    assertThat(await(full)).isInstanceOf(Reply.Unavailable.class);
    var forgotten = client.deleteRange(KeyRange.ALL);
    peer.take(Frames.COMMAND).done(out -> out.put(8));
    assertThat(await(forgotten)).isInstanceOf(Reply.Unknown.class);
    var late = client.within(Duration.ofMillis(300)).add(KEY, 1);
    peer.take(Frames.COMMAND);
    assertThat(await(late)).isInstanceOf(Reply.Unknown.class);
  }

  @Test
  void aChangeKeepsItsNumberHoweverOftenItIsSent() throws Exception {
    BinaryPeer peer = peer();
    JangadaClient client = client(peer);
    var put = client.put(KEY, VALUE);
    Asked first = peer.take(Frames.COMMAND);
    first.line().close();
    Asked second = peer.take(Frames.COMMAND);
    second.answer(Frames.UNKNOWN, out -> {});
    Asked third = peer.take(Frames.COMMAND);
    third.reason(Frames.BUSY, "too much at once");
    Asked fourth = peer.take(Frames.COMMAND);
    fourth.done(out -> changed(out, 3));
    assertThat(await(put)).isEqualTo(new Reply.Changed(3, 1, 7, null, null));
    assertThat(List.of(second.body(), third.body(), fourth.body())).containsOnly(first.body());
  }

  @Test
  void whoLeadsIsFollowedAndRemembered() throws Exception {
    BinaryPeer follower = peer();
    BinaryPeer leader = peer();
    JangadaClient client = client(follower);
    var put = client.put(KEY, VALUE);
    String address = "" + leader.endpoint();
    follower.take(Frames.COMMAND).answer(Frames.NOT_LEADER, out -> out.putInt(2).putText(address));
    leader.take(Frames.COMMAND).done(out -> changed(out, 3));
    assertThat(await(put)).isInstanceOf(Reply.Changed.class);
    var count = client.count(KeyRange.prefix(KEY));
    leader.take(Frames.READ).done(out -> out.put(14).putLong(3).putLong(77).putInt(0).put(0));
    assertThat(await(count)).isEqualTo(new Reply.Counted(3, 77));
  }

  @Test
  void aServerThatKnowsNoLeaderIsLeftForAnother() throws Exception {
    BinaryPeer lost = peer();
    BinaryPeer leader = peer();
    JangadaClient client = client(lost, leader);
    var leases = client.leases();
    lost.take(Frames.READ).answer(Frames.NOT_LEADER, out -> out.putInt(-1).putText(""));
    leader.take(Frames.READ).done(out -> out.put(19).putInt(1).putLong(6));
    assertThat(await(leases)).isEqualTo(new Reply.LeaseList(List.of(6L)));
  }

  // ---- ranges ----

  private static void piece(Asked asked, long revision, String key, KeyRange rest) {
    asked.done(
        out -> {
          out.put(14).putLong(revision).putLong(2).putInt(1);
          put(out, Bytes.utf8(key), revision);
          out.put(rest == null ? 0 : 1);
          if (rest != null) rest.writeTo(out);
        });
  }

  private static void put(ByteWriter out, Bytes key, long revision) {
    out.putBytes(key).putBytes(VALUE).putInt(0).putLong(revision).putLong(revision).putLong(1);
    out.putLong(0).putLong(0).putLong(0);
  }

  private static List<String> keys(Reply.Ranged ranged) {
    return ranged.entries().stream().map(each -> each.key().toUtf8()).toList();
  }

  @Test
  void aRangeIsGatheredAtOneRevisionAndBegunAgainWhereThatIsGone() throws Exception {
    BinaryPeer peer = peer();
    JangadaClient client = client(peer);
    RangeRequest request = RangeRequest.of(KeyRange.ALL);
    KeyRange rest = new KeyRange(Bytes.utf8("b"), null);
    Bytes whole = Forms.bytesOf(request);
    var range = client.range(request);
    Asked first = peer.take(Frames.READ);
    assertThat(first.body()).isEqualTo(linearizable(whole));
    piece(first, 8, "a", rest);
    Asked second = peer.take(Frames.READ);
    assertThat(second.body())
        .isEqualTo(linearizable(Forms.bytesOf(request.keys(rest).revision(8))));
    second.done(out -> out.put(21).putLong(9));
    Asked again = peer.take(Frames.READ);
    assertThat(again.body()).isEqualTo(linearizable(whole));
    piece(again, 9, "a", rest);
    piece(peer.take(Frames.READ), 9, "b", null);
    Reply.Ranged ranged = (Reply.Ranged) await(range);
    assertThat(keys(ranged)).containsExactly("a", "b");
    assertThat(List.of(ranged.revision(), ranged.count())).containsExactly(9L, 2L);
    assertThat(ranged.rest()).isNull();
  }

  private static Bytes linearizable(Bytes operation) {
    return new ByteWriter(64).put(0).putRaw(operation).toBytes();
  }

  @Test
  void aRangeEndsAtItsLimitAndSaysWhereToGoOn() throws Exception {
    BinaryPeer peer = peer();
    KeyRange rest = new KeyRange(Bytes.utf8("b"), null);
    RangeRequest request = RangeRequest.of(KeyRange.ALL).limit(2);
    var range = client(peer).range(request);
    piece(peer.take(Frames.READ), 8, "a", rest);
    Asked second = peer.take(Frames.READ);
    assertThat(second.body())
        .isEqualTo(linearizable(Forms.bytesOf(request.keys(rest).revision(8).limit(1))));
    piece(second, 8, "b", rest);
    Reply.Ranged ranged = (Reply.Ranged) await(range);
    assertThat(keys(ranged)).containsExactly("a", "b");
    assertThat(ranged.rest()).isEqualTo(rest);
  }

  @Test
  void theNextPieceIsFetchedWhenTheOneBeforeWasTaken() throws Exception {
    BinaryPeer peer = peer();
    KeyRange rest = new KeyRange(Bytes.utf8("b"), null);
    CompletableFuture<Boolean> taken = new CompletableFuture<>();
    CompletableFuture<Reply.Ranged> given = new CompletableFuture<>();
    var end =
        client(peer)
            .range(
                RangeRequest.of(KeyRange.ALL),
                piece -> {
                  given.complete(piece);
                  return taken;
                });
    piece(peer.take(Frames.READ), 8, "a", rest);
    assertThat(keys(await(given))).containsExactly("a");
    assertThat(end).isNotDone();
    taken.complete(false);
    assertThat(await(end)).isEqualTo(new Reply.Ranged(8, 2, List.of(), rest));
  }

  // ---- leases ----

  @Test
  void aLeaseIsKeptAliveEveryThirdOfItsTimeUntilItIsGone() throws Exception {
    BinaryPeer peer = peer();
    LeaseKeeper keeper = client(peer).keepAlive(6, Duration.ofMillis(90));
    for (int i = 0; i < 3; i++) {
      Asked asked = peer.take(Frames.COMMAND);
      ByteReader in = asked.reader();
      assertThat(List.of(in.get(), in.get(), in.get(), in.getInt())).containsExactly(0, 1, 13, 1);
      assertThat(in.getLong()).isEqualTo(6);
      asked.done(out -> out.put(17).putInt(1).putLong(90));
    }
    assertThat(keeper.whenLost()).isNotDone();
    peer.take(Frames.COMMAND).done(out -> out.put(17).putInt(1).putLong(0));
    assertThat(await(keeper.whenLost())).contains("no such lease");
  }

  @Test
  void aLeaseIsLostWhenNoServerCouldBeAskedAndWhenTheClientEnds() throws Exception {
    BinaryPeer peer = peer();
    JangadaClient client = client(peer);
    LeaseKeeper hasty = client.keepAlive(6, Duration.ofMillis(90));
    assertThat(await(hasty.whenLost())).contains("not kept alive in time");
    LeaseKeeper patient = client.keepAlive(7, Duration.ofHours(1));
    client.close();
    assertThat(await(patient.whenLost())).contains("closed");
    assertThat(await(client.keepAlive(8, Duration.ofHours(1)).whenLost())).contains("client");
  }
}
