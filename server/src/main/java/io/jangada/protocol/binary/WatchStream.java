package io.jangada.protocol.binary;

import io.jangada.kv.WatchEvent;
import io.jangada.node.watch.WatchEnd;
import io.jangada.protocol.binary.WatchMessage.Content;
import io.jangada.protocol.port.ResumingWatch;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;

/// One watch of a connection. Its window is how many bytes of events the client still takes: while
/// there is none, or while the connection holds too many already, it pauses.
final class WatchStream extends ResumingWatch {
  private static final String CANCELLED = "cancelled";

  private final BinaryConnection connection;
  private final long number;
  private final AtomicLong windowBytes;

  /// The event loop's.
  private boolean paused;

  WatchStream(BinaryConnection connection, long number, Request.Watch request) {
    super(connection, connection.caller(), request.wanted());
    this.connection = connection;
    this.number = number;
    this.windowBytes = new AtomicLong(request.windowBytes());
  }

  BinaryConnection connection() {
    return connection;
  }

  long number() {
    return number;
  }

  // ---- on the event loop ----

  /// It has paused.
  void pause() {
    paused = true;
  }

  /// Has it go on after it has paused.
  void unpause() {
    paused = false;
    goOn();
  }

  boolean isPaused() {
    return paused;
  }

  boolean hasWindow() {
    return windowBytes.get() > 0;
  }

  void widen(int moreBytes) {
    windowBytes.addAndGet(moreBytes);
  }

  // ---- on the replica's thread ----

  private void say(Content content) {
    connection.lane().answered(new WatchMessage(this, content));
  }

  @Override
  protected void started(long revision) {
    say(new Content.Started(revision));
  }

  @Override
  protected Taken take(List<WatchEvent> events) {
    if (!hasWindow() || connection.isFullOfEvents()) return Taken.NONE;
    long bytes = WatchMessage.sizeOf(events);
    windowBytes.addAndGet(-bytes);
    connection.holdEvents(bytes);
    say(new Content.Events(events, bytes));
    return hasWindow() && connection.takesEvents() ? Taken.WITH_ROOM : Taken.THE_LAST;
  }

  @Override
  protected void paused() {
    say(new Content.Paused());
  }

  @Override
  protected void progress(long revision) {
    say(new Content.Progress(revision));
  }

  @Override
  protected void compacted(long compacted) {
    say(new Content.Compacted(compacted));
  }

  @Override
  protected void ended(WatchEnd reason) {
    say(
        switch (reason) {
          case PERMISSION_DENIED -> new Content.Refused(reason.text());
          case CANCELLED -> new Content.Ended(CANCELLED);
          case BUSY, TOO_MANY, NO_LEADER, REMOVED, DATA_DIFFERS, STOPPED ->
              new Content.Ended(reason.text());
        });
  }
}
