package io.jangada.protocol.etcd;

import static io.jangada.protocol.etcd.WatchClient.bytes;
import static io.jangada.protocol.etcd.WatchClient.putting;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.jangada.protocol.etcd.api.DeleteRangeRequest;
import io.jangada.protocol.etcd.api.DeleteRangeResponse;
import io.jangada.protocol.etcd.api.RangeRequest;
import io.jangada.protocol.etcd.api.RangeResponse;
import io.jangada.protocol.etcd.api.RangeStreamResponse;
import io.jangada.protocol.etcd.api.RequestOp;
import io.jangada.protocol.etcd.api.TxnRequest;
import io.jangada.protocol.etcd.api.TxnResponse;
import io.jangada.server.Fleet;
import java.nio.file.Path;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// The service KV at its limits: a server on its own.
@Timeout(60)
class KvCallsTest {
  private static final String KV = "/etcdserverpb.KV/";

  private static Fleet fleet;
  private static WatchClient client;

  @BeforeAll
  static void start(@TempDir Path folder) throws Exception {
    fleet = Fleet.withEtcd(folder, 1);
    fleet.startAll();
    fleet.leader();
    fleet.awaitHistory();
    client = new WatchClient(fleet.etcdAt(0));
  }

  @AfterAll
  static void stop() {
    client.close();
    fleet.close();
  }

  private static RangeRequest.Builder range(String from, String to) {
    return RangeRequest.newBuilder().setKey(bytes(from)).setRangeEnd(bytes(to));
  }

  private static RangeResponse read(RangeRequest.Builder range) {
    return client.grpc.call(KV + "Range", range.build(), RangeResponse.getDefaultInstance());
  }

  @Test
  void moreFormerValuesThanAResponseHoldsAreNotRemoved() {
    ByteString large = ByteString.copyFrom(new byte[1_200_000]);
    for (int i = 0; i < 4; i++) client.put("large/" + i, large);
    var delete =
        DeleteRangeRequest.newBuilder().setKey(bytes("large/")).setRangeEnd(bytes("large0"));
    assertThat(client.grpc.fail(KV + "DeleteRange", delete.setPrevKv(true).build()))
        .isEqualTo(new RawGrpc.End(8, "etcdserver: the response would be too large"));
    assertThat(read(range("large/", "large0").setCountOnly(true)).getCount()).isEqualTo(4);
    client.delete("large/0");
    DeleteRangeResponse removed =
        client.grpc.call(
            KV + "DeleteRange", delete.build(), DeleteRangeResponse.getDefaultInstance());
    assertThat(removed.getDeleted()).isEqualTo(3);
    assertThat(removed.getPrevKvsCount()).isEqualTo(3);
    assertThat(removed.getHeader().getRevision()).isPositive();
  }

  /// The store gives a count up after so many changes.
  @Test
  void aRangeIsCountedWhateverChangedSince() {
    for (int i = 0; i < 5; i++) client.put("n/" + i, "1");
    long revision = client.put("n/5", "1");
    RequestOp[] puts =
        IntStream.range(0, 128)
            .mapToObj(i -> putting("m/" + i, ByteString.EMPTY))
            .toArray(RequestOp[]::new);
    for (int i = 0; i < 130; i++) client.change(puts);
    var range = range("n/", "n0").setLimit(2).setRevision(revision);
    assertThat(read(range).getCount()).isEqualTo(6);
    var stream = client.grpc.open(KV + "RangeStream", RangeStreamResponse.getDefaultInstance());
    stream.send(range.build());
    stream.halfClose();
    RangeResponse last = stream.next().getRangeResponse();
    while (!last.getMore()) last = stream.next().getRangeResponse();
    assertThat(last.getCount()).isEqualTo(6);
    RequestOp op = RequestOp.newBuilder().setRequestRange(range).build();
    TxnRequest inner = TxnRequest.newBuilder().addSuccess(op).build();
    TxnRequest outer =
        TxnRequest.newBuilder()
            .addSuccess(op)
            .addSuccess(RequestOp.newBuilder().setRequestTxn(inner))
            .build();
    TxnResponse done = client.grpc.call(KV + "Txn", outer, TxnResponse.getDefaultInstance());
    assertThat(done.getResponses(0).getResponseRange().getCount()).isEqualTo(6);
    assertThat(done.getResponses(1).getResponseTxn().getResponses(0).getResponseRange().getCount())
        .isEqualTo(6);
  }
}
