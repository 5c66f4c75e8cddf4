package io.jangada.protocol.etcd;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import com.google.protobuf.Message;
import io.jangada.harness.Waiting;
import io.jangada.protocol.etcd.api.AuthenticateRequest;
import io.jangada.protocol.etcd.api.Compare;
import io.jangada.protocol.etcd.api.PutRequest;
import io.jangada.protocol.etcd.api.PutResponse;
import io.jangada.protocol.etcd.api.RangeRequest;
import io.jangada.protocol.etcd.api.RangeResponse;
import io.jangada.protocol.etcd.api.RequestOp;
import io.jangada.protocol.etcd.api.TxnRequest;
import io.jangada.protocol.etcd.api.WatchResponse;
import io.netty.handler.codec.http2.DefaultHttp2Headers;
import io.netty.handler.codec.http2.Http2Headers;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// Calls that are none, or bad ones, over HTTP/2 that is good: each is answered with what gRPC has
/// for it, and leaves nothing behind.
@Timeout(60)
class BadCallsTest {
  private static final String KV = "/etcdserverpb.KV/";
  private static final RangeResponse RANGED = RangeResponse.getDefaultInstance();
  private static final RangeRequest GET =
      RangeRequest.newBuilder().setKey(ByteString.copyFromUtf8("k")).build();

  /// Longer than what is read of a message.
  private static final int TOO_LONG_BYTES = (2 << 20) + 1;

  private static EtcdAlone port;

  private RawGrpc client;

  @BeforeAll
  static void start(@TempDir Path folder) throws IOException {
    port = new EtcdAlone(folder);
  }

  @AfterAll
  static void stop() throws IOException {
    port.close();
  }

  @BeforeEach
  void connect() {
    client = RawGrpc.connect(port.address());
  }

  @AfterEach
  void look() throws InterruptedException {
    client.call(KV + "Range", GET, RANGED);
    client.close();
    port.awaitNothingHeld();
    port.assertNothingLogged();
  }

  private RawGrpc.Stream<RangeResponse> open() {
    return client.open(KV + "Range", RANGED);
  }

  private static Http2Headers headers(String method, String path, String type) {
    Http2Headers headers = new DefaultHttp2Headers(false);
    headers.method(method).scheme("http").authority("here");
    if (path != null) headers.path(path);
    if (type != null) headers.set("content-type", type);
    return headers;
  }

  @ParameterizedTest
  @CsvSource({
    "GET, /version, , HTTP status 405",
    "GET, /etcdserverpb.KV/Range, application/grpc, HTTP status 405",
    "POST, /etcdserverpb.KV/Range, , HTTP status 415",
    "POST, /etcdserverpb.KV/Range, application/json, HTTP status 415",
    "POST, /etcdserverpb.KV/Range, application/grpc-web+proto, HTTP status 415",
    "POST, /etcdserverpb.KV/Range, application/grpc-web-text, HTTP status 415",
    "POST, , application/grpc, HTTP status 400",
    "POST, /etcdserverpb.KV/Rang, application/grpc, "
        + "unknown method Rang for service etcdserverpb.KV",
    "POST, /etcdserverpb.VK/Range, application/grpc+proto, unknown service etcdserverpb.VK",
    "POST, nothing, application/grpc;charset=utf-8, 'unknown service '",
  })
  @DisplayName("what calls no method is refused as HTTP or as gRPC has it")
  void noMethod(String method, String path, String type, String answer) {
    RawGrpc.Stream<RangeResponse> stream = client.open(headers(method, path, type), RANGED);
    stream.send(GET);
    stream.halfClose();
    RawGrpc.End end = stream.end();
    assertThat(end.code()).isEqualTo(answer.startsWith("unknown") ? 12 : -1);
    assertThat(end.message()).isEqualTo(answer);
  }

  @Test
  @DisplayName("what is compressed is refused, when it is said and when it is not")
  void compressed() {
    RawGrpc.End end = client.fail(KV + "Range", GET, "grpc-encoding", "gzip");
    assertThat(end.code()).isEqualTo(12);
    assertThat(end.message()).contains("gzip");
    RawGrpc.Stream<RangeResponse> stream = open();
    stream.send(1, 3, new byte[3]);
    assertThat(stream.end().code()).isEqualTo(13);
  }

  @Test
  @DisplayName("a message that is too long ends its call before it is there")
  void tooLong() {
    RawGrpc.Stream<RangeResponse> stream = open();
    stream.send(0, TOO_LONG_BYTES, new byte[10]);
    assertThat(stream.end())
        .isEqualTo(
            new RawGrpc.End(8, "grpc: received message larger than max (2097153 vs. 2097152)"));
    var value = ByteString.copyFrom(new byte[TOO_LONG_BYTES]);
    var put = PutRequest.newBuilder().setKey(GET.getKey()).setValue(value).build();
    assertThat(client.fail(KV + "Put", put).code()).isEqualTo(8);
    var less = put.toBuilder().setValue(value.substring(0, 1_572_864)).build();
    assertThat(client.fail(KV + "Put", less))
        .isEqualTo(new RawGrpc.End(3, "etcdserver: request is too large"));
    RawGrpc.Stream<RangeResponse> negative = open();
    negative.send(0, -1, new byte[10]);
    assertThat(negative.end().code()).isEqualTo(8);
  }

