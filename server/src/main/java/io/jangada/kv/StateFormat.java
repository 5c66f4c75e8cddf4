package io.jangada.kv;

import io.jangada.bytes.ByteReader;
import io.jangada.bytes.ByteWriter;
import io.jangada.bytes.Bytes;
import io.jangada.bytes.MalformedException;
import io.jangada.kv.auth.Role;
import io.jangada.kv.auth.User;
import io.jangada.kv.auth.Users;
import io.jangada.kv.memory.NodeTable;
import io.jangada.kv.memory.Term;

/// A snapshot as bytes.
///
/// A snapshot is a list of chunks, a chunk is a list of whole records, and a record begins with its
/// kind, one byte. First comes one header, then all roles, all users and all leases, then all
/// values in the order of their revisions, then all sessions and then all answers by the index of
/// their last use, and the end. A chunk ends with the first record that brings it to
/// [KvLimits#CHUNK_BYTES], so its length passes that by less than one record.
///
/// ```
/// header   1 format (1 to 4) applied index (8) cluster time (8) digest (8)
///            sessionsMax (4) answersPerSessionMax (4) answersMax (4) idleMillisMax (8)
///            expiriesMax (4)
///            keys (4) sessions (4) answers (4)
///            from format 3 on: revision (8) compacted (8) keeps history (1) leases (4)
///            in format 4: auth revision (8) optional signing key, roles (4) users (4)
/// value    2 revision (8) changes (8, in format 2) ttl (8) deadline (8) key value
/// session  3 version (8) last used (8) highest forgotten (8) client
/// answer   4 version (8) request id, result
/// lease    5 number (8) ttl (8) deadline (8)
/// value    6 revision (8) created (8) marks (2 bits) changes (62 bits) flags (4) terms key value
/// former   7 likewise
/// removal  8 revision (8) key
/// end      9 values, former values and removals (8)
/// role     10 role
/// user     11 name optional hash, since (8) roles: names
/// flush    12 when all keys go (8)
/// terms    0 | 1 ttl (8) deadline (8) | 2 lease (8)
/// ```
///
/// Format 4 is that of a store in which users or roles were ever changed; format 3 that of any
/// other that counts revisions. Of those below, which have neither leases nor an end, format 2 is
/// that of a store that counts changes, and format 1 that of one which does not: there every key
/// has 1.
///
/// A *former* value is one that its key had, or one of the leaving and coming back of a key that
/// can be read from the compacted revision on; a later record of the same key follows.
///
/// Byte strings, roles, request ids and results are as in [CommandCodec]. The bytes follow from the
/// state alone, and the state from the log: any member makes the same ones for the same applied
/// index. There is no checksum here: the parts that store or send chunks have one over them.
final class StateFormat {
  private static final int UNCOUNTED = 1;
  private static final int COUNTED = 2;
  private static final int REVISIONS = 3;
  private static final int USERS = 4;

  static final int HEADER = 1;
  static final int VALUE = 2;
  static final int SESSION = 3;
  static final int ANSWER = 4;
  static final int LEASE = 5;
  static final int PRESENT = 6;
  static final int FORMER = 7;
  static final int REMOVAL = 8;
  static final int END = 9;
  static final int ROLE = 10;
  static final int USER = 11;
  static final int FLUSH = 12;

  private StateFormat() {}

  /// What is known of the whole, and how much is to come.
  ///
  /// @param counts whether changes are counted
  /// @param revisions null where they are not counted
  record Header(
      boolean counts,
      Position position,
      Revisions revisions,
      KvLimits.State limits,
      Totals totals) {
    static Header of(KvStore store) {
      return new Header(
          store.counts(),
          new Position(
              store.appliedIndex(), store.clusterTimeMillis(), store.digest(), store.flushMillis()),
          store.countsRevisions()
              ? new Revisions(
                  store.revision(), store.compacted(), store.keepsHistory(), Auth.of(store.users()))
              : null,
          store.limits().state(),
          new Totals(
              store.size(), store.leases().size(), store.sessionCount(), store.answerCount()));
    }

    /// Null where there is nothing of users.
    Auth auth() {
      return revisions == null ? null : revisions.auth;
    }

    /// Where the users stand, or null.
    Users.Header users() {
      return auth() == null ? null : auth().header;
    }

    /// The greatest revision that a value can have.
    long revisionMax() {
      return revisions == null ? position.appliedIndex : revisions.revision;
    }
  }

