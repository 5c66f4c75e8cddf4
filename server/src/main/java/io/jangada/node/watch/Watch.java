package io.jangada.node.watch;

import io.jangada.kv.KeyChange;
import io.jangada.kv.WatchEvent;
import io.jangada.kv.auth.Caller;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.function.Predicate;

/// One watch: for its client a handle whose methods may be called from any thread, for [Watches]
/// the place up to which events were handed over.
public final class Watch implements Comparable<Watch> {
  /// What is watched, and for whom.
  ///
  /// @param caller null where it is not known who asks
  public record Asked(Caller caller, WatchRequest request) {
    public Asked {
      Objects.requireNonNull(request);
    }

    /// It is not known for whom.
    public Asked(WatchRequest request) {
      this(null, request);
    }
  }

  /// A wish of a watch's client, on its way to the owner.
  ///
  /// @param watch which one
  public record Call(Watch watch, Kind kind) {
    public enum Kind {
      BEGIN,
      READY,
      PROGRESS,
      CANCEL
    }

    /// Whether it may be refused. The others can only be as many as there are watches.
    public boolean isRefusable() {
      return kind == Kind.BEGIN || kind == Kind.PROGRESS;
    }

    /// What it counts against limits in bytes, beside its own size.
    public int sizeBytes() {
      return kind == Kind.BEGIN ? watch.asked.request.sizeBytes() : 0;
    }
  }

  /// What the owner does for it.
  enum State {
    /// It has not come to the owner, or has ended.
    OUT,
    /// It is yet to start.
    NEW,
    /// It gets each event as it happens.
    CURRENT,
    /// It reads what happened before.
    READING,
    /// Its watcher takes no more.
    PAUSED
  }

  private final Asked asked;
  private final Watcher watcher;
  private final Predicate<Call> calls;

  // The owner's alone.
  State state = State.OUT;
  long number;

  /// The first revision that it may not have got. While it is [State#CURRENT] it may have got more.
  long next;

  boolean owesProgress;

  /// The auth revision as of which it was found to be permitted; 0 for none.
  long permittedAt;

  /// Events that were found for it and not handed over; null for none.
  List<WatchEvent> found;

  /// @param calls takes a call to the owner, or returns false where it cannot
  public Watch(Asked asked, Watcher watcher, Predicate<Call> calls) {
    this.asked = Objects.requireNonNull(asked);
    this.watcher = Objects.requireNonNull(watcher);
    this.calls = Objects.requireNonNull(calls);
  }

  /// Has the owner start it. Returns false when it cannot be asked.
  public boolean begin() {
    return calls.test(new Call(this, Call.Kind.BEGIN));
  }

  /// The watcher takes more again.
  public void ready() {
    calls.test(new Call(this, Call.Kind.READY));
  }

  /// Asks for [Watcher#progress], which comes when all that has happened is handed over. Returns
  /// false when it will not come.
  public boolean progress() {
    return calls.test(new Call(this, Call.Kind.PROGRESS));
  }

  /// Ends it with [WatchEnd#CANCELLED], unless it has ended.
  public void cancel() {
    calls.test(new Call(this, Call.Kind.CANCEL));
  }

  public WatchRequest request() {
    return asked.request;
  }

  /// Null where it is not known who asks.
  public Caller caller() {
    return asked.caller;
  }

  public Watcher watcher() {
    return watcher;
  }

  /// Whether it wants an event of a key in its range that it has not got yet.
  boolean wants(KeyChange change) {
    return change.revision() >= next && asked.request.kinds().include(change.isRemoval());
  }

  /// Notes the event of the change that a portion shows.
  void find(Portion portion) {
    if (found == null) found = new ArrayList<>();
    found.add(portion.take(asked.request.former()));
  }

  @Override
  public int compareTo(Watch other) {
    return Long.compare(number, other.number);
  }
}
