package io.jangada.protocol.port;

import io.jangada.kv.WatchEvent;
import io.jangada.kv.auth.Caller;
import io.jangada.node.watch.Watch;
import io.jangada.node.watch.WatchEnd;
import io.jangada.node.watch.WatchRequest;
import io.jangada.node.watch.Watcher;
import java.util.List;

/// One watch of a client that may be slow.
///
/// Events that come while there is no room for them are not kept: their first revision is, and once
/// there is room another watch of the replica begins there. So a client that does not read costs a
/// bounded amount however many watches it has.
public abstract class ResumingWatch {
  private final Client client;
  private final WatchRequest wanted;

  /// Who the client was when it began.
  private final Caller caller;

  /// The event loop's, as are all that follow.
  private Feed feed;

  private boolean owesProgress;
  private boolean isCancelled;

  /// What becomes of events.
  protected enum Taken {
    /// They are held, and there is room for more.
    WITH_ROOM,
    /// They are held, and no more can be.
    THE_LAST,
    /// There is no room for them.
    NONE
  }

  protected ResumingWatch(Client client, Caller caller, WatchRequest wanted) {
    this.client = client;
    this.caller = caller;
    this.wanted = wanted;
  }

  // ---- what a protocol says, on the replica's thread ----

  protected abstract void started(long revision);

  /// Holds events for the client, if there is room.
  protected abstract Taken take(List<WatchEvent> events);

  /// No events come before [#goOn]. Said after those that were taken.
  protected abstract void paused();

  protected abstract void progress(long revision);

  protected abstract void compacted(long compacted);

  protected abstract void ended(WatchEnd reason);

  // ---- on the event loop ----

  public final void begin() {
    watch(new Feed(false), wanted);
  }

  private void watch(Feed next, WatchRequest request) {
    feed = next;
    Watch.Asked asked = new Watch.Asked(caller, request);
    PortState port = client.port();
    next.watch =
        next.hasStarted ? port.watchOn(client, asked, next) : port.watch(client, asked, next);
  }

  /// Has it continue after it has paused.
  public final void goOn() {
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
    watch(new Feed(true), rest);
    if (owesProgress) feed.watch.progress();
  }

  /// Asks for its progress. Returns false when that will not come.
  public final boolean askProgress() {
    owesProgress = feed.watch.progress();
    return owesProgress;
  }

  public final void toldProgress() {
    owesProgress = false;
  }

  public final void cancel() {
    if (isCancelled) return;
    isCancelled = true;
    feed.watch.cancel();
  }

  /// A watch of the replica.
  private final class Feed implements Watcher {
    private boolean hasStarted;
    private Watch watch;

    /// The first revision that was not kept; 0 for none. Written before [#paused] is said and read
    /// after that.
    private long lostFrom;

    /// Whether another continues in its place.
    private volatile boolean isReplaced;

    private Feed(boolean hasStarted) {
      this.hasStarted = hasStarted;
    }

    @Override
    public void started(long revision) {
      if (!hasStarted) ResumingWatch.this.started(revision);
      hasStarted = true;
    }

    @Override
    public boolean events(List<WatchEvent> events) {
      Taken taken = take(events);
      if (taken == Taken.WITH_ROOM) return true;
      if (taken == Taken.NONE) lostFrom = events.getFirst().revision();
      paused();
      return false;
    }

    @Override
    public void progress(long revision) {
      ResumingWatch.this.progress(revision);
    }

    @Override
    public void compacted(long compacted) {
      ResumingWatch.this.compacted(compacted);
    }

    @Override
    public void ended(WatchEnd reason) {
      if (!isReplaced) ResumingWatch.this.ended(reason);
    }
  }
}
