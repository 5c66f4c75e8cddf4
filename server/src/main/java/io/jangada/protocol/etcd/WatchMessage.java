package io.jangada.protocol.etcd;

import io.jangada.kv.KeyValue;
import io.jangada.kv.WatchEvent;
import io.jangada.node.watch.WatchEnd;
import io.jangada.protocol.port.Client;
import io.jangada.protocol.port.Slot;
import io.jangada.protocol.rpc.Moment;
import java.util.List;

/// Something that the replica tells a watch, on its way to the stream of the watch.
final class WatchMessage extends Slot {
  /// What a message takes beside its events, about.
  private static final int OVERHEAD_BYTES = 128;

  sealed interface Content {
    record Started() implements Content {}

    record Events(List<WatchEvent> events) implements Content {}

    /// There are events, which come when it is [io.jangada.node.watch.Watch#ready].
    record Paused() implements Content {}

    record Progress(long revision) implements Content {}

    record Compacted(long revision) implements Content {}

    record Ended(WatchEnd reason) implements Content {}
  }

  final StreamedWatch watch;
  final Content content;

  /// Where the member stood; null where that is not known, and for [Content.Paused].
  final Moment moment;

  private final long bytes;

  WatchMessage(StreamedWatch watch, Content content, Moment moment) {
    super(null);
    this.watch = watch;
    this.content = content;
    this.moment = moment;
    this.bytes = content instanceof Content.Events(List<WatchEvent> events) ? sizeOf(events) : 0;
  }

  private static long sizeOf(List<WatchEvent> events) {
    long bytes = OVERHEAD_BYTES;
    for (WatchEvent event : events) bytes += event.entry().sizeBytes() + sizeOf(event.former());
    return bytes;
  }

  private static long sizeOf(KeyValue former) {
    return former == null ? 0 : former.sizeBytes();
  }

  /// What it takes while it is held, about; 0 for what comes once for each watch.
  long bytes() {
    return bytes;
  }

  @Override
  protected Client connection() {
    return watch.stream().call().connection();
  }

  @Override
  protected boolean arrive() {
    watch.stream().arrived(this);
    return connection().becomeDue();
  }
}
