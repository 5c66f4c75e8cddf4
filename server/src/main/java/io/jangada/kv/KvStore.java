package io.jangada.kv;

import io.jangada.bytes.Bytes;
import io.jangada.bytes.MalformedException;
import io.jangada.kv.memory.Expiry;
import io.jangada.kv.memory.KeyIndex;
import io.jangada.kv.memory.Node;
import io.jangada.kv.memory.Slab;
import io.jangada.kv.memory.VersionList;
import java.util.Objects;

/// The replicated state machine: keys with values, versions and ends, and the sessions of clients.
/// It is a pure function of the commands applied to it: members that applied the same are equal,
/// down to the bytes of a snapshot.
///
/// **Versions.** The version of a value, and of a removal, is the log index of its entry.
///
/// **Changes.** From the first command on that needs it ([Condition#needsCounting]), the changes of
/// each key are counted; until then each key has 1. That the log says where it begins is what makes
/// the numbers equal everywhere: a snapshot of a member that did not count says nothing of them.
///
/// **Time.** Cluster time is the greatest stamp seen. Every command first moves it, then removes
/// what is due (deadline at or before cluster time; at most [KvLimits.State#expiriesMax] of them,
/// soonest first) and then does its own work, for which a due key is not there even if it was not
/// among those removed. A value that is due but not removed is still found by [#get]: it may be
/// seen late, never gone early. [#nextDeadlineMillis] tells the leader when to propose an
/// [Operation.Expire], and that it should propose one more while something due is left.
///
/// **Sessions.** A command with a [RequestId] that is remembered gets the answer it got first, and
/// changes nothing but the session's last use. See [Sessions] for what is remembered how long.
///
/// Not thread-safe: one owner.
public final class KvStore {
  /// How many nodes one command looks at to free what an abandoned snapshot left behind.
  private static final int SWEPT_MAX = 16;

  /// A node's size, and a timer's.
  private static final int NODE_BYTES = 56;

  private static final int TIMER_BYTES = 40;

  /// How many nodes are kept to be used again.
  private static final int SPARE_NODES_MAX = 1 << 16;

  private final KvLimits limits;
  private final Slab cells = new Slab();
  private final KeyIndex index;
  private final VersionList<Node> nodes = new VersionList<>(this::gone);
  private final Expiry expiry = new Expiry();
  private final Sessions sessions;
  private long appliedIndex;
  private long clusterTimeMillis;
  private long digest;
  private boolean counts;
  private long sizeBytes;
  private Snapshot openSnapshot;

  /// A list, by [Node#nextInBucket].
  private Node spareNodes;

  private int spareNodeCount;

  public KvStore(KvLimits limits) {
    this(limits, 0);
  }

  /// @param hashSeed keys the index against clients that choose colliding keys. It shows in nothing
  ///   else, so members need not have the same.
  public KvStore(KvLimits limits, long hashSeed) {
    this.limits = Objects.requireNonNull(limits);
    index = new KeyIndex(hashSeed, cells);
    sessions = new Sessions(limits.state());
  }

  /// A store that has the place, the time and the digest of this one and none of its data: it
  /// stands for this one while another is made of a snapshot, and nothing is read from it.
  public KvStore emptied() {
    KvStore empty = new KvStore(limits);
    empty.appliedIndex = appliedIndex;
    empty.clusterTimeMillis = clusterTimeMillis;
    empty.digest = digest;
    return empty;
  }

  /// Reads a snapshot's chunks back into a store.
  public static Restorer restorer(KvLimits limits) {
    return new Restorer(new KvStore(limits));
  }

  public static Restorer restorer(KvLimits limits, long hashSeed) {
    return new Restorer(new KvStore(limits, hashSeed));
  }

  /// Applies the log's entry at this index, greater than any before.
  ///
  /// Bytes that are no envelope give [Result.Refused] and change nothing else: they are in the log,
  /// all members have them, and a member that stopped there would stop again at every restart.
  public Result apply(long index, Bytes encodedEnvelope) {
    advance(index);
    mix(index);
    mix(encodedEnvelope.hash64(Digest.KEY0, Digest.KEY1));
    nodes.sweep(SWEPT_MAX);
    sessions.sweep(SWEPT_MAX);
    Result result;
    try {
      result = apply(CommandCodec.decodeEnvelope(encodedEnvelope));
    } catch (MalformedException e) {
      result = new Result.Refused(Result.Reason.MALFORMED);
    }
    mix(Digest.wordOf(result));
    return result;
  }

  /// The same as applying the envelope's encoded form.
  public Result apply(long index, Envelope envelope) {
    return apply(index, CommandCodec.encode(envelope));
  }

  /// Notes that the log's entry at this index is none of the state machine's: a leader's no-op or a
  /// membership.
  public void advance(long index) {
    if (index <= appliedIndex)
      throw new IllegalStateException("entry " + index + " after " + appliedIndex);
    appliedIndex = index;
  }

  /// Reads a key as of the last applied entry: [Result.Found] or [Result.NotFound].
  public Result get(Bytes key) {
    Node node = index.get(key);
    if (node == null) return Result.NotFound.INSTANCE;
    Bytes value = cells.valueToKeep(node.cell);
    return new Result.Found(value, node.version, node.changes, node.ttl(), node.deadlineMillis());
  }

