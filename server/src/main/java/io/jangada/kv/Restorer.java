package io.jangada.kv;

import static io.jangada.kv.memory.NodeTable.NONE;

import io.jangada.bytes.ByteReader;
import io.jangada.bytes.Bytes;
import io.jangada.bytes.MalformedException;
import io.jangada.kv.auth.Role;
import io.jangada.kv.auth.User;
import io.jangada.kv.memory.Term;
import java.util.ArrayList;
import java.util.List;

/// Makes a store of a snapshot's chunks. Beside the store itself it needs one chunk's memory.
///
/// Every method throws [MalformedException] for bytes that no store can have written; the restorer
/// is then of no further use.
public final class Restorer {
  /// The parts of a snapshot in their order, each with the kinds of its records.
  private static final List<List<Integer>> PARTS =
      List.of(
          List.of(StateFormat.HEADER),
          List.of(StateFormat.FLUSH),
          List.of(StateFormat.ROLE),
          List.of(StateFormat.USER),
          List.of(StateFormat.LEASE),
          List.of(StateFormat.VALUE, StateFormat.PRESENT, StateFormat.FORMER, StateFormat.REMOVAL),
          List.of(StateFormat.SESSION),
          List.of(StateFormat.ANSWER),
          List.of(StateFormat.END));

  /// So many values are taken together: what they need of memory is read for all at once.
  private static final int WAITING_MAX = 64;

  private record Waiting(StateFormat.Value value, int kind, int hash) {}

  private final KvStore store;

  /// Values that were read and are yet to be taken; none between two chunks.
  private final List<Waiting> waiting = new ArrayList<>();

  /// Nodes that have yet to get their places in the order of keys; none between two chunks.
  private final int[] unordered = new int[WAITING_MAX];

  private int unorderedCount;

  private StateFormat.Header header;
  private int part;

  /// Of the record before; none at first.
  private int lastKind = Integer.MIN_VALUE;

  private long lastVersion;
  private long lastUsedMillis;
  private int roles;
  private int users;
  private int leases;
  private int values;
  private long formers;
  private long nodes;
  private int sessions;
  private int answers;
  private boolean isEnded;

  Restorer(KvStore store) {
    this.store = store;
  }

  /// Takes the next chunk, in the order in which they were given out.
  public void accept(Bytes chunk) {
    ByteReader in = new ByteReader(chunk);
    while (in.remaining() > 0) acceptRecord(in);
    acceptWaiting();
  }

  /// What the store takes in memory so far, about.
  public long memoryBytes() {
    return store.dataMemoryBytes() + store.sessionMemoryBytes();
  }

  /// The store, when all chunks were accepted.
  public KvStore finish() {
    if (header == null) throw new MalformedException("the snapshot has no header");
    StateFormat.Totals totals = header.totals();
    StateFormat.Auth auth = header.auth();
    checkTotal("roles", roles, auth == null ? 0 : auth.roles());
    checkTotal("users", users, auth == null ? 0 : auth.users());
    checkTotal("leases", leases, totals.leases());
    checkTotal("values", values, totals.keys());
    checkTotal("sessions", sessions, totals.sessions());
    checkTotal("answers", answers, totals.answers());
    if (header.revisions() != null && !isEnded)
      throw new MalformedException("the snapshot has no end");
    if (formers != 0)
      throw new MalformedException(formers + " former values that no other follows");
    return store;
  }

  private static void checkTotal(String what, int there, int announced) {
    if (there != announced)
      throw new MalformedException(
          "the snapshot ends after %d of %d %s".formatted(there, announced, what));
  }

  private void acceptRecord(ByteReader in) {
    int kind = in.get();
    enter(kind);
    switch (kind) {
      case StateFormat.HEADER -> acceptHeader(StateFormat.getHeader(in));
      case StateFormat.FLUSH -> store.flushAt(StateFormat.getFlush(in));
      case StateFormat.ROLE -> accept(AuthCodec.getRole(in));
      case StateFormat.USER -> accept(AuthCodec.getUser(in));
      case StateFormat.LEASE -> accept(StateFormat.getLease(in));
      case StateFormat.VALUE -> await(StateFormat.getValue(in, header.counts()), kind);
      case StateFormat.PRESENT, StateFormat.FORMER ->
          await(StateFormat.getValueWithHistory(in), kind);
      case StateFormat.REMOVAL -> await(StateFormat.getRemoval(in), kind);
      case StateFormat.SESSION -> accept(StateFormat.getSession(in));
      case StateFormat.ANSWER -> accept(StateFormat.getAnswer(in));
      case StateFormat.END -> acceptEnd(in.getLong());
      default -> throw new IllegalStateException("part of kind " + kind);
    }
  }

  /// A record of this kind is next: it belongs to the present part or to a later one.
  private void enter(int kind) {
    if (kind == lastKind
        && kind != StateFormat.HEADER
        && kind != StateFormat.FLUSH
        && kind != StateFormat.END) return;
    int next = part;
    while (next < PARTS.size() && !PARTS.get(next).contains(kind)) next++;
    boolean isFirst = header == null;
    boolean fits =
        next < PARTS.size() && isFirst == (kind == StateFormat.HEADER) && !isEnded && fits(kind);
    if (!fits) throw new MalformedException("snapshot record of kind " + kind + " after " + part);
    if (next != part) {
      acceptWaiting();
      part = next;
      lastVersion = 0;
    }
    lastKind = kind;
  }

