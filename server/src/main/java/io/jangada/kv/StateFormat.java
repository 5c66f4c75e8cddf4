package io.jangada.kv;

import io.jangada.bytes.ByteReader;
import io.jangada.bytes.ByteWriter;
import io.jangada.bytes.Bytes;
import io.jangada.bytes.MalformedException;
import io.jangada.kv.memory.Node;
import io.jangada.kv.memory.Slab;

/// A snapshot as bytes.
///
/// A snapshot is a list of chunks, a chunk is a list of whole records, and a record begins with its
/// kind, one byte. First comes one header, then all values, then all sessions, then all answers,
/// each in ascending order of version. A chunk ends with the first record that brings it to
/// [KvLimits#CHUNK_BYTES], so its length passes that by less than one record.
///
/// ```
/// header   1 format (1 or 2) applied index (8) cluster time (8) digest (8)
///            sessionsMax (4) answersPerSessionMax (4) answersMax (4) idleMillisMax (8)
///            expiriesMax (4)
///            values (4) sessions (4) answers (4)
/// value    2 version (8) changes (8, in format 2 alone) ttl (8) deadline (8) key value
/// session  3 version (8) last used (8) highest forgotten (8) client
/// answer   4 version (8) request id, result
/// ```
///
/// Format 2 is that of a store that counts changes, and format 1 that of one which does not: there
/// every key has 1.
///
/// Byte strings, request ids and results are as in [CommandCodec]. The bytes follow from the state
/// alone, and the state from the log: any member makes the same ones for the same applied index.
/// There is no checksum here: the parts that store or send chunks have one over them.
final class StateFormat {
  private static final int UNCOUNTED = 1;
  private static final int COUNTED = 2;

  static final int HEADER = 1;
  static final int VALUE = 2;
  static final int SESSION = 3;
  static final int ANSWER = 4;

  private StateFormat() {}

  /// What is known of the whole, and how much is to come.
  ///
  /// @param counts whether changes are counted
  record Header(boolean counts, Position position, KvLimits.State limits, Totals totals) {
    static Header of(KvStore store) {
      return new Header(
          store.counts(),
          new Position(store.appliedIndex(), store.clusterTimeMillis(), store.digest()),
          store.limits().state(),
          new Totals(store.size(), store.sessionCount(), store.answerCount()));
    }
  }

  /// Up to where the log is applied, and what it came to.
  record Position(long appliedIndex, long clusterTimeMillis, long digest) {}

  /// How many records of each kind follow.
  record Totals(int values, int sessions, int answers) {}

  static void put(ByteWriter out, Header header) {
    out.put(HEADER).put(header.counts ? COUNTED : UNCOUNTED).putLong(header.position.appliedIndex);
    out.putLong(header.position.clusterTimeMillis).putLong(header.position.digest);
    KvLimits.State limits = header.limits;
    out.putInt(limits.sessionsMax()).putInt(limits.answersPerSessionMax());
    out.putInt(limits.answersMax()).putLong(limits.idleMillisMax()).putInt(limits.expiriesMax());
    Totals totals = header.totals;
    out.putInt(totals.values).putInt(totals.sessions).putInt(totals.answers);
  }

  /// A value as it stands in a snapshot.
  record Value(Bytes key, Bytes value, long version, long changes, Lifetime lifetime) {}

  /// @param ttl the time to live that was given; see [TimeToLive]
  record Lifetime(long ttl, long deadlineMillis) {}

  static void put(ByteWriter out, Node node, Slab cells, boolean counts) {
    out.put(VALUE).putLong(node.version);
    if (counts) out.putLong(node.changes);
    out.putLong(node.ttl()).putLong(node.deadlineMillis());
    out.putBytes(cells.key(node.cell)).putBytes(cells.value(node.cell));
  }

  static void put(ByteWriter out, Sessions.Session session) {
    out.put(SESSION).putLong(session.version).putLong(session.usedMillis);
    out.putLong(session.highestForgotten).putBytes(session.client);
  }

  static void put(ByteWriter out, Sessions.Answer answer) {
    out.put(ANSWER).putLong(answer.version);
    CommandCodec.put(out, answer.id);
    CommandCodec.put(out, answer.result);
  }

  static Header getHeader(ByteReader in) {
    int format = in.get();
    if (format < UNCOUNTED || format > COUNTED)
      throw new MalformedException(
          "snapshot of format %d, known are %d and %d".formatted(format, UNCOUNTED, COUNTED));
    long index = in.getLong();
    long time = in.getLong();
    long digest = in.getLong();
    check(index >= 0, "applied index", index);
    check(time >= 0 && time <= Envelope.CLUSTER_TIME_MILLIS_MAX, "cluster time", time);
    KvLimits.State limits = getLimits(in);
    int values = in.getInt();
    int sessions = in.getInt();
    int answers = in.getInt();
    check(values >= 0, "number of values", values);
    check(sessions >= 0 && sessions <= limits.sessionsMax(), "number of sessions", sessions);
    check(answers >= 0 && answers <= limits.answersMax(), "number of answers", answers);
    Position position = new Position(index, time, digest);
    Totals totals = new Totals(values, sessions, answers);
    return new Header(format == COUNTED, position, limits, totals);
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

  static Value getValue(ByteReader in, boolean counts) {
    long version = in.getLong();
    long changes = counts ? in.getLong() : 1;
    check(changes >= 1, "number of changes", changes);
    long ttl = in.getLong();
    long deadline = in.getLong();
    check(TimeToLive.isValid(ttl), "time to live", ttl);
    boolean fits = ttl < 0 ? deadline == Long.MAX_VALUE : deadline >= ttl;
    check(ttl == 0 ? deadline == 0 : fits, "deadline", deadline);
    Bytes key = CommandCodec.getKey(in);
    Lifetime lifetime = new Lifetime(ttl, deadline);
    return new Value(key, CommandCodec.getValue(in), version, changes, lifetime);
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
    if (result instanceof Result.Found) throw new MalformedException("a read among the answers");
    Sessions.Answer answer = new Sessions.Answer(id, result);
    answer.version = version;
    return answer;
  }

  static void check(boolean holds, String what, long value) {
    if (!holds) throw new MalformedException("snapshot's " + what + " is " + value);
  }
}