  /// Reads as of the last applied entry.
  public Result read(Operation.Read read) {
    return switch (read) {
      case Operation.Get(Bytes key) -> get(key);
      case Operation.Range _, Operation.GetLease _, Operation.ListLeases _ ->
          throw new UnsupportedOperationException("not yet: " + read);
    };
  }

  /// Whether the changes of keys are counted.
  boolean counts() {
    return counts;
  }

  /// The index of the last entry applied, 0 before the first.
  public long appliedIndex() {
    return appliedIndex;
  }

  public long clusterTimeMillis() {
    return clusterTimeMillis;
  }

  /// The cluster time at which the next value is due, `Long.MAX_VALUE` if none has an end. Not
  /// greater than [#clusterTimeMillis] while something due was left for the next command.
  public long nextDeadlineMillis() {
    Node.Timer first = expiry.first();
    return first == null ? Long.MAX_VALUE : first.deadlineMillis;
  }

  /// A number made of everything ever applied, in order, and what it came to. Members that applied
  /// the same entries have the same; those that did not have the same with a chance of 1 in 2^64.
  public long digest() {
    return digest;
  }

  /// How many keys there are.
  public int size() {
    return index.size();
  }

  /// The bytes of all keys and values.
  public long sizeBytes() {
    return sizeBytes;
  }

  /// What keys, values and what finds them take in memory, about, with all that is kept for an open
  /// snapshot: members that applied the same need not have the same.
  public long dataMemoryBytes() {
    long timed = expiry.size() + nodes.supersededCount();
    long linked = index.size() + nodes.supersededCount() + spareNodeCount;
    return cells.sizeBytes()
        + index.memoryBytes()
        + expiry.memoryBytes()
        + linked * NODE_BYTES
        + timed * TIMER_BYTES;
  }

  /// What sessions and answers take in memory, about, likewise.
  public long sessionMemoryBytes() {
    return sessions.memoryBytes();
  }

  /// What a request came to that was applied and is remembered; null for any other.
  public Result answerTo(RequestId id) {
    return sessions.answerTo(id);
  }

  /// Whether a key is there, due or not.
  public boolean holds(Bytes key) {
    return index.get(key) != null;
  }

  /// Whether a write, done now, would need more memory for key and value than there is already,
  /// free or in what it replaces.
  public boolean grows(Operation.Write write) {
    if (cells.hasRoomFor(write.key(), write.value())) return false;
    Node node = index.get(write.key());
    return node == null || !cells.fitsInto(node.cell, write.key(), write.value());
  }

  /// How many clients are remembered.
  public int sessionCount() {
    return sessions.sessionCount();
  }

  /// How many answers are remembered.
  public int answerCount() {
    return sessions.answerCount();
  }

  /// How many superseded values, sessions and answers are kept for a snapshot.
  public int superseded() {
    return nodes.supersededCount() + sessions.supersededCount();
  }

  public KvLimits limits() {
    return limits;
  }

  /// Opens a snapshot of this moment. It takes the same short time whatever the store holds; its
  /// chunks are made one by one while commands go on being applied.
  ///
  /// @throws IllegalStateException while another one is open
  public Snapshot snapshot() {
    return snapshot(KvLimits.CHUNK_BYTES);
  }

  /// @param chunkBytes a chunk ends with the first record that brings it to this length
  public Snapshot snapshot(int chunkBytes) {
    if (openSnapshot != null) throw new IllegalStateException("a snapshot is open already");
    nodes.open(appliedIndex);
    sessions.open(appliedIndex);
    openSnapshot = new Snapshot(this, StateFormat.Header.of(this), chunkBytes);
    return openSnapshot;
  }

  /// Whether a snapshot is open.
  public boolean snapshotting() {
    return openSnapshot != null;
  }

  Slab cells() {
    return cells;
  }

  VersionList<Node> nodes() {
    return nodes;
  }

  Sessions sessions() {
    return sessions;
  }

  void close(Snapshot snapshot) {
    if (openSnapshot != snapshot) return;
    openSnapshot = null;
    nodes.close();
    sessions.close();
  }

  void restore(StateFormat.Header header) {
    appliedIndex = header.position().appliedIndex();
    clusterTimeMillis = header.position().clusterTimeMillis();
    digest = header.position().digest();
    counts = header.counts();
    index.reserve(header.totals().values());
  }

  /// Takes a value from a snapshot; false if its key is there already.
  boolean restore(StateFormat.Value value) {
    Node node = new Node();
    cells.add(node, value.key(), value.value());
    node.version = value.version();
    node.changes = value.changes();
    if (value.lifetime().ttl() != 0)
      node.timer = new Node.Timer(node, value.lifetime().ttl(), value.lifetime().deadlineMillis());
    if (!index.addIfAbsent(node)) return false;
    append(node);
    return true;
  }

