package io.jangada.sim;

import io.jangada.bytes.Bytes;
import io.jangada.kv.CommandCodec;
import io.jangada.kv.Condition;
import io.jangada.kv.Envelope;
import io.jangada.kv.KeyRange;
import io.jangada.kv.KeyValue;
import io.jangada.kv.KvLimits;
import io.jangada.kv.Operation;
import io.jangada.kv.RequestId;
import io.jangada.kv.Result;
import io.jangada.kv.WatchEvent;
import io.jangada.kv.auth.AuthChange;
import io.jangada.kv.auth.Caller;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/// The meaning of [io.jangada.kv.KvStore], said in the dullest way: plain lists and maps,
/// everything searched from end to end at every step, and nothing forgotten.
public final class SlowKv {
  /// The longest result that is remembered.
  private static final int ANSWER_BYTES_MAX = 16_384;

  private static final int IDLE_ENDED_MAX = 16;
  private static final int LEASES_ENDED_MAX = 16;

  private static final class Session {
    private long usedIndex;
    private long usedMillis;
    private long highestForgotten = -1;
    private final List<Map.Entry<RequestId, Result>> answers = new ArrayList<>();
  }

  private final KvLimits.State limits;
  private final SlowMap map = new SlowMap();
  private final SlowLeases leases = new SlowLeases();
  private final SlowUsers users =
      new SlowUsers(lease -> lease == 0 ? List.of() : map.keysOf(lease), this::leaseOf);

  /// The cluster time at which all keys go, 0 for none.
  private long flushMillis;

  private final TreeMap<Bytes, Session> sessions = new TreeMap<>();
  private long clusterTimeMillis;

  /// Whether any command was ever applied.
  private boolean isUsed;

  /// Of what the present entry removed because it was due: how much, and the revision of what had a
  /// time of its own, 0 as long as there is none.
  private int expired;

  private long dueRevision;

  public SlowKv(KvLimits.State limits) {
    this.limits = limits;
  }

  /// Notes that the log's entry at this index is none of the state machine's.
  public void advance(long index) {
    if (isUsed) map.advance(index);
  }

  public Result apply(long index, Envelope envelope) {
    Operation.Command command = envelope.command();
    advance(index);
    if (!map.countsRevisions() && needsRevisions(command))
      map.countRevisionsFrom(isUsed ? index - 1 : 1);
    isUsed = true;
    if (command instanceof Operation.CountRevisions) return new Result.Noted(map.revision());
    clusterTimeMillis = Math.max(clusterTimeMillis, envelope.clusterTimeMillis());
    map.advance(index);
    for (int i = 0; i < IDLE_ENDED_MAX; i++) {
      Bytes idle = leastRecentlyUsed();
      if (idle != null && isIdle(sessions.get(idle))) sessions.remove(idle);
    }
    removeDue();
    RequestId id = envelope.requestId();
    Result.Reason no = users.objection(envelope.caller(), command);
    if (no != null) return mayBeDone(id) ? new Result.Forgotten() : new Result.Refused(no);
    if (id == null) return execute(index, envelope);
    Session session = use(index, id.client());
    for (var answer : session.answers) if (answer.getKey().equals(id)) return answer.getValue();
    if (isForgotten(session, id)) return new Result.Forgotten();
    Result result = execute(index, envelope);
    boolean isLarge = CommandCodec.sizeOf(result) > ANSWER_BYTES_MAX;
    session.answers.add(Map.entry(id, isLarge ? new Result.Forgotten() : result));
    if (session.answers.size() > limits.answersPerSessionMax()) {
      RequestId forgotten = session.answers.removeFirst().getKey();
      if (forgotten instanceof RequestId.Numbered n)
        session.highestForgotten = Math.max(session.highestForgotten, n.sequence());
    }
    while (answerCount() > limits.answersMax()) sessions.remove(leastRecentlyUsed());
    return result;
  }

  private static boolean isForgotten(Session session, RequestId id) {
    return id instanceof RequestId.Numbered n && n.sequence() <= session.highestForgotten;
  }

  /// Whether a request that is not permitted may be one that was done before.
  private boolean mayBeDone(RequestId id) {
    Session session = id == null ? null : sessions.get(id.client());
    if (session == null || isIdle(session)) return false;
    return isForgotten(session, id)
        || session.answers.stream().anyMatch(answer -> answer.getKey().equals(id));
  }

  /// Why something was not permitted after an entry, null if it was.
  Result.Reason objectionAt(long index, Caller caller, Operation operation) {
    return users.objectionAt(index, caller, operation);
  }

  /// The first of some entries, and those among the others that changed users.
  List<Long> authChanges(long first, long last) {
    return users.changes(first, last);
  }

