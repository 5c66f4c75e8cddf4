package io.jangada.client;

import io.jangada.bytes.ByteWriter;
import io.netty.buffer.ByteBuf;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/// A watch that was opened by [JangadaClient#watch]. It outlives connections and servers: when one
/// fails, the watch resumes at the next revision on another member.
///
/// Events that arrived and were not delivered when a connection ends are dropped, and sent again.
public final class Watch implements AutoCloseable {
  private static final int FORMER = 1;
  private static final int NO_PUTS = 2;
  private static final int NO_REMOVALS = 4;
  private static final int REQUIRE_LEADER = 8;

  private final KeyRange keys;
  private final WatchOptions options;
  private final WatchListener listener;
  private final Watches watches;

  // From here on everything belongs to the event loop.
  private final ArrayDeque<Runnable> untold = new ArrayDeque<>();
  private final List<CompletableFuture<Long>> progressRequests = new ArrayList<>();
  private BinaryConnection connection;
  private long number;

  /// Whether the server has begun it.
  private boolean isStarted;

  /// Whether [#askProgress] asked over this connection, and was not answered.
  private boolean isAsked;

  /// The revision from which on events are still to be told; 0 as long as none is known.
  private long next;

  /// A revision that was told in part, or 0, and how many of its events were.
  private long partial;

  private int partialTold;

  /// How many events of it came over this connection.
  private int partialSeen;

  private boolean isTelling;
  private int toldBytes;
  private boolean isEnded;

  Watch(KeyRange keys, WatchOptions options, WatchListener listener, Watches watches) {
    this.keys = keys;
    this.options = options;
    this.listener = listener;
    this.watches = watches;
    next = options.from();
  }

  /// Up to which revision everything was told: completed when that is known, with -1 if the watch
  /// ends before.
  public CompletableFuture<Long> progress() {
    CompletableFuture<Long> future = new CompletableFuture<>();
    if (!watches.execute(() -> requestProgress(future))) future.complete(-1L);
    return future;
  }

  /// Ends the watch: what was not told yet never is.
  @Override
  public void close() {
    watches.execute(this::end);
  }

  // ---- on the event loop ----

  private void requestProgress(CompletableFuture<Long> future) {
    if (isEnded) {
      future.complete(-1L);
      return;
    }
    progressRequests.add(future);
    if (connection == null || !isStarted) return;
    connection.requestProgress(number);
    connection.flush();
  }

  /// Asks how far its server is. While other keys change, the events alone do not tell that, and
  /// the next server would be asked for revisions that one without history does not have.
  void askProgress() {
    if (connection == null || !isStarted || isAsked || !progressRequests.isEmpty()) return;
    isAsked = true;
    connection.requestProgress(number);
  }

  boolean isEnded() {
    return isEnded;
  }

  /// Null while it is between two.
  BinaryConnection connection() {
    return connection;
  }

  void open(BinaryConnection connection) {
    this.connection = connection;
    partialSeen = 0;
    toldBytes = 0;
    isStarted = false;
    isAsked = false;
    number = connection.open(this);
    connection.flush();
  }

  void writeTo(ByteBuf out, long number) {
    ByteWriter range = new ByteWriter(64);
    keys.writeTo(range);
    int bits =
        (options.former() ? FORMER : 0)
            | (options.puts() ? 0 : NO_PUTS)
            | (options.removals() ? 0 : NO_REMOVALS)
            | REQUIRE_LEADER;
    int start = Frames.begin(out, number, Frames.WATCH);
    out.writeBytes(range.array(), 0, range.length());
    Frames.end(out.writeLong(next).writeByte(bits).writeInt(options.windowBytes()), start);
  }

  /// Ends without a word to the listener.
  void end() {
    if (isEnded) return;
    isEnded = true;
    untold.clear();
    if (connection != null) {
      connection.cancel(number);
      connection.flush();
    }
    connection = null;
    watches.ended(this);
    for (CompletableFuture<Long> each : progressRequests) each.complete(-1L);
    progressRequests.clear();
  }

  void endFor(String reason) {
    if (isEnded) return;
    end();
    listener.onEnded(reason);
  }

  // ---- what the connection tells ----

  void started(long revision) {
    watches.started(this);
    isStarted = true;
    if (next == 0) next = revision + 1;
    if (!progressRequests.isEmpty()) connection.requestProgress(number);
  }

  void arrived(List<WatchEvent> events, boolean more, int bytes) {
    untold.add(() -> tell(events, more, bytes));
    tellNext();
  }

  void progressed(long revision) {
    isAsked = false;
    untold.add(() -> tellProgress(revision));
    tellNext();
  }

  void compacted(long revision) {
    connection = null;
    untold.add(
        () -> {
          end();
          listener.onCompacted(revision);
        });
    tellNext();
  }

  void refused(String reason) {
    connection = null;
    untold.add(() -> endFor(reason));
    tellNext();
  }

  /// The connection, or what the server did for this watch, came to an end.
  void lost() {
    connection = null;
    untold.clear();
    if (!isEnded) watches.reopen(this);
  }

  // ---- what the listener is told ----

  private void tellNext() {
    while (!isTelling && !untold.isEmpty()) untold.poll().run();
  }

  private void tell(List<WatchEvent> events, boolean more, int bytes) {
    List<WatchEvent> fresh = fresh(events);
    proceed(events, more);
    CompletionStage<?> taken = null;
    try {
      if (!fresh.isEmpty()) taken = listener.onEvents(List.copyOf(fresh), more);
    } catch (RuntimeException e) {
      endFor("the listener failed: " + e);
      return;
    }
    if (taken == null) {
      took(bytes, connection);
      return;
    }
    isTelling = true;
    BinaryConnection by = connection;
    taken.whenComplete((value, failure) -> watches.execute(() -> goOn(bytes, by, failure)));
  }

  private void goOn(int bytes, BinaryConnection by, Throwable failure) {
    isTelling = false;
    if (isEnded) return;
    if (failure != null) {
      endFor("the listener failed: " + failure);
      return;
    }
    took(bytes, by);
    tellNext();
    if (connection != null) connection.flush();
  }

  /// Without those that were told before a connection was lost within their revision.
  private List<WatchEvent> fresh(List<WatchEvent> events) {
    if (partial == 0) return events;
    List<WatchEvent> fresh = new ArrayList<>();
    for (WatchEvent event : events) {
      boolean isOld = event.revision() == partial && ++partialSeen <= partialTold;
      if (!isOld) fresh.add(event);
    }
    partialTold = Math.max(partialTold, partialSeen);
    return fresh;
  }

  private void proceed(List<WatchEvent> events, boolean more) {
    long last = events.isEmpty() ? partial : events.get(events.size() - 1).revision();
    if (last == 0) return;
    if (more && last != partial) {
      partial = last;
      partialTold = 0;
      for (WatchEvent event : events) if (event.revision() == last) partialTold++;
      partialSeen = partialTold;
    }
    if (!more) partial = 0;
    next = more ? last : last + 1;
  }

  /// The servers may send as many bytes again, a good part of the window at a time.
  private void took(int bytes, BinaryConnection by) {
    if (connection == null || by != connection) return;
    toldBytes += bytes;
    if (toldBytes < options.windowBytes() / 4) return;
    connection.widen(number, toldBytes);
    toldBytes = 0;
  }

  private void tellProgress(long revision) {
    if (partial == 0) next = Math.max(next, revision + 1);
    for (CompletableFuture<Long> each : progressRequests) each.complete(revision);
    progressRequests.clear();
  }
}