  /// Whether snapshots of the header's format have records of this kind.
  private boolean fits(int kind) {
    boolean hasHistory = header != null && header.revisions() != null;
    if (kind == StateFormat.ROLE || kind == StateFormat.USER) return header.auth() != null;
    if (kind > StateFormat.ANSWER) return hasHistory;
    return kind != StateFormat.VALUE || !hasHistory;
  }

  private void acceptHeader(StateFormat.Header header) {
    KvLimits.State own = store.limits().state();
    if (!header.limits().equals(own))
      throw new MalformedException(
          "the snapshot was made under " + header.limits() + ", this member has " + own);
    this.header = header;
    store.restore(header);
  }

  private void accept(Role role) {
    boolean fits = roles++ < header.auth().roles() && role.isValid();
    StateFormat.check(fits && store.users().restore(role), "role that does not fit", roles);
  }

  private void accept(User user) {
    boolean fits =
        users++ < header.auth().users()
            && user.isValid()
            && user.since() <= header.users().revision();
    StateFormat.check(fits && store.users().restore(user), "user that does not fit", users);
  }

  private void accept(Leases.Lease lease) {
    StateFormat.check(leases++ < header.totals().leases(), "lease too many", lease.number);
    StateFormat.check(store.leases().add(lease), "second lease of one number", lease.number);
  }

  private void await(StateFormat.Value value, int kind) {
    int hash = store.keys().hashOf(value.key());
    store.keys().ahead.add(hash);
    waiting.add(new Waiting(value, kind, hash));
    if (waiting.size() == WAITING_MAX) acceptWaiting();
  }

  private void acceptWaiting() {
    if (waiting.isEmpty()) return;
    store.keys().ahead.read();
    for (Waiting one : waiting) acceptValue(one.value, one.kind, one.hash);
    waiting.clear();
    order();
  }

  /// Gives new keys their places in the order of keys.
  private void order() {
    store.keys().order(unordered, unorderedCount);
    unorderedCount = 0;
  }

  private void acceptValue(StateFormat.Value value, int kind, int hash) {
    long revision = value.revisions().modified();
    StateFormat.check(
        revision >= lastVersion && revision > 0 && revision <= header.revisionMax(),
        "revision",
        revision);
    boolean isNext = revision > lastVersion || header.revisions() != null;
    StateFormat.check(isNext, "second value of revision", revision);
    lastVersion = revision;
    nodes++;
    Keyspace keys = store.keys();
    int head = keys.head(hash, value.key());
    if (head != NONE) {
      order();
      checkFollows(head, value, kind);
    }
    if (value.value() == null) {
      StateFormat.check(head != NONE && keys.hasValue(head), "removal of no value", revision);
      keys.remove(head, revision);
      return;
    }
    boolean isFormer = kind == StateFormat.FORMER;
    if (isFormer) formers++;
    else StateFormat.check(values++ < header.totals().keys(), "value too many", revision);
    int node = head;
    if (head == NONE) {
      node = keys.restore(hash, value.key(), value.value(), revision);
      unordered[unorderedCount++] = node;
    } else {
      keys.put(head, value.key(), value.value(), revision);
    }
    keys.nodes.value(node, value.revisions().created(), value.revisions().changes(), value.flags());
    if (isFormer) keys.ended(node, value.term());
    else if (value.term() != null) acceptEnd(node, value.term());
  }

  private void acceptEnd(int node, Term term) {
    boolean fits = term.lease == 0 || store.leases().get(term.lease) != null;
    StateFormat.check(fits, "lease", store.keys().nodes.revision(node));
    store.keys().end(node, term);
  }

  /// A record of a key that was there is its next change, of which the state before is shown.
  private void checkFollows(int head, StateFormat.Value value, int kind) {
    Keyspace keys = store.keys();
    long revision = value.revisions().modified();
    boolean isNext = keys.history.keeps() && revision > keys.nodes.revision(head);
    StateFormat.check(isNext && kind != StateFormat.VALUE, "second value of one key", revision);
    StateFormat.check(revision > header.revisions().compacted(), "change of a key", revision);
    if (keys.hasValue(head)) {
      boolean wasFormer = keys.isFormer(head);
      StateFormat.check(wasFormer, "second value of one key", revision);
      formers--;
    }
  }

  private void accept(Sessions.Session session) {
    checkVersion(session.version);
    long used = session.usedMillis;
    StateFormat.check(
        used >= lastUsedMillis && used <= header.position().clusterTimeMillis(),
        "session's last use",
        used);
    lastUsedMillis = used;
    StateFormat.check(sessions++ < header.totals().sessions(), "session too many", session.version);
    StateFormat.check(
        store.sessions().restore(session), "second session of one client", session.version);
  }

  private void accept(Sessions.Answer answer) {
    checkVersion(answer.version);
    StateFormat.check(answers++ < header.totals().answers(), "answer too many", answer.version);
    StateFormat.check(
        store.sessions().restore(answer), "answer that fits no session", answer.version);
  }

  private void acceptEnd(long announced) {
    if (announced != nodes)
      throw new MalformedException(
          "the snapshot has %d of %d values and removals".formatted(nodes, announced));
    isEnded = true;
  }

  private void checkVersion(long version) {
    StateFormat.check(
        version > lastVersion && version <= header.position().appliedIndex(), "version", version);
    lastVersion = version;
  }
}
