package io.jangada.protocol.binary;

import io.jangada.kv.WatchEvent;
import io.jangada.kv.auth.Caller;
import io.jangada.node.watch.Watch;
import io.jangada.node.watch.WatchEnd;
import io.jangada.node.watch.WatchRequest;
import io.jangada.node.watch.Watcher;
import io.jangada.protocol.binary.WatchMessage.Content;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;

/// One watch of a connection. Its window is how many bytes of events the client still takes.
///
/// Events that come while there is no window, or while the connection holds too many already, are
/// not kept: their first revision is, and once there is room another watch of the replica begins
/// there. So a client that does not read costs a bounded amount however many watches it has.
final class WatchStream {
  private static final String CANCELLED = "cancelled";

  private final BinaryConnection connection;
  private final long number;
  private final WatchRequest wanted;

  /// Who the client was when it began.
  private final Caller caller;

  private final AtomicLong windowBytes;

  /// The event loop's, as are all that follow.
  private Feed feed;

  private boolean paused;
  private boolean owesProgress;
  private boolean isCancelled;

  WatchStream(BinaryConnection connection, long number, Request.Watch request) {
    this.connection = connection;
    this.number = number;
    this.wanted = request.wanted();
    this.caller = connection.caller();
    this.windowBytes = new AtomicLong(request.windowBytes());
  }

  BinaryConnection connection() {
    return connection;
  }

  long number() {
    return number;
  }

  // ---- on the event loop ----

  void begin() {
    watch(new Feed(false), wanted, false);
  }

  private void watch(Feed next, WatchRequest request, boolean goesOn) {
    feed = next;
    next.watch = connection.watch(new Watch.Asked(caller, request), next, goesOn);
  }

  /// It has paused.
  void pause() {
    paused = true;
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

  /// Has it go on after it has paused.
  void goOn() {
    paused = false;
    if (isCancelled) return;
    if (feed.lostFrom == 0) {
      feed.watch.ready();
      return;
    }
    feed.isReplaced = true;
    feed.watch.cancel();
    WatchRequest rest =
        new WatchRequest(
            wanted.keys(), feed.lostFrom, wanted.former(), wanted.kinds(), wanted.needsLeader());
    watch(new Feed(true), rest, true);
    if (owesProgress) feed.watch.progress();
  }

  /// Asks for its progress. Returns false when that will not come.
  boolean progress() {
    owesProgress = feed.watch.progress();
    return owesProgress;
  }

  void toldProgress() {
    owesProgress = false;
  }

  void cancel() {
    if (isCancelled) return;
    isCancelled = true;
    feed.watch.cancel();
  }

  // ---- on the replica's thread ----

  private void say(Content content) {
    connection.lane().answered(new WatchMessage(this, content));
  }

  /// A watch of the replica.
  private final class Feed implements Watcher {
    private boolean hasStarted;
    private Watch watch;

    /// The first revision that was not kept; 0 for none. Written before [Content.Paused] is said
    /// and read after that.
    private long lostFrom;

    /// Whether another goes on in its place.
    private volatile boolean isReplaced;

    private Feed(boolean hasStarted) {
      this.hasStarted = hasStarted;
    }

    @Override
    public void started(long revision) {
      if (!hasStarted) say(new Content.Started(revision));
      hasStarted = true;
    }

    @Override
    public boolean events(List<WatchEvent> events) {
      if (!hasWindow() || connection.isFullOfEvents()) {
        lostFrom = events.getFirst().revision();
      } else {
        long bytes = WatchMessage.sizeOf(events);
        windowBytes.addAndGet(-bytes);
        connection.holdEvents(bytes);
        say(new Content.Events(events, bytes));
        if (hasWindow() && connection.takesEvents()) return true;
      }
      say(new Content.Paused());
      return false;
    }

    @Override
    public void progress(long revision) {
      say(new Content.Progress(revision));
    }

    @Override
    public void compacted(long compacted) {
      say(new Content.Compacted(compacted));
    }

    @Override
    public void ended(WatchEnd reason) {
      if (isReplaced) return;
      say(
          switch (reason) {
            case PERMISSION_DENIED -> new Content.Refused(reason.text());
            case CANCELLED -> new Content.Ended(CANCELLED);
            case BUSY, TOO_MANY, NO_LEADER, REMOVED, DATA_DIFFERS, STOPPED ->
                new Content.Ended(reason.text());
          });
    }
  }
}