  /// Reads for a caller as of the last applied entry.
  public Result read(Caller caller, Operation.Read read) {
    Result.Reason no = users.objection(caller, read);
    return no == null ? read(read) : new Result.Refused(no);
  }

  /// Reads as of the last applied entry.
  public Result read(Operation.Read read) {
    return read(read, map.compacted());
  }

  public Result get(Bytes key) {
    return read(new Operation.Get(key));
  }

  /// @param firstReadable the least revision that may be asked for
  public Result read(Operation.Read read, long firstReadable) {
    return switch (read) {
      case Operation.Get(Bytes key) -> SlowSteps.found(map.newest(key));
      case Operation.Range range -> SlowRange.read(map, range, firstReadable, SlowRange.Room.ALONE);
      case Operation.ReadTransaction(Operation.Transaction transaction) ->
          steps().ahead(transaction, firstReadable);
      case Operation.GetLease(long lease, boolean keys) -> {
        if (!leases.contains(lease)) yield new Result.Refused(Result.Reason.LEASE_NOT_FOUND);
        long left = leases.leftMillis(lease, clusterTimeMillis);
        List<Bytes> shown = keys ? map.keysOf(lease) : List.of();
        yield new Result.Leased(lease, leases.ttlMillis(lease), left, shown);
      }
      case Operation.Look(Bytes key) -> {
        SlowMap.Marks marks = map.newest(key) == null ? SlowMap.Marks.NONE : map.marks(key);
        yield new Result.Marked(map.newest(key), marks.stale(), marks.taken(), false);
      }
      case Operation.Scan _ -> throw new IllegalStateException("the order is not the map's");
      case Operation.ListLeases() -> new Result.LeaseList(leases.numbers());
      case Operation.UsersRead ofUsers -> users.read(ofUsers);
    };
  }

  /// All that happened from a revision on, in order, with what was there before.
  public List<WatchEvent> events(long fromRevision) {
    return map.events(fromRevision);
  }

  /// All keys that were there at a revision, in order.
  public List<KeyValue> stateAt(long revision) {
    return map.at(revision);
  }

  /// All keys that are there, in order.
  public List<KeyValue> state() {
    return map.at(map.revision());
  }

  public long revision() {
    return map.revision();
  }

  public long compacted() {
    return map.compacted();
  }

  public boolean keepsHistory() {
    return map.keepsHistory();
  }

  public boolean countsRevisions() {
    return map.countsRevisions();
  }

  /// The users, each with the auth revision of its making or last password.
  public SortedMap<Bytes, Long> usersSince() {
    return users.since();
  }

  /// The numbers of all leases.
  List<Long> leases() {
    return leases.numbers();
  }

  public long clusterTimeMillis() {
    return clusterTimeMillis;
  }

  /// How many keys there are.
  public int size() {
    return state().size();
  }

  /// How many keys of a range there are.
  public long count(KeyRange keys) {
    return map.at(keys, map.revision()).size();
  }

  /// The bytes of all keys and values.
  public long sizeBytes() {
    return state().stream().mapToLong(each -> each.key().length() + each.value().length()).sum();
  }

  public int sessionCount() {
    return sessions.size();
  }

  public int answerCount() {
    return sessions.values().stream().mapToInt(session -> session.answers.size()).sum();
  }

  /// The cluster time at which the next value or lease is due, `Long.MAX_VALUE` for none.
  public long nextDeadlineMillis() {
    long ofValues =
        state().stream()
            .mapToLong(each -> each.terms().deadlineMillis())
            .filter(deadline -> deadline != 0)
            .min()
            .orElse(Long.MAX_VALUE);
    long ofAll = flushMillis == 0 ? Long.MAX_VALUE : flushMillis;
    return Math.min(Math.min(ofValues, ofAll), leases.nextDeadlineMillis());
  }

  private static boolean needsRevisions(Operation.Command command) {
    return switch (command) {
      case Operation.Write write -> needsRevisions(write.condition());
      case Operation.Delete delete -> needsRevisions(delete.condition());
      case Operation.Expire() -> false;
      case Operation.Put _,
          Operation.Copy _,
          Operation.Claim _,
          Operation.Flush _,
          Operation.DeleteRange _,
          Operation.Transaction _,
          Operation.Grant _,
          Operation.Revoke _,
          Operation.KeepAlive _,
          Operation.Compact _,
          Operation.KeepHistory _,
          Operation.CountRevisions _,
          Operation.ChangeUsers _ ->
          true;
    };
  }

  private static boolean needsRevisions(Condition condition) {
    return condition instanceof Condition.Present
        || condition instanceof Condition.Unique
        || condition instanceof Condition.UniqueOrLater
        || condition instanceof Condition.Ends;
  }

