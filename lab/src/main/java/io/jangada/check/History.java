package io.jangada.check;

import static java.util.Objects.requireNonNull;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// What clients asked of a store and what they were told, in the order in which it was recorded.
/// Immutable. An operation precedes another when its ending was recorded before the other's
/// invocation; all others are concurrent, whatever their times say.
public final class History {
  /// The most operations that a history takes.
  public static final int OPERATIONS_MAX = 200_000;

  /// The longest key or value, in characters.
  public static final int TEXT_MAX = 65_536;

  /// The most characters of all keys, values and results together.
  public static final int CHARACTERS_MAX = 64 << 20;

  private final List<RecordedOp> operations;

  private History(List<RecordedOp> operations) {
    this.operations = operations;
  }

  /// All operations by id, which is the order of invocation.
  public List<RecordedOp> operations() {
    return operations;
  }

  /// The operations of each key, keys in the order of their first invocation.
  public Map<String, List<RecordedOp>> byKey() {
    Map<String, List<RecordedOp>> keys = new LinkedHashMap<>();
    for (RecordedOp operation : operations)
      keys.computeIfAbsent(operation.key(), _ -> new ArrayList<>()).add(operation);
    return keys;
  }

  /// Takes down a history as it happens: invocations before the request leaves, endings after the
  /// reply is there. Not safe for threads by itself: callers that have several hold a lock of
  /// theirs around each call **and** the reading of their clock, so that times never go back.
  ///
  /// An operation without an ending counts as unknown, so a crashed client needs no call. Every
  /// method throws `IllegalArgumentException` or `IllegalStateException` with a sentence for what
  /// cannot be recorded, and then has recorded nothing.
  public static final class Recorder {
    private final List<RecordedOp> operations = new ArrayList<>();
    private final List<Boolean> open = new ArrayList<>();
    private int events;
    private long lastTime = Long.MIN_VALUE;
    private long characters;

    /// Creates a recorder of a history that has nothing in it yet.
    public Recorder() {}

    /// Records that `process` asks for `op` on `key` now; returns the operation's id.
    public int invoke(int process, String key, Op op, long time) {
      if (process < 0) throw new IllegalArgumentException("process " + process + " is negative");
      if (operations.size() >= OPERATIONS_MAX)
        throw new IllegalStateException("a history takes " + OPERATIONS_MAX + " operations");
      long size = sized(requireNonNull(key, "key")) + sized(requireNonNull(op, "op"));
      pass(time, size);
      int id = operations.size();
      RecordedOp.Invoked invoked = new RecordedOp.Invoked(time, events++);
      operations.add(new RecordedOp(id, process, key, op, invoked, new Ending.Unknown()));
      open.add(true);
      return id;
    }

    /// Records that the store answered operation `id` now.
    public void complete(int id, RecordedResult result, long time) {
      RecordedOp operation = requireOpen(id);
      if (!operation.op().accepts(requireNonNull(result, "result")))
        throw new IllegalArgumentException(operation.op() + " cannot end in " + result);
      pass(time, result instanceof RecordedResult.Found found ? sized(found.value()) : 0);
      end(operation, new Ending.Ok(result, time, events++));
    }

    /// Records that operation `id` certainly did not and will not happen.
    public void fail(int id, long time) {
      RecordedOp operation = requireOpen(id);
      pass(time, 0);
      end(operation, new Ending.Failed(time, events++));
    }

    /// Records that the outcome of operation `id` stays unknown.
    public void unknown(int id) {
      requireOpen(id);
      open.set(id, false);
    }

    /// How many operations have been invoked.
    public int size() {
      return operations.size();
    }

    /// The history so far; recording may go on.
    public History history() {
      return new History(List.copyOf(operations));
    }

    private RecordedOp requireOpen(int id) {
      if (id < 0 || id >= operations.size())
        throw new IllegalArgumentException("there is no operation " + id);
      if (!open.get(id)) throw new IllegalStateException("operation " + id + " has ended already");
      return operations.get(id);
    }

    private void pass(long time, long size) {
      if (time < lastTime)
        throw new IllegalArgumentException("time goes back from " + lastTime + " to " + time);
      if (characters + size > CHARACTERS_MAX)
        throw new IllegalStateException("a history takes " + CHARACTERS_MAX + " characters");
      lastTime = time;
      characters += size;
    }

    private void end(RecordedOp o, Ending ending) {
      operations.set(
          o.id(), new RecordedOp(o.id(), o.process(), o.key(), o.op(), o.invoked(), ending));
      open.set(o.id(), false);
    }

    private static long sized(Op op) {
      return switch (op) {
        case Op.Read() -> 0;
        case Op.Write(String value) -> sized(value);
        case Op.Create(String value) -> sized(value);
        case Op.Cas(String from, String to) -> sized(from) + sized(to);
        case Op.CasOrCreate(String from, String to) -> sized(from) + sized(to);
        case Op.CasVersion(long _, String to) -> sized(to);
        case Op.Delete() -> 0;
        case Op.DeleteIfValue(String value) -> sized(value);
        case Op.DeleteIfVersion(long _) -> 0;
      };
    }

    private static long sized(String text) {
      if (text.length() > TEXT_MAX)
        throw new IllegalArgumentException(
            "a key or value of " + text.length() + " characters, the most is " + TEXT_MAX);
      return text.length();
    }
  }
}
