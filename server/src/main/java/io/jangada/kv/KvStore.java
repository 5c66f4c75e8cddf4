package io.jangada.kv;

import static io.jangada.kv.memory.NodeTable.NONE;

import io.jangada.bytes.Bytes;
import io.jangada.kv.auth.Caller;
import io.jangada.kv.auth.Users;
import io.jangada.kv.memory.Term;
import java.util.List;
import java.util.Objects;
import java.util.function.Predicate;
import java.util.function.ToLongFunction;

/// The replicated state machine: keys with values, their order and history, leases, and the
/// sessions of clients. It is a pure function of the commands applied to it: members that applied
/// the same are equal, down to the bytes of a snapshot.
///
/// **Revisions.** A command that changes something has a revision, 1 greater than that before; what
/// is due and goes with it has one of its own. An empty store has revision 1. A value, and a
/// removal, has the revision of its change as its *version*.
///
/// In a store that releases without revisions began, the count begins with the first command in the
/// log that they did not know ([Operation.Command#isOld]); until then the revision of a change is
/// the log index of its entry, from which the count continues. That the log says where it begins is
/// what makes the numbers equal everywhere: a snapshot of a member that did not count says nothing
/// of them.
///
/// **Changes.** The changes of each key are counted from then on, or from the first command before
/// that needs it ([Condition#needsCounting]); until then each key has 1.
///
/// **Time.** Cluster time is the greatest stamp seen. Every command first moves it, then removes
/// what is due (deadline at or before cluster time; at most [KvLimits.State#expiriesMax] values,
/// soonest first, and some leases with their keys) and then does its own work, for which a due key
/// that it names is not there even if it was not among those removed. A value that is due but not
/// removed is still found by [#get]: it may be seen late, never gone early. [#nextDeadlineMillis]
/// tells the leader when to propose an [Operation.Expire], and that it should propose one more
/// while something due is left.
///
/// **Sessions.** A command with a [RequestId] that is remembered gets the answer it got first, and
/// changes nothing but the session's last use. See [Sessions] for what is remembered how long.
///
/// **Users.** While users are checked ([Users]), a command is done and a read answered only for a
/// caller to whom it is permitted, at its place in the log and in the state that answers. A command
/// that is refused for that uses no session.
///
/// Not thread-safe: one owner.
public final class KvStore {
  /// From so many keys on it pays to read ahead.
  private static final int AHEAD_SIZE_MIN = 1 << 15;

  private final KvLimits limits;
  private final Leases leases = new Leases();
  private final Users users;
  private final Keyspace keys;
  private final Commands commands;
  private final Sessions sessions;
  private final Entries entries;
  private Snapshot openSnapshot;

  public KvStore(KvLimits limits) {
    this(limits, 0);
  }

  /// @param hashSeed keys the index against clients that choose colliding keys. It shows in nothing
  ///   else, so members need not have the same.
  public KvStore(KvLimits limits, long hashSeed) {
    this(limits, hashSeed, new Users());
  }

  private KvStore(KvLimits limits, long hashSeed, Users users) {
    this.limits = Objects.requireNonNull(limits);
    this.users = users;
    keys = new Keyspace(hashSeed, leases);
    commands = new Commands(keys, users, limits.state().expiriesMax(), this::mix);
    sessions = new Sessions(limits.state());
    entries = new Entries(this, commands, sessions);
  }

  /// A store that has the place, the time, the digest and the users of this one and none of its
  /// data: it stands for this one while another is made of a snapshot, and nothing is read from it.
  public KvStore emptied() {
    KvStore empty = new KvStore(limits, 0, users);
    empty.entries.stand(appliedIndex(), digest());
    empty.commands.clusterTimeMillis(clusterTimeMillis());
    if (countsRevisions()) empty.commands.countRevisionsFrom(revision());
    if (!isPristine()) empty.commands.used();
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
    Result result = begin(index, encodedEnvelope);
    while (result == null) {
      beginTurn();
      result = goOn();
    }
    return result;
  }

  /// Begins to apply an entry. A range that it deletes, and what is due and goes with it, may have
  /// very many keys, which are removed some in each turn of the owner ([#beginTurn]). Until the
  /// last is gone the store shows neither what was nor what will be: it is not read, and no
  /// snapshot is opened.
  ///
  /// @return what the entry came to, or null while it is not done: then [#goOn] is to be called
  public Result begin(long index, Bytes encodedEnvelope) {
    return entries.begin(index, encodedEnvelope);
  }

  /// Begins a turn of the owner, in which [KvLimits#sliceKeys] keys are removed by such entries,
  /// about: all entries of the turn share these.
  public void beginTurn() {
    commands.allow(limits.sliceKeys());
  }

  /// Goes on with the entry that was begun, in another turn. Returns what it came to, or null while
  /// it is not done.
  public Result goOn() {
    return entries.goOn();
  }

  /// Whether an entry was begun and is not done.
  public boolean isBehind() {
    return entries.isBehind();
  }