  private Session use(long index, Bytes client) {
    if (sessions.containsKey(client) && isIdle(sessions.get(client))) sessions.remove(client);
    Session session = sessions.computeIfAbsent(client, c -> new Session());
    session.usedIndex = index;
    session.usedMillis = clusterTimeMillis;
    if (sessions.size() > limits.sessionsMax()) sessions.remove(leastRecentlyUsed());
    return session;
  }

  private boolean isIdle(Session session) {
    return clusterTimeMillis - session.usedMillis >= limits.idleMillisMax();
  }

  private Bytes leastRecentlyUsed() {
    return sessions.entrySet().stream()
        .min(Comparator.comparingLong(e -> e.getValue().usedIndex))
        .map(Map.Entry::getKey)
        .orElse(null);
  }

  private void removeDue() {
    expired = 0;
    dueRevision = 0;
    List<Bytes> due =
        map.byChange().stream()
            .filter(this::isDue)
            .sorted(Comparator.comparingLong(each -> each.terms().deadlineMillis()))
            .limit(limits.expiriesMax())
            .map(KeyValue::key)
            .toList();
    for (Bytes key : due) removeDue(key);
    expired = due.size();
    if (flushMillis > 0 && flushMillis <= clusterTimeMillis) {
      flushMillis = 0;
      List<KeyValue> all = state();
      for (KeyValue each : all) removeDue(each.key());
      expired += all.size();
    }
    List<Long> ended = leases.due(clusterTimeMillis);
    for (long lease : ended.subList(0, Math.min(ended.size(), LEASES_ENDED_MAX)))
      expired += end(lease);
  }

  private boolean isDue(KeyValue entry) {
    long deadline = entry.terms().deadlineMillis();
    return deadline != 0 && deadline <= clusterTimeMillis;
  }

  /// Removes a key that is due under the revision of those before it, or under one more if another
  /// was taken since.
  private void removeDue(Bytes key) {
    if (dueRevision == 0 || dueRevision != map.revision()) dueRevision = map.takeRevision();
    map.change(key, null);
  }

  /// Ends a lease and removes its keys under one revision.
  private int end(long lease) {
    List<Bytes> keys = map.keysOf(lease);
    leases.remove(lease);
    if (!keys.isEmpty()) map.takeRevision();
    for (Bytes key : keys) map.change(key, null);
    return keys.size();
  }

  private Result execute(long index, Envelope envelope) {
    Operation.Command command = envelope.command();
    for (Bytes key : SlowSteps.keysNamed(command))
      if (map.newest(key) != null && isDue(map.newest(key))) removeDue(key);
    return switch (command) {
      case Operation.Write write -> steps().run(write);
      case Operation.Put put -> steps().run(put);
      case Operation.Delete delete -> steps().run(delete);
      case Operation.Copy copy -> steps().run(copy);
      case Operation.Claim claim -> steps().claim(claim);
      case Operation.Flush(long delayMillis) -> {
        flushMillis = delayMillis == 0 ? 0 : clusterTimeMillis + delayMillis;
        yield delayMillis == 0
            ? steps().run(new Operation.DeleteRange(KeyRange.ALL, false))
            : new Result.Noted(map.revision());
      }
      case Operation.DeleteRange range -> steps().run(range);
      case Operation.Transaction transaction -> steps().run(transaction);
      case Operation.Expire() -> new Result.Expired(expired);
      case Operation.Grant grant -> leases.grant(grant, index, clusterTimeMillis);
      case Operation.Revoke(long lease) -> {
        if (!leases.contains(lease)) yield new Result.Refused(Result.Reason.LEASE_NOT_FOUND);
        int count = end(lease);
        yield new Result.Removed(map.revision(), count, List.of());
      }
      case Operation.KeepAlive(List<Long> numbers) ->
          leases.keepAlive(numbers, clusterTimeMillis, users.keepAlives(envelope.caller()));
      case Operation.Compact(long revision) -> compact(revision);
      case Operation.KeepHistory(boolean keeps) -> {
        map.keepHistory(keeps);
        yield new Result.Noted(map.revision());
      }
      case Operation.CountRevisions() -> new Result.Noted(map.revision());
      case Operation.ChangeUsers(AuthChange change) -> users.change(index, change);
    };
  }

  private long leaseOf(Bytes key) {
    return map.newest(key) == null ? 0 : map.newest(key).terms().lease();
  }

  private SlowSteps steps() {
    return new SlowSteps(map, leases, clusterTimeMillis);
  }

  private Result compact(long revision) {
    if (revision <= map.compacted()) return new Result.Compacted(map.compacted());
    if (revision > map.revision()) return new Result.Refused(Result.Reason.FUTURE_REVISION);
    map.compact(revision);
    return new Result.Noted(map.revision());
  }
}
