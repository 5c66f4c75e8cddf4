package io.jangada.check;

import static java.util.Objects.requireNonNull;

import java.util.ArrayList;
import java.util.List;

/// What clients asked of one map and what they were told, in the order in which it was recorded.
/// Immutable. As in [History] an operation precedes another when its ending was recorded before the
/// other's invocation; all others are concurrent.
public final class MapHistory {
  /// One operation. `id` is the place among all invocations, from 0.
  public record Call(int id, int process, MapOp op, RecordedOp.Invoked invoked, End end) {
    /// In plain words, such as `put a 1 by p3 at revision 7`.
    @Override
    public String toString() {
      return MapWords.text(this);
    }
  }

  /// How an operation ended, as its client knows it.
  public sealed interface End {
    /// The store answered. `revision` is the operation's own if it changed something, else that of
    /// the state that it saw. `order` is the place among all events.
    record Ok(long revision, MapResult result, long time, int order) implements End {}

    /// The operation certainly did not and will not happen.
    record Failed() implements End {}

    /// Unknown: it may have happened once, may yet happen at any later time, or never.
    record Unknown() implements End {}
  }

  private final long start;
  private final List<MapItem> items;
  private final List<Call> calls;

  private MapHistory(long start, List<MapItem> items, List<Call> calls) {
    this.start = start;
    this.items = items;
    this.calls = calls;
  }

  /// The revision before the first change.
  public long start() {
    return start;
  }

  /// What the map held then.
  public List<MapItem> items() {
    return items;
  }

  /// All operations by id, which is the order of invocation.
  public List<Call> calls() {
    return calls;
  }

  /// Takes down a history as it happens, under the same rules as [History.Recorder]: not safe for
  /// threads by itself, invocations before the request leaves, endings after the reply is there.
  public static final class Recorder {
    private final long start;
    private final List<MapItem> items;
    private final List<Call> calls = new ArrayList<>();
    private final List<Boolean> open = new ArrayList<>();
    private int events;

    /// A recorder that begins at revision `start` with these items; their numbers must be named.
    public Recorder(long start, List<MapItem> items) {
      this.start = start;
      this.items = List.copyOf(items);
    }

    /// A recorder that begins with an empty map at revision `start`.
    public Recorder(long start) {
      this(start, List.of());
    }

    /// Records that `process` asks for `op` now; returns the operation's id.
    public int invoke(int process, MapOp op, long time) {
      if (calls.size() >= History.OPERATIONS_MAX)
        throw new IllegalStateException("a history takes " + History.OPERATIONS_MAX);
      RecordedOp.Invoked invoked = new RecordedOp.Invoked(time, events++);
      requireNonNull(op, "op");
      calls.add(new Call(calls.size(), process, op, invoked, new End.Unknown()));
      open.add(true);
      return calls.size() - 1;
    }

    /// Records that the store answered operation `id` now, and which revision the answer names.
    public void complete(int id, long revision, MapResult result, long time) {
      if (!result.answers(calls.get(id).op()))
        throw new IllegalArgumentException(calls.get(id).op() + " cannot end in " + result);
      end(id, new End.Ok(revision, result, time, events++));
    }

    /// Records that operation `id` certainly did not and will not happen.
    public void fail(int id) {
      end(id, new End.Failed());
    }

    /// Records that the outcome of operation `id` stays unknown, as without any ending.
    public void unknown(int id) {
      end(id, new End.Unknown());
    }

    private void end(int id, End end) {
      if (!open.set(id, false))
        throw new IllegalStateException("operation " + id + " has ended already");
      Call call = calls.get(id);
      calls.set(id, new Call(id, call.process(), call.op(), call.invoked(), end));
    }

    /// The history so far; recording may go on.
    public MapHistory history() {
      return new MapHistory(start, items, List.copyOf(calls));
    }
  }
}