  /// Up to where the log is applied, and what it came to.
  ///
  /// @param flushMillis the cluster time at which all keys go, 0 for none
  record Position(long appliedIndex, long clusterTimeMillis, long digest, long flushMillis) {}

  /// @param keeps whether former values are kept
  /// @param auth null where there is nothing of users
  record Revisions(long revision, long compacted, boolean keeps, Auth auth) {
    private Revisions with(Auth there) {
      return new Revisions(revision, compacted, keeps, there);
    }
  }

  /// @param roles how many follow
  /// @param users likewise
  record Auth(Users.Header header, int roles, int users) {
    /// Null where nothing was ever changed.
    private static Auth of(Users users) {
      if (users.isPristine()) return null;
      return new Auth(users.header(), users.roleCount(), users.userCount());
    }
  }

  /// How many records of each kind follow; of values, how many keys have one.
  record Totals(int keys, int leases, int sessions, int answers) {}

  static void put(ByteWriter out, Header header) {
    out.put(HEADER).put(formatOf(header)).putLong(header.position.appliedIndex);
    out.putLong(header.position.clusterTimeMillis).putLong(header.position.digest);
    KvLimits.State limits = header.limits;
    out.putInt(limits.sessionsMax()).putInt(limits.answersPerSessionMax());
    out.putInt(limits.answersMax()).putLong(limits.idleMillisMax()).putInt(limits.expiriesMax());
    Totals totals = header.totals;
    out.putInt(totals.keys).putInt(totals.sessions).putInt(totals.answers);
    Revisions revisions = header.revisions;
    if (revisions == null) return;
    out.putLong(revisions.revision).putLong(revisions.compacted);
    out.put(revisions.keeps ? 1 : 0).putInt(totals.leases);
    if (revisions.auth != null) put(out, revisions.auth);
    if (header.position.flushMillis > 0) out.put(FLUSH).putLong(header.position.flushMillis);
  }

  static long getFlush(ByteReader in) {
    long millis = in.getLong();
    check(millis > 0, "time of a flush", millis);
    return millis;
  }

  private static int formatOf(Header header) {
    if (header.auth() != null) return USERS;
    if (header.revisions != null) return REVISIONS;
    return header.counts ? COUNTED : UNCOUNTED;
  }

  private static void put(ByteWriter out, Auth auth) {
    AuthCodec.putSigningKey(out.putLong(auth.header.revision()), auth.header.signingKey());
    out.putInt(auth.roles).putInt(auth.users);
  }

  static void put(ByteWriter out, Role role) {
    AuthCodec.put(out.put(ROLE), role);
  }

  static void put(ByteWriter out, User user) {
    AuthCodec.put(out.put(USER), user);
  }

  static void put(ByteWriter out, Leases.Lease lease) {
    out.put(LEASE).putLong(lease.number).putLong(lease.ttlMillis).putLong(lease.deadlineMillis);
  }

  static void putEnd(ByteWriter out, long nodes) {
    out.put(END).putLong(nodes);
  }

  /// A value, a former value or a removal, as the header's format has it.
  static void put(ByteWriter out, Header header, Keyspace keys, int node) {
    NodeTable nodes = keys.nodes;
    if (header.revisions == null) {
      Term term = keys.term(node);
      out.put(VALUE).putLong(nodes.revision(node));
      if (header.counts) out.putLong(nodes.changes(node));
      out.putLong(term == null ? 0 : term.ttl).putLong(term == null ? 0 : term.deadlineMillis);
      out.putBytes(keys.key(node)).putBytes(keys.value(node));
      return;
    }
    if (!keys.hasValue(node)) {
      out.put(REMOVAL).putLong(nodes.revision(node)).putBytes(keys.key(node));
      return;
    }
    out.put(keys.history.isFormer(node) ? FORMER : PRESENT).putLong(nodes.revision(node));
    out.putLong(nodes.created(node)).putLong(nodes.changesAndMarks(node));
    out.putInt(nodes.flags(node));
    put(out, keys.term(node));
    out.putBytes(keys.key(node)).putBytes(keys.value(node));
  }

