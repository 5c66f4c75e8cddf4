package io.jangada.protocol.etcd;

import com.google.protobuf.ByteString;
import io.jangada.kv.KeyRange;
import io.jangada.node.watch.WatchRequest.Kinds;
import io.jangada.protocol.etcd.api.WatchCreateRequest;
import io.jangada.protocol.etcd.api.WatchCreateRequest.FilterType;
import io.jangada.protocol.etcd.api.WatchRequest;
import io.jangada.protocol.rpc.Method;
import java.util.List;

/// The service Watch.
final class WatchCalls {
  private static final ByteString FIRST_KEY = ByteString.copyFrom(new byte[1]);

  /// Where an empty store stands.

  private final EtcdState state;

  WatchCalls(EtcdState state) {
    this.state = state;
  }

  List<Method<?>> methods() {
    long progressMillis = state.settings().requests().progressMillis();
    return List.of(
        Method.streaming(
            "/etcdserverpb.Watch/Watch",
            WatchRequest.getDefaultInstance(),
            call -> new WatchStream(call, progressMillis)));
  }

  /// What a client wants to be told of. The range may be empty.
  static io.jangada.node.watch.WatchRequest wanted(WatchCreateRequest create) {
    ByteString key = create.getKey().isEmpty() ? FIRST_KEY : create.getKey();
    KeyRange keys = KeyValues.range(key, create.getRangeEnd());
    List<FilterType> filters = create.getFiltersList();
    Kinds kinds =
        new Kinds(!filters.contains(FilterType.NOPUT), !filters.contains(FilterType.NODELETE));
    // From the revision of an empty store on is all that ever changed.
    long from = create.getStartRevision();
    if (from > 0) from = Math.max(from, Compaction.FIRST_CHANGE);
    return new io.jangada.node.watch.WatchRequest(keys, from, create.getPrevKv(), kinds, false);
  }
}
