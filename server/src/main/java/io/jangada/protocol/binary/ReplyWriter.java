package io.jangada.protocol.binary;

import io.jangada.bytes.ByteWriter;
import io.jangada.kv.CommandCodec;
import io.jangada.kv.WatchEvent;
import io.jangada.node.Outcome;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.util.List;
import java.util.Optional;
import java.util.function.IntFunction;

/// Gathers what the server says into one buffer, frame by frame.
final class ReplyWriter {
  private static final int FIRST_BYTES = 512;
  private static final int KEPT_BYTES_MAX = 64 << 10;

  private final IntFunction<Optional<String>> addresses;
  private ByteWriter out = new ByteWriter(FIRST_BYTES);

  ReplyWriter(IntFunction<Optional<String>> addresses) {
    this.addresses = addresses;
  }

  int length() {
    return out.length();
  }

  /// What was written since this was last called.
  ByteBuf take() {
    ByteBuf written = Unpooled.wrappedBuffer(out.array(), 0, out.length());
    // As large as this one, for there may be as much to say again.
    out = new ByteWriter(Math.clamp(out.length(), FIRST_BYTES, KEPT_BYTES_MAX));
    return written;
  }

  void preface() {
    out.putLong(BinaryFormat.PREFACE);
  }

  void outcome(long number, Outcome outcome) {
    switch (outcome) {
      case Outcome.Done(var result) -> {
        int start = begin(number, BinaryFormat.DONE);
        CommandCodec.append(out, result);
        end(start);
      }
      case Outcome.NotLeader(int leader) -> {
        int start = begin(number, BinaryFormat.NOT_LEADER);
        out.putInt(leader).putText(leader < 0 ? "" : addresses.apply(leader).orElse(""));
        end(start);
      }
      case Outcome.Busy(String reason) -> reason(number, BinaryFormat.BUSY, reason);
      case Outcome.NoMemory() -> end(begin(number, BinaryFormat.NO_MEMORY));
      case Outcome.Refused(String reason) -> reason(number, BinaryFormat.REFUSED, reason);
      case Outcome.Unknown() -> end(begin(number, BinaryFormat.UNKNOWN));
    }
  }

  /// A frame of some kind that holds a reason.
  void reason(long number, int kind, String reason) {
    int start = begin(number, kind);
    out.putText(reason);
    end(start);
  }

  /// A frame of some kind that holds a revision.
  void revision(long number, int kind, long revision) {
    int start = begin(number, kind);
    out.putLong(revision);
    end(start);
  }

  /// A frame of events.
  ///
  /// @param goesOn whether the revision of the last may go on in the next frame
  void events(long number, List<WatchEvent> events, boolean goesOn) {
    int start = begin(number, BinaryFormat.EVENTS);
    out.put(goesOn ? 1 : 0).putInt(events.size());
    for (WatchEvent event : events) put(event);
    end(start);
  }

  private void put(WatchEvent event) {
    int bits = event.removed() ? BinaryFormat.REMOVED : 0;
    if (event.former() != null) bits |= BinaryFormat.HAS_FORMER;
    CommandCodec.append(out.put(bits), event.entry());
    if (event.former() != null) CommandCodec.append(out, event.former());
  }

  private int begin(long number, int kind) {
    int start = out.length();
    out.putInt(0).putLong(number).put(kind);
    return start;
  }

  private void end(int start) {
    out.setInt(start, out.length() - start - Integer.BYTES);
  }
}