  /// The same as applying the envelope's encoded form.
  public Result apply(long index, Envelope envelope) {
    return apply(index, CommandCodec.encode(envelope));
  }

  /// Notes that the log's entry at this index is none of the state machine's: a leader's no-op or a
  /// membership.
  public void advance(long index) {
    entries.advance(index);
  }

  /// Frees some of what is no longer needed, which shows in nothing but memory.
  ///
  /// @return whether there is more to free
  public boolean sweep(int nodesMax) {
    sessions.sweep(nodesMax);
    leases.sweep(nodesMax);
    return keys.history.sweep(nodesMax);
  }

  // ---- what is about to be done ----

  /// Whether it is worth to say what is about to be done: what few keys take is in the processor's
  /// caches.
  public boolean readsAhead() {
    return size() >= AHEAD_SIZE_MIN;
  }

  /// The log's entry is about to be applied.
  public void expect(Bytes encodedEnvelope) {
    Bytes key = CommandCodec.keyOf(encodedEnvelope);
    if (key != null) keys.ahead.add(key);
  }

  /// This is about to be read.
  public void expect(Operation.Read read) {
    if (read instanceof Operation.Get(Bytes key)) keys.ahead.add(key);
    if (read instanceof Operation.Look(Bytes key)) keys.ahead.add(key);
  }

  /// Reads from memory what the keys that are expected need, for all at once ([ReadAhead]).
  public void readAhead() {
    keys.ahead.read();
  }

  // ---- reads, as of the last applied entry ----

  /// Reads for a caller, if it is permitted.
  ///
  /// @param caller null where it is not said who asks
  public Result read(Caller caller, Operation.Read read) {
    Result.Reason objection = objection(caller, read);
    return objection == null ? read(read) : new Result.Refused(objection);
  }

  /// Why an operation is not permitted to a caller now; null if it is.
  ///
  /// @param caller null where it is not said who asks
  public Result.Reason objection(Caller caller, Operation operation) {
    boolean isForMembers = operation instanceof Operation.GetCredentials;
    if (isForMembers && (caller == null || !caller.isMember()))
      return Result.Reason.PERMISSION_DENIED;
    return users.isEnabled() ? AccessCheck.objection(this, caller, operation) : null;
  }

  /// Whether a command has no caller while users are checked, and was not done before: it need not
  /// come into the log.
  public boolean isOfNobody(Caller caller, RequestId id) {
    if (caller != null || !users.isEnabled()) return false;
    return id == null || !sessions.mayHaveDone(id, clusterTimeMillis());
  }

  /// Reads for whom everything is permitted.
  public Result read(Operation.Read read) {
    return switch (read) {
      case Operation.Get(Bytes key) -> get(key);
      case Operation.Range range -> commands.read(range, firstReadable(), Ranges.Room.ALONE);
      case Operation.ReadTransaction(Operation.Transaction transaction) ->
          new Transactions(commands).ahead(transaction, firstReadable());
      case Operation.Look(Bytes key) -> new Marks(keys).look(key);
      case Operation.Scan scan -> KeyScan.read(keys, scan);
      case Operation.GetLease lease -> commands.ofLeases.read(lease);
      case Operation.ListLeases() -> new Result.LeaseList(leases.numbers());
      case Operation.UsersRead ofUsers -> users.read(ofUsers);
    };
  }

  /// Reads a key: [Result.Found] or [Result.NotFound].
  public Result get(Bytes key) {
    return get(keys, key);
  }

  static Result get(Keyspace keys, Bytes key) {
    int node = keys.find(key);
    if (node == NONE) return Result.NotFound.INSTANCE;
    Bytes value = keys.cells.valueToKeep(keys.nodes.cell(node));
    Term term = keys.term(node);
    return new Result.Found(
        value,
        keys.nodes.revision(node),
        keys.nodes.changes(node),
        term == null ? 0 : term.ttl,
        term == null ? 0 : term.deadlineMillis);
  }

  /// Shows what changed from a revision on, which is greater than [#firstReadable], in order, until
  /// the visitor says false: then false is returned.
  public boolean forEachChange(long from, Predicate<KeyChange> visitor) {
    KeyChange change = new KeyChange(keys);
    return keys.history.forEachFrom(from, node -> visitor.test(change.at(node)));
  }

  // ---- history ----

  /// The revision of the latest change.
  public long revision() {
    return commands.revision();
  }

  /// Whether revisions are counted.
  public boolean countsRevisions() {
    return commands.countsRevisions();
  }

  /// Whether no command was ever applied.
  public boolean isPristine() {
    return commands.isPristine();
  }

  /// The first revision that can be read by anybody.
  public long compacted() {
    return commands.compacted();
  }

  /// Whether former values are kept.
  public boolean keepsHistory() {
    return keys.history.keeps();
  }

  /// The first revision that can be read here: a pinned one can, though it be compacted.
  public long firstReadable() {
    return Math.min(compacted(), keys.history.leastPin());
  }

  /// Has what is needed to read the state at a revision, and what changes after it, kept here until
  /// [#unpin]. It is no part of the state.
  ///
  /// @param revision [#firstReadable] or more
  public void pin(long revision) {
    keys.history.pin(revision);
  }