  private Result apply(Envelope envelope) {
    clusterTimeMillis = Math.max(clusterTimeMillis, envelope.clusterTimeMillis());
    sessions.endIdle(clusterTimeMillis);
    int expired = removeDue();
    RequestId id = envelope.requestId();
    if (id == null) return execute(envelope.command(), expired);
    Sessions.Session session = sessions.use(id.client(), appliedIndex, clusterTimeMillis);
    Result first = sessions.answerTo(id);
    if (first != null) return first;
    if (Sessions.maybeForgotten(session, id)) return Result.Forgotten.INSTANCE;
    Result result = execute(envelope.command(), expired);
    sessions.remember(session, id, result, appliedIndex);
    return result;
  }

  private Result execute(Operation.Command command, int expired) {
    return switch (command) {
      case Operation.Write write -> write(write);
      case Operation.Delete delete -> delete(delete);
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
    };
  }

  private Result write(Operation.Write write) {
    counts |= write.condition().needsCounting();
    Node node = nodeNotDue(write.key());
    Result objection = failedCondition(node, write.condition());
    if (objection != null) return objection;
    long changes = counts && node != null ? node.changes + 1 : 1;
    if (node != null && !nodes.awaited(node)) {
      // No snapshot waits for this node, so it moves to the tail instead of being replaced.
      uncount(node);
      nodes.take(node);
      cells.replace(node, write.key(), write.value());
      set(node, write, changes);
      append(node);
    } else {
      if (node != null) remove(node);
      Node fresh = newNode();
      cells.add(fresh, write.key(), write.value());
      set(fresh, write, changes);
      add(fresh);
    }
    return new Result.Written(appliedIndex, changes);
  }

  private Result delete(Operation.Delete delete) {
    counts |= delete.condition().needsCounting();
    Node node = nodeNotDue(delete.key());
    if (node == null) return Result.NotFound.INSTANCE;
    Result objection = failedCondition(node, delete.condition());
    if (objection != null) return objection;
    remove(node);
    return new Result.Deleted(appliedIndex);
  }

  /// What speaks against the guarded command, or null if the guard holds.
  private Result failedCondition(Node node, Condition condition) {
    return switch (condition) {
      case Condition.Always(), Condition.AnyChanges() -> null;
      case Condition.Absent() -> node == null ? null : new Result.Exists(node.version);
      case Condition.Present() -> mismatch(node, true);
      case Condition.Unique(long unique) -> mismatch(node, node != null && node.version == unique);
      case Condition.Version(long version) ->
          mismatch(node, node != null && node.version == version);
      case Condition.Changes(long changes) ->
          mismatch(node, node != null && node.changes == changes);
      case Condition.Value(Bytes value) -> mismatch(node, node != null && holds(node, value));
      case Condition.AbsentOrValue(Bytes value) ->
          node == null ? null : mismatch(node, holds(node, value));
    };
  }

  private boolean holds(Node node, Bytes value) {
    return cells.value(node.cell).equals(value);
  }

  private static Result mismatch(Node node, boolean same) {
    if (node == null) return Result.NotFound.INSTANCE;
    return same ? null : new Result.Mismatch(node.version);
  }

  /// The key's node, after removing it if it is due: the bound on [#removeDue] may have left it.
  private Node nodeNotDue(Bytes key) {
    Node node = index.get(key);
    if (node == null || node.timer == null || node.timer.deadlineMillis > clusterTimeMillis)
      return node;
    expire(node);
    return null;
  }

  private int removeDue() {
    int removed = 0;
    while (removed < limits.state().expiriesMax() && nextDeadlineMillis() <= clusterTimeMillis) {
      expire(expiry.first().node);
      removed++;
    }
    return removed;
  }

  private void expire(Node node) {
    mix(node.version);
    remove(node);
  }

  private void set(Node node, Operation.Write write, long changes) {
    node.version = appliedIndex;
    node.changes = changes;
    long ttl = write.ttl();
    long deadline = TimeToLive.deadlineMillis(ttl, clusterTimeMillis);
    node.timer = ttl == 0 ? null : new Node.Timer(node, ttl, deadline);
  }

  private void add(Node node) {
    index.add(node);
    append(node);
  }

  private void append(Node node) {
    nodes.append(node);
    sizeBytes += cells.payloadBytes(node.cell);
    if (node.timer != null) expiry.add(node.timer);
  }

  private void remove(Node node) {
    index.remove(node);
    uncount(node);
    nodes.retire(node);
  }

  private void uncount(Node node) {
    sizeBytes -= cells.payloadBytes(node.cell);
    if (node.timer != null) expiry.remove(node.timer);
  }

  // ---- nodes that come and go: while a snapshot is written, one for each write ----

  private Node newNode() {
    if (spareNodes == null) return new Node();
    Node node = spareNodes;
    spareNodes = node.nextInBucket;
    spareNodeCount--;
    node.nextInBucket = null;
    node.supersededFor = 0;
    return node;
  }

  private void gone(Node node) {
    cells.free(node.cell);
    if (spareNodeCount == SPARE_NODES_MAX) return;
    spareNodeCount++;
    node.timer = null;
    node.nextInBucket = spareNodes;
    spareNodes = node;
  }

  private void mix(long word) {
    digest = Digest.mix(digest, word);
  }
}