  @Test
  @DisplayName("a call of one request has one, and that as a whole")
  void notOne() {
    RawGrpc.Stream<RangeResponse> none = open();
    none.halfClose();
    assertThat(none.end().code()).isEqualTo(13);
    RawGrpc.Stream<RangeResponse> two = open();
    two.send(GET);
    two.send(GET);
    assertThat(two.end().code()).isEqualTo(13);
    RawGrpc.Stream<RangeResponse> part = open();
    part.send(0, 10, new byte[9]);
    part.halfClose();
    assertThat(part.end().code()).isEqualTo(13);
    RawGrpc.Stream<RangeResponse> beyond = open();
    beyond.send(0, 0, new byte[3]);
    beyond.halfClose();
    assertThat(beyond.end().code()).isEqualTo(13);
  }

  @Test
  @DisplayName("bytes that are no message, and text that is no UTF-8")
  void noMessage() {
    RawGrpc.Stream<RangeResponse> rubbish = open();
    rubbish.send(0, 4, new byte[] {-1, -1, -1, -1});
    rubbish.halfClose();
    assertThat(rubbish.end().code()).isEqualTo(13);
    var name = AuthenticateRequest.newBuilder().setName("name").build().toByteArray();
    name[2] = -1;
    RawGrpc.Stream<Message> text = client.open("/etcdserverpb.Auth/Authenticate", (Message) RANGED);
    text.send(0, name.length, name);
    text.halfClose();
    assertThat(text.end().code()).isEqualTo(13);
    assertThat(text.end().message()).contains("UTF-8");
  }

  @Test
  @DisplayName("numbers that name nothing")
  void unknownNumbers() {
    RangeRequest order = GET.toBuilder().setSortOrderValue(9).build();
    assertThat(client.fail(KV + "Range", order))
        .isEqualTo(new RawGrpc.End(3, "etcdserver: invalid sort option"));
    RangeRequest target = GET.toBuilder().setSortOrderValue(1).setSortTargetValue(-1).build();
    assertThat(client.fail(KV + "Range", target).code()).isEqualTo(3);
    var compare = Compare.newBuilder().setKey(GET.getKey());
    var byTarget = TxnRequest.newBuilder().addCompare(compare.clone().setTargetValue(9)).build();
    assertThat(client.fail(KV + "Txn", byTarget).code()).isEqualTo(3);
    var byResult = TxnRequest.newBuilder().addCompare(compare.clone().setResultValue(9)).build();
    assertThat(client.fail(KV + "Txn", byResult).code()).isEqualTo(3);
  }

  private static TxnRequest nested(int depth) {
    TxnRequest txn = TxnRequest.getDefaultInstance();
    for (int i = 0; i < depth; i++)
      txn = TxnRequest.newBuilder().addSuccess(RequestOp.newBuilder().setRequestTxn(txn)).build();
    return txn;
  }

  @Test
  @DisplayName("transactions that are too many in each other, or too long")
  void nested() {
    assertThat(client.fail(KV + "Txn", nested(7)).code()).isZero();
    assertThat(client.fail(KV + "Txn", nested(8)))
        .isEqualTo(new RawGrpc.End(3, "etcdserver: request is too large"));
    assertThat(client.fail(KV + "Txn", nested(1_000)).code()).isEqualTo(13);
    var ops = TxnRequest.newBuilder();
    for (int i = 0; i < 129; i++) ops.addSuccess(RequestOp.newBuilder().setRequestRange(GET));
    RawGrpc.End end = client.fail(KV + "Txn", ops.build());
    assertThat(end).isEqualTo(new RawGrpc.End(3, "etcdserver: too many operations in txn request"));
  }

  @Test
  @DisplayName("the client's time is up, or the client gives up: nothing is kept for it")
  void over() throws InterruptedException {
    RawGrpc.Stream<WatchResponse> late =
        client.open(WatchClient.WATCH, WatchResponse.getDefaultInstance(), "grpc-timeout", "50m");
    late.send(WatchClient.request(WatchClient.onPrefix("k")));
    assertThat(late.end()).isEqualTo(new RawGrpc.End(4, "context deadline exceeded"));
    RawGrpc.Stream<RangeResponse> unfinished = client.open(KV + "Range", RANGED);
    unfinished.send(0, 1 << 20, new byte[100_000]);
    RawGrpc.Stream<RangeResponse> soon = client.open(KV + "Range", RANGED, "grpc-timeout", "50m");
    soon.send(0, 1 << 20, new byte[100_000]);
    assertThat(soon.end().code()).isEqualTo(4);
    unfinished.cancel();
    client.call(KV + "Range", GET, RANGED);
    assertThat(port.port().arriving().used()).isZero();
  }

  @Test
  @DisplayName("requests whose client never says that they are all are bounded in memory")
  void neverEnding() throws InterruptedException {
    int size = 1_000_000;
    var put =
        PutRequest.newBuilder()
            .setKey(GET.getKey())
            .setValue(ByteString.copyFrom(new byte[size]))
            .build();
    for (int i = 1; i <= 16; i++) {
      client.open(KV + "Put", PutResponse.getDefaultInstance()).send(put);
      long least = (long) i * size;
      Waiting.until(RawGrpc.PATIENCE_MILLIS, () -> port.port().arriving().used() >= least);
    }
    var last = client.open(KV + "Put", PutResponse.getDefaultInstance());
    last.send(put);
    assertThat(last.end()).isEqualTo(new RawGrpc.End(8, "too much is arriving"));
    assertThat(port.port().arriving().used()).isBetween(16_000_000L, 16L << 20);
    try (RawGrpc other = RawGrpc.connect(port.address())) {
      other.call(KV + "Put", put, PutResponse.getDefaultInstance());
    }
  }
}