  public void unpin(long revision) {
    keys.history.unpin(revision);
  }

  /// What former values and removals take in memory.
  public long historyBytes() {
    return keys.historyBytes();
  }

  // ---- what there is ----

  /// Whether the changes of keys are counted.
  boolean counts() {
    return commands.countsChanges();
  }

  /// The index of the last entry applied, 0 before the first.
  public long appliedIndex() {
    return entries.appliedIndex();
  }

  public long clusterTimeMillis() {
    return commands.clusterTimeMillis();
  }

  /// The cluster time at which the next value or lease is due, `Long.MAX_VALUE` if none has an end.
  /// Not greater than [#clusterTimeMillis] while something due was left for the next command.
  public long nextDeadlineMillis() {
    return commands.nextDeadlineMillis();
  }

  /// A number made of everything ever applied, in order, and what it came to. Members that applied
  /// the same entries have the same; those that did not have the same with a chance of 1 in 2^64.
  public long digest() {
    return entries.digest();
  }

  /// How many keys there are.
  public int size() {
    return keys.size();
  }

  /// The bytes of all keys and values.
  public long sizeBytes() {
    return keys.sizeBytes();
  }

  /// What keys, values, leases, users and what finds them take in memory, about, with all that is
  /// former: members that applied the same need not have the same.
  public long dataMemoryBytes() {
    return keys.memoryBytes() + leases.memoryBytes() + users.memoryBytes();
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
    return keys.find(key) != NONE;
  }

  /// Whether a write, done now, would need more memory for key and value than there is already,
  /// free or in what it replaces.
  public boolean grows(Operation.Write write) {
    return keys.grows(write.key(), write.value());
  }

  /// How many bytes a command would make of values that are there: a copy is as long as what is
  /// copied, though the command is short, and what a request shows is remembered.
  ///
  /// @param longest what values may have that are not there yet
  /// @param isRemembered whether its result is kept for when it comes again
  public long madeBytes(Operation.Command command, boolean isRemembered, long longest) {
    if (!(command instanceof Operation.Step step)) return 0;
    ToLongFunction<Bytes> length = key -> Math.max(longest, keys.lengthOf(key));
    long shown = isRemembered ? Sizes.shown(step, length) : 0;
    return Sizes.made(step, length) + Math.min(shown, KvLimits.ANSWER_BYTES_MAX);
  }

  /// How many leases there are.
  public int leaseCount() {
    return leases.size();
  }

  /// How many keys some leases have together.
  public long keyCount(List<Long> numbers) {
    long count = 0;
    for (long number : numbers) count += leases.keyCount(number);
    return count;
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
    return keys.history.orphans() + sessions.supersededCount();
  }

  public KvLimits limits() {
    return limits;
  }

  /// Opens a snapshot of this moment. It takes the same short time whatever the store holds; its
  /// chunks are made one by one while further commands are applied.
  ///
  /// @throws IllegalStateException while another one is open
  public Snapshot snapshot() {
    return snapshot(KvLimits.CHUNK_BYTES);
  }

  /// @param chunkBytes a chunk ends with the first record that brings it to this length
  public Snapshot snapshot(int chunkBytes) {
    if (openSnapshot != null) throw new IllegalStateException("a snapshot is open already");
    if (isBehind()) throw new IllegalStateException("an entry is half applied");
    keys.history.open(revision());
    leases.open();
    sessions.open(appliedIndex());
    openSnapshot = new Snapshot(this, StateFormat.Header.of(this), chunkBytes);
    return openSnapshot;
  }

  /// Whether a snapshot is open.
  public boolean snapshotting() {
    return openSnapshot != null;
  }

  /// The users, which only commands change.
  public Users users() {
    return users;
  }

  Keyspace keys() {
    return keys;
  }

  Leases leases() {
    return leases;
  }

  Sessions sessions() {
    return sessions;
  }

  void close(Snapshot snapshot) {
    if (openSnapshot != snapshot) return;
    openSnapshot = null;
    keys.history.close();
    leases.close();
    sessions.close();
  }

  /// When all keys go, 0 for never.
  long flushMillis() {
    return commands.flushMillis();
  }

  /// A snapshot says when all keys go.
  void flushAt(long millis) {
    commands.flushAt(millis);
  }

  void restore(StateFormat.Header header) {
    entries.stand(header.position().appliedIndex(), header.position().digest());
    commands.clusterTimeMillis(header.position().clusterTimeMillis());
    // The digest is 0 until the first command.
    if (digest() != 0) commands.used();
    if (header.counts()) commands.countChanges();
    StateFormat.Revisions revisions = header.revisions();
    if (revisions != null) {
      commands.countRevisionsFrom(revisions.revision());
      keys.history.keeps(revisions.keeps());
      keys.history.compacted(revisions.compacted());
    }
    if (header.users() != null) users.restore(header.users());
    keys.reserve(header.totals().keys());
  }

  private void mix(long word) {
    entries.mix(word);
  }
}
