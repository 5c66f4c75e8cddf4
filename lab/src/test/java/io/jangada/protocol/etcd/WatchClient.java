package io.jangada.protocol.etcd;

import com.google.protobuf.ByteString;
import io.jangada.protocol.etcd.api.CompactionRequest;
import io.jangada.protocol.etcd.api.CompactionResponse;
import io.jangada.protocol.etcd.api.DeleteRangeRequest;
import io.jangada.protocol.etcd.api.DeleteRangeResponse;
import io.jangada.protocol.etcd.api.Event;
import io.jangada.protocol.etcd.api.PutRequest;
import io.jangada.protocol.etcd.api.PutResponse;
import io.jangada.protocol.etcd.api.RangeRequest;
import io.jangada.protocol.etcd.api.RequestOp;
import io.jangada.protocol.etcd.api.TxnRequest;
import io.jangada.protocol.etcd.api.TxnResponse;
import io.jangada.protocol.etcd.api.WatchCancelRequest;
import io.jangada.protocol.etcd.api.WatchCreateRequest;
import io.jangada.protocol.etcd.api.WatchProgressRequest;
import io.jangada.protocol.etcd.api.WatchRequest;
import io.jangada.protocol.etcd.api.WatchResponse;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;

/// A client with one stream of watches, and with what changes keys.
final class WatchClient implements AutoCloseable {
  static final String WATCH = "/etcdserverpb.Watch/Watch";

  private static final String KV = "/etcdserverpb.KV/";

  final RawGrpc grpc;
  final RawGrpc.Stream<WatchResponse> stream;

  /// @param metadata of the stream
  WatchClient(InetSocketAddress server, String... metadata) {
    this(RawGrpc.connect(server), metadata);
  }

  WatchClient(RawGrpc grpc, String... metadata) {
    this.grpc = grpc;
    stream = grpc.open(WATCH, WatchResponse.getDefaultInstance(), metadata);
  }

  static ByteString bytes(String text) {
    return ByteString.copyFromUtf8(text);
  }

  // ---- watches ----

  static WatchCreateRequest.Builder on(String key) {
    return WatchCreateRequest.newBuilder().setKey(bytes(key));
  }

  static WatchCreateRequest.Builder onPrefix(String prefix) {
    int last = prefix.length() - 1;
    String end = prefix.substring(0, last) + (char) (prefix.charAt(last) + 1);
    return on(prefix).setRangeEnd(bytes(end));
  }

  static WatchRequest request(WatchCreateRequest.Builder create) {
    return WatchRequest.newBuilder().setCreateRequest(create).build();
  }

  /// Creates a watch, and has the answer that comes next.
  WatchResponse create(WatchCreateRequest.Builder create) {
    stream.send(request(create));
    return stream.next();
  }

  void cancel(long id) {
    var cancel = WatchCancelRequest.newBuilder().setWatchId(id);
    stream.send(WatchRequest.newBuilder().setCancelRequest(cancel).build());
  }

  void askProgress() {
    var progress = WatchProgressRequest.getDefaultInstance();
    stream.send(WatchRequest.newBuilder().setProgressRequest(progress).build());
  }

  /// The next events of one watch, at least so many.
  List<Event> events(long id, int count) {
    List<Event> events = new ArrayList<>();
    while (events.size() < count) {
      WatchResponse next = stream.next();
      if (next.getWatchId() != id || next.getEventsCount() == 0)
        throw new AssertionError("no events of watch " + id + ": " + next);
      events.addAll(next.getEventsList());
    }
    return events;
  }

  static String text(Event event) {
    String key = event.getKv().getKey().toStringUtf8();
    return event.getType() == Event.EventType.DELETE
        ? "-" + key
        : key + "=" + event.getKv().getValue().toStringUtf8();
  }

  static List<String> texts(List<Event> events) {
    return events.stream().map(WatchClient::text).toList();
  }

  // ---- keys ----

  /// Returns the revision.
  long put(String key, String value) {
    return put(key, bytes(value));
  }

  long put(String key, ByteString value) {
    PutRequest put = PutRequest.newBuilder().setKey(bytes(key)).setValue(value).build();
    PutResponse done = grpc.call(KV + "Put", put, PutResponse.getDefaultInstance());
    return done.getHeader().getRevision();
  }

  long delete(String key) {
    var delete = DeleteRangeRequest.newBuilder().setKey(bytes(key)).build();
    return grpc.call(KV + "DeleteRange", delete, DeleteRangeResponse.getDefaultInstance())
        .getHeader()
        .getRevision();
  }

  static RequestOp putting(String key, ByteString value) {
    return RequestOp.newBuilder()
        .setRequestPut(PutRequest.newBuilder().setKey(bytes(key)).setValue(value))
        .build();
  }

  static RequestOp deleting(String key) {
    return RequestOp.newBuilder()
        .setRequestDeleteRange(DeleteRangeRequest.newBuilder().setKey(bytes(key)))
        .build();
  }

  long change(RequestOp... ops) {
    TxnRequest txn = TxnRequest.newBuilder().addAllSuccess(List.of(ops)).build();
    return grpc.call(KV + "Txn", txn, TxnResponse.getDefaultInstance()).getHeader().getRevision();
  }

  void compact(long revision) {
    grpc.call(
        KV + "Compact",
        CompactionRequest.newBuilder().setRevision(revision).build(),
        CompactionResponse.getDefaultInstance());
  }

  /// How it ends to read a key as of a revision.
  RawGrpc.End endOfRange(String key, long revision) {
    RangeRequest range = RangeRequest.newBuilder().setKey(bytes(key)).setRevision(revision).build();
    return grpc.fail(KV + "Range", range);
  }

  @Override
  public void close() {
    grpc.close();
  }
}