  private static void put(ByteWriter out, Term term) {
    if (term == null) out.put(0);
    else if (term.lease == 0) out.put(1).putLong(term.ttl).putLong(term.deadlineMillis);
    else out.put(2).putLong(term.lease);
  }

  /// A value as it stands in a snapshot.
  ///
  /// @param value null for a removal
  /// @param term null for none
  record Value(Bytes key, Bytes value, int flags, KeyValue.Revisions revisions, Term term) {}

  static void put(ByteWriter out, Sessions.Session session) {
    out.put(SESSION).putLong(session.version).putLong(session.usedMillis);
    out.putLong(session.highestForgotten).putBytes(session.client);
  }

  static void put(ByteWriter out, Sessions.Answer answer) {
    out.put(ANSWER).putLong(answer.version);
    CommandCodec.put(out, answer.id);
    CommandCodec.put(out, answer.result());
  }

  static Header getHeader(ByteReader in) {
    int format = in.get();
    if (format < UNCOUNTED || format > USERS)
      throw new MalformedException(
          "snapshot of format %d, known are %d to %d".formatted(format, UNCOUNTED, USERS));
    long index = in.getLong();
    long time = in.getLong();
    long digest = in.getLong();
    check(index >= 0, "applied index", index);
    check(time >= 0 && time <= Envelope.CLUSTER_TIME_MILLIS_MAX, "cluster time", time);
    KvLimits.State limits = getLimits(in);
    int keys = in.getInt();
    int sessions = in.getInt();
    int answers = in.getInt();
    check(keys >= 0, "number of keys", keys);
    check(sessions >= 0 && sessions <= limits.sessionsMax(), "number of sessions", sessions);
    check(answers >= 0 && answers <= limits.answersMax(), "number of answers", answers);
    Revisions revisions = format >= REVISIONS ? getRevisions(in) : null;
    int leases = format >= REVISIONS ? in.getInt() : 0;
    check(leases >= 0 && leases <= KvLimits.LEASES_MAX, "number of leases", leases);
    if (format == USERS) revisions = revisions.with(getAuth(in));
    Position position = new Position(index, time, digest, 0);
    Totals totals = new Totals(keys, leases, sessions, answers);
    return new Header(format >= COUNTED, position, revisions, limits, totals);
  }

  private static Revisions getRevisions(ByteReader in) {
    long revision = in.getLong();
    long compacted = in.getLong();
    int keeps = in.get();
    check(revision >= 0, "revision", revision);
    check(keeps <= 1, "kept history", keeps);
    boolean fits = compacted >= 0 && compacted <= revision;
    check(fits && (keeps == 1 || compacted == revision), "compacted revision", compacted);
    return new Revisions(revision, compacted, keeps == 1, null);
  }

  private static Auth getAuth(ByteReader in) {
    long revision = in.getLong();
    Bytes signingKey = AuthCodec.getSigningKey(in);
    int roles = in.getInt();
    int users = in.getInt();
    check(revision > 1, "auth revision", revision);
    check(roles >= 0 && roles <= KvLimits.ROLES_MAX, "number of roles", roles);
    check(users >= 0 && users <= KvLimits.USERS_MAX, "number of users", users);
    return new Auth(new Users.Header(revision, signingKey), roles, users);
  }

  private static KvLimits.State getLimits(ByteReader in) {
    int sessionsMax = in.getInt();
    int answersPerSessionMax = in.getInt();
    int answersMax = in.getInt();
    long idleMillisMax = in.getLong();
    int expiriesMax = in.getInt();
    try {
      return new KvLimits.State(
          sessionsMax, answersPerSessionMax, answersMax, idleMillisMax, expiriesMax);
    } catch (IllegalArgumentException e) {
      throw new MalformedException("snapshot's limits: " + e.getMessage());
    }
  }

