package io.jangada.protocol.binary;

import io.jangada.kv.CommandCodec;
import io.jangada.kv.WatchEvent;
import io.jangada.protocol.port.Slot;
import java.util.List;

/// What a watch says to its client, on its way from the replica to the event loop and then to the
/// socket.
final class WatchMessage extends Slot {
  /// A frame of events ends with the one that brings it to this length.
  private static final int EVENT_FRAME_BYTES = 256 << 10;

  sealed interface Content {
    record Started(long revision) implements Content {}

    /// Whole revisions.
    ///
    /// @param bytes of the events in frames
    record Events(List<WatchEvent> events, long bytes) implements Content {}

    /// Nothing for the client: no events come before more is taken.
    record Paused() implements Content {}

    record Progress(long revision) implements Content {}

    record Compacted(long revision) implements Content {}

    record Ended(String reason) implements Content {}

    /// It has ended, and would end again.
    record Refused(String reason) implements Content {}
  }

  final WatchStream stream;
  final Content content;

  /// How many of the events are written.
  private int written;

  WatchMessage(WatchStream stream, Content content) {
    super(null);
    this.stream = stream;
    this.content = content;
  }

  @Override
  protected BinaryConnection connection() {
    return stream.connection();
  }

  @Override
  protected boolean arrive() {
    return stream.connection().arrived(this);
  }

  /// Whether nothing of the watch follows.
  boolean isLast() {
    return switch (content) {
      case Content.Compacted _, Content.Ended _, Content.Refused _ -> true;
      case Content.Started _, Content.Events _, Content.Paused _, Content.Progress _ -> false;
    };
  }

  /// Writes it, or of many events one frame.
  ///
  /// @return whether all is written
  boolean write(ReplyWriter out) {
    long number = stream.number();
    switch (content) {
      case Content.Started(long at) -> out.revision(number, BinaryFormat.STARTED, at);
      case Content.Events(List<WatchEvent> events, _) -> {
        int from = written;
        for (long bytes = 0; written < events.size() && bytes < EVENT_FRAME_BYTES; written++)
          bytes += sizeOf(events.get(written));
        boolean goesOn = written < events.size();
        out.events(number, events.subList(from, written), goesOn);
        return !goesOn;
      }
      case Content.Paused() -> {}
      case Content.Progress(long at) -> out.revision(number, BinaryFormat.AT_REVISION, at);
      case Content.Compacted(long at) -> out.revision(number, BinaryFormat.COMPACTED, at);
      case Content.Ended(String reason) -> out.reason(number, BinaryFormat.ENDED, reason);
      case Content.Refused(String reason) -> out.reason(number, BinaryFormat.REFUSED, reason);
    }
    return true;
  }

  /// How many bytes events have in frames.
  static long sizeOf(List<WatchEvent> events) {
    long bytes = 0;
    for (WatchEvent event : events) bytes += sizeOf(event);
    return bytes;
  }

  private static long sizeOf(WatchEvent event) {
    long former = event.former() == null ? 0 : CommandCodec.lengthOf(event.former());
    return 1 + CommandCodec.lengthOf(event.entry()) + former;
  }
}
