package io.jangada.sim;

import io.jangada.bytes.Bytes;
import io.jangada.kv.Condition;
import io.jangada.kv.Envelope;
import io.jangada.kv.KvLimits;
import io.jangada.kv.Operation;
import io.jangada.kv.RequestId;
import io.jangada.kv.Result;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/// The meaning of [KvStore], said in the dullest way: plain lists and maps, everything searched
/// from end to end at every step.
public final class SlowKv {
  public record Value(Bytes value, long version, long changes, long ttl, long deadlineMillis) {
    boolean due(long now) {
      return deadlineMillis != 0 && deadlineMillis <= now;
    }
  }

  public static final class Session {
    long usedIndex;
    long usedMillis;
    long highestForgotten = -1;
    final List<Map.Entry<RequestId, Result>> answers = new ArrayList<>();
  }

  private final KvLimits.State limits;
  public final TreeMap<Bytes, Value> values = new TreeMap<>();
  public final TreeMap<Bytes, Session> sessions = new TreeMap<>();
  public long clusterTimeMillis;
  private boolean counts;

  public SlowKv(KvLimits.State limits) {
    this.limits = limits;
  }

  public Result apply(long index, Envelope envelope) {
    clusterTimeMillis = Math.max(clusterTimeMillis, envelope.clusterTimeMillis());
    for (int i = 0; i < 16; i++) {
      Bytes idle = leastRecentlyUsed();
      if (idle != null && idle(sessions.get(idle))) sessions.remove(idle);
    }
    int expired = removeDue();
    RequestId id = envelope.requestId();
    if (id == null) return execute(index, envelope.command(), expired);
    Session session = use(index, id.client());
    for (var answer : session.answers) if (answer.getKey().equals(id)) return answer.getValue();
    if (id instanceof RequestId.Numbered numbered
        && numbered.sequence() <= session.highestForgotten) return new Result.Forgotten();
    Result result = execute(index, envelope.command(), expired);
    session.answers.add(Map.entry(id, result));
    if (session.answers.size() > limits.answersPerSessionMax()) {
      RequestId forgotten = session.answers.removeFirst().getKey();
      if (forgotten instanceof RequestId.Numbered n)
        session.highestForgotten = Math.max(session.highestForgotten, n.sequence());
    }
    while (answerCount() > limits.answersMax()) sessions.remove(leastRecentlyUsed());
    return result;
  }

  public int answerCount() {
    return sessions.values().stream().mapToInt(s -> s.answers.size()).sum();
  }

  /// The bytes of all keys and values.
  public long sizeBytes() {
    long bytes = 0;
    for (Map.Entry<Bytes, Value> each : values.entrySet())
      bytes += each.getKey().length() + each.getValue().value.length();
    return bytes;
  }

  public Result get(Bytes key) {
    Value v = values.get(key);
    if (v == null) return new Result.NotFound();
    return new Result.Found(v.value, v.version, v.changes, v.ttl, v.deadlineMillis);
  }

  public long nextDeadlineMillis() {
    return values.values().stream()
        .mapToLong(Value::deadlineMillis)
        .filter(deadline -> deadline != 0)
        .min()
        .orElse(Long.MAX_VALUE);
  }

  private Session use(long index, Bytes client) {
    if (sessions.containsKey(client) && idle(sessions.get(client))) sessions.remove(client);
    Session session = sessions.computeIfAbsent(client, c -> new Session());
    session.usedIndex = index;
    session.usedMillis = clusterTimeMillis;
    if (sessions.size() > limits.sessionsMax()) sessions.remove(leastRecentlyUsed());
    return session;
  }

  private boolean idle(Session session) {
    return clusterTimeMillis - session.usedMillis >= limits.idleMillisMax();
  }

  private Bytes leastRecentlyUsed() {
    return sessions.entrySet().stream()
        .min(Comparator.comparingLong(e -> e.getValue().usedIndex))
        .map(Map.Entry::getKey)
        .orElse(null);
  }

  private int removeDue() {
    List<Bytes> due =
        values.entrySet().stream()
            .filter(e -> e.getValue().due(clusterTimeMillis))
            .sorted(
                Comparator.comparingLong((Map.Entry<Bytes, Value> e) -> e.getValue().deadlineMillis)
                    .thenComparingLong(e -> e.getValue().version))
            .limit(limits.expiriesMax())
            .map(Map.Entry::getKey)
            .toList();
    due.forEach(values::remove);
    return due.size();
  }

  private Result execute(long index, Operation.Command command, int expired) {
    return switch (command) {
      case Operation.Expire() -> new Result.Expired(expired);
      case Operation.Put _,
          Operation.DeleteRange _,
          Operation.Transaction _,
          Operation.Grant _,
          Operation.Revoke _,
          Operation.KeepAlive _,
          Operation.Compact _,
          Operation.KeepHistory _,
          Operation.CountRevisions _ ->
          throw new UnsupportedOperationException("not yet: " + command);
      case Operation.Write(Bytes key, Bytes value, long ttl, Condition condition) -> {
        beginToCount(condition);
        dropIfDue(key);
        Result no = objection(values.get(key), condition, true);
        if (no != null) yield no;
        long end = clusterTimeMillis + ttl;
        if (ttl < 0 || end < 0) end = Long.MAX_VALUE;
        long changes = 1;
        if (counts && values.containsKey(key)) changes = 1 + values.get(key).changes;
        values.put(key, new Value(value, index, changes, ttl, ttl == 0 ? 0 : end));
        yield new Result.Written(index, changes);
      }
      case Operation.Delete(Bytes key, Condition condition) -> {
        beginToCount(condition);
        dropIfDue(key);
        Result no = objection(values.get(key), condition, false);
        if (no != null) yield no;
        values.remove(key);
        yield new Result.Deleted(index);
      }
    };
  }

  private void beginToCount(Condition condition) {
    if (condition instanceof Condition.Changes || condition instanceof Condition.AnyChanges)
      counts = true;
  }

  private void dropIfDue(Bytes key) {
    if (values.containsKey(key) && values.get(key).due(clusterTimeMillis)) values.remove(key);
  }

  private static Result objection(Value there, Condition condition, boolean creates) {
    if (there == null) {
      boolean fine =
          creates
              && (condition instanceof Condition.Always
                  || condition instanceof Condition.AnyChanges
                  || condition instanceof Condition.Absent
                  || condition instanceof Condition.AbsentOrValue);
      return fine ? null : new Result.NotFound();
    }
    boolean fine =
        switch (condition) {
          case Condition.Always(), Condition.AnyChanges() -> true;
          case Condition.Absent() -> false;
          case Condition.Present() -> true;
          case Condition.Unique(long unique) -> unique == there.version;
          case Condition.Version(long version) -> version == there.version;
          case Condition.Changes(long changes) -> changes == there.changes;
          case Condition.Value(Bytes value) -> value.equals(there.value);
          case Condition.AbsentOrValue(Bytes value) -> value.equals(there.value);
        };
    if (fine) return null;
    return condition instanceof Condition.Absent
        ? new Result.Exists(there.version)
        : new Result.Mismatch(there.version);
  }
}