  static Leases.Lease getLease(ByteReader in) {
    long number = in.getLong();
    long ttl = in.getLong();
    long deadline = in.getLong();
    check(number != 0, "lease", number);
    check(ttl >= 1 && ttl <= Operation.LEASE_MILLIS_MAX, "lease's time to live", ttl);
    check(deadline >= ttl, "lease's deadline", deadline);
    return new Leases.Lease(number, ttl, deadline);
  }

  static Value getValue(ByteReader in, boolean counts) {
    long revision = in.getLong();
    long changes = counts ? in.getLong() : 1;
    check(changes >= 1 && changes <= revision, "number of changes", changes);
    Term term = getOwnTerm(in);
    Bytes key = CommandCodec.getKey(in);
    var revisions = new KeyValue.Revisions(revision - changes + 1, revision, changes);
    return new Value(key, CommandCodec.getValue(in), 0, revisions, term);
  }

  /// Null for a value without an end.
  private static Term getOwnTerm(ByteReader in) {
    long ttl = in.getLong();
    long deadline = in.getLong();
    check(TimeToLive.isValid(ttl), "time to live", ttl);
    boolean fits = ttl < 0 ? deadline == Long.MAX_VALUE : deadline >= ttl;
    check(ttl == 0 ? deadline == 0 : fits, "deadline", deadline);
    return ttl == 0 ? null : new Term(ttl, deadline, 0);
  }

  /// A value or former value of format 3.
  static Value getValueWithHistory(ByteReader in) {
    long revision = in.getLong();
    long created = in.getLong();
    long changes = in.getLong();
    int flags = in.getInt();
    check(created >= 1 && created <= revision, "created revision", created);
    check(NodeTable.changesOf(changes) >= 1, "number of changes", changes);
    Term term = getTerm(in);
    Bytes key = CommandCodec.getKey(in);
    var revisions = new KeyValue.Revisions(created, revision, changes);
    return new Value(key, CommandCodec.getValue(in), flags, revisions, term);
  }

  private static Term getTerm(ByteReader in) {
    int kind = in.get();
    return switch (kind) {
      case 0 -> null;
      case 1 -> getOwnTerm(in);
      case 2 -> {
        long lease = in.getLong();
        check(lease != 0, "lease", lease);
        yield new Term(0, 0, lease);
      }
      default -> throw new MalformedException("snapshot's terms of kind " + kind);
    };
  }

  static Value getRemoval(ByteReader in) {
    long revision = in.getLong();
    Bytes key = CommandCodec.getKey(in);
    return new Value(key, null, 0, new KeyValue.Revisions(0, revision, 0), null);
  }

  static Sessions.Session getSession(ByteReader in) {
    long version = in.getLong();
    long used = in.getLong();
    long forgotten = in.getLong();
    check(used >= 0, "last use", used);
    check(forgotten >= -1, "highest forgotten", forgotten);
    Bytes client = in.getBytes(KvLimits.CLIENT_BYTES_MAX);
    Sessions.Session session = new Sessions.Session(client);
    session.version = version;
    session.usedMillis = used;
    session.highestForgotten = forgotten;
    return session;
  }

  static Sessions.Answer getAnswer(ByteReader in) {
    long version = in.getLong();
    RequestId id = CommandCodec.getRequestId(in);
    if (id == null) throw new MalformedException("an answer without a request");
    Result result = CommandCodec.getResult(in);
    boolean isRead =
        result instanceof Result.Found
            || result instanceof Result.Ranged
            || result instanceof Result.Leased
            || result instanceof Result.LeaseList
            || result instanceof Result.OfUsers && !(result instanceof Result.UsersChanged);
    if (isRead) throw new MalformedException("a read among the answers");
    Sessions.Answer answer = new Sessions.Answer(id, result);
    answer.version = version;
    return answer;
  }

  static void check(boolean holds, String what, long value) {
    if (!holds) throw new MalformedException("snapshot's " + what + " is " + value);
  }
}
