package io.jangada.protocol.etcd;

import io.jangada.kv.WatchEvent;
import io.jangada.protocol.etcd.api.Event;
import io.jangada.protocol.etcd.api.KeyValue;
import io.jangada.protocol.etcd.api.ResponseHeader;
import io.jangada.protocol.etcd.api.WatchResponse;
import io.jangada.protocol.rpc.Moment;
import java.util.ArrayList;
import java.util.List;

/// What a client is told of its watches.
final class WatchAnswers {
  /// The number of no watch: of one that was refused, and of all of a stream.
  static final long NO_ID = -1;

  /// A larger response is divided where the client asked for that.
  private static final int FRAGMENT_BYTES = (2 << 20) - 4_096;

  private WatchAnswers() {}

  private static WatchResponse.Builder of(Moment moment, long revision, long id) {
    ResponseHeader header =
        moment == null ? ResponseHeader.getDefaultInstance() : Headers.of(moment, revision);
    return WatchResponse.newBuilder().setHeader(header).setWatchId(id);
  }

  private static long revision(Moment moment) {
    return moment == null ? 0 : moment.revision();
  }

  static WatchResponse created(Moment moment, long id) {
    return of(moment, revision(moment), id).setCreated(true).build();
  }

  /// @param moment null where it is not known
  static WatchResponse refused(Moment moment, String reason) {
    return of(moment, revision(moment), NO_ID)
        .setCreated(true)
        .setCanceled(true)
        .setCancelReason(reason)
        .build();
  }

  /// @param reason empty where the client cancelled it
  static WatchResponse canceled(Moment moment, long id, String reason) {
    return of(moment, revision(moment), id).setCanceled(true).setCancelReason(reason).build();
  }

  /// @param first the first revision from which all events are kept
  static WatchResponse compacted(Moment moment, long id, long first) {
    return of(moment, 0, id).setCanceled(true).setCompactRevision(first).build();
  }

  static WatchResponse progress(Moment moment, long id, long revision) {
    return of(moment, revision, id).build();
  }

  /// Events in order. The header names the revision of the last, and not what the store has come
  /// to: a client may take it for what it has got.
  ///
  /// @param divides whether there may be several responses
  static List<WatchResponse> events(
      Moment moment, long id, List<WatchEvent> events, boolean divides) {
    List<WatchResponse> all = new ArrayList<>(1);
    WatchResponse.Builder next = of(moment, events.getLast().revision(), id);
    long bytes = 0;
    for (WatchEvent one : events) {
      Event event = event(one);
      bytes += event.getSerializedSize();
      if (divides && bytes > FRAGMENT_BYTES && next.getEventsCount() > 0) {
        all.add(next.setFragment(true).build());
        next.setFragment(false).clearEvents();
        bytes = event.getSerializedSize();
      }
      next.addEvents(event);
    }
    all.add(next.build());
    return all;
  }

  private static Event event(WatchEvent event) {
    Event.Builder message = Event.newBuilder();
    if (event.removed()) message.setType(Event.EventType.DELETE).setKv(removed(event));
    else message.setKv(KeyValues.message(event.entry()));
    if (event.former() != null) message.setPrevKv(KeyValues.message(event.former()));
    return message.build();
  }

  private static KeyValue removed(WatchEvent event) {
    return KeyValue.newBuilder()
        .setKey(KeyValues.byteString(event.entry().key()))
        .setModRevision(event.revision())
        .build();
  }
}
