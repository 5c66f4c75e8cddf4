package io.jangada.kv;

import io.jangada.bytes.Bytes;
import io.jangada.kv.memory.ListNode;
import io.jangada.kv.memory.VersionList;
import java.util.HashMap;

/// What clients asked lately and what they were answered, so that a request sent again is done
/// once.
///
/// A session begins with a client's first request and ends, with all it remembers, in one of three
/// ways: it was not used for [KvLimits.State#idleMillisMax] of cluster time; there were more than
/// [KvLimits.State#sessionsMax] of them and it was the least recently used; or all of them together
/// remembered more than [KvLimits.State#answersMax] answers and it was the least recently used. A
/// session remembers its last [KvLimits.State#answersPerSessionMax] answers and the highest number
/// it has forgotten.
///
/// All of it follows from the log alone: last use goes by log index, age by cluster time.
final class Sessions {
  /// How many idle sessions one command ends at most: a bound on what a long gap can cost at once.
  private static final int IDLE_ENDED_MAX = 16;

  /// A session's size with its place in a table, its name apart; and an answer's with its id, its
  /// result and its place in a table, a name apart.
  private static final int SESSION_BYTES = 64 + 44;

  private static final int ANSWER_BYTES = 48 + 24 + 32 + 44;

  /// What a name, or a result with values, takes beside its bytes: two objects, and what rounding
  /// adds.
  private static final int NAME_BYTES = 24 + 16 + 4;

  /// A client, as of its last use.
  static final class Session extends ListNode<Session> {
    final Bytes client;
    long usedMillis;
    long highestForgotten = -1;
    int answers;
    Answer first;
    Answer last;

    Session(Bytes client) {
      this.client = client;
    }

    private Session(Session former) {
      client = former.client;
      highestForgotten = former.highestForgotten;
      answers = former.answers;
      first = former.first;
      last = former.last;
    }
  }

  /// A request and what it was answered; its version is the index of its entry.
  static final class Answer extends ListNode<Answer> {
    final RequestId id;

    /// A small result; null for one with values.
    private final Result small;

    /// The bytes of a result with values, which would be many objects; null for a small one.
    private final Bytes encoded;

    Answer nextInSession;

    Answer(RequestId id, Result result) {
      boolean isSmall = CommandCodec.sizeOf(result) == 0;
      this.id = id;
      this.small = isSmall ? result : null;
      this.encoded = isSmall ? null : CommandCodec.encode(result).compact();
    }

    private Answer(RequestId id, Answer other) {
      this.id = id;
      this.small = other.small;
      this.encoded = other.encoded;
    }

    Result result() {
      return small != null ? small : CommandCodec.decodeResult(encoded);
    }
  }

  private final KvLimits.State limits;
  private long memoryBytes;
  private final HashMap<Bytes, Session> byClient = new HashMap<>();
  private final HashMap<RequestId, Answer> byRequest = new HashMap<>();
  final VersionList<Session> sessions = new VersionList<>(gone -> memoryBytes -= sizeOf(gone));
  final VersionList<Answer> answers = new VersionList<>(gone -> memoryBytes -= sizeOf(gone));

  Sessions(KvLimits.State limits) {
    this.limits = limits;
  }

  int sessionCount() {
    return byClient.size();
  }

  int answerCount() {
    return byRequest.size();
  }

  /// What all of it takes in memory, about.
  long memoryBytes() {
    return memoryBytes;
  }

  private static long sizeOf(Session session) {
    return SESSION_BYTES + NAME_BYTES + session.client.length();
  }

  private static long sizeOf(Answer answer) {
    long result = answer.encoded == null ? 0 : (long) NAME_BYTES + answer.encoded.length();
    return switch (answer.id) {
      case RequestId.Numbered _ -> ANSWER_BYTES + result;
      case RequestId.Named(Bytes _, Bytes name) ->
          ANSWER_BYTES + NAME_BYTES + name.length() + result;
    };
  }

  int supersededCount() {
    return sessions.supersededCount() + answers.supersededCount();
  }

  void open(long bound) {
    sessions.open(bound);
    answers.open(bound);
  }

  void close() {
    sessions.close();
    answers.close();
  }

  void sweep(int nodesMax) {
    sessions.sweep(nodesMax);
    answers.sweep(nodesMax);
  }

  /// Notes that the client asks for something at this index, and gives its session.
  Session use(Bytes client, long index, long clusterTimeMillis) {
    Session session = byClient.get(client);
    if (session != null && idle(session, clusterTimeMillis)) {
      end(session);
      session = null;
    }
    if (session == null) {
      session = new Session(client);
      byClient.put(client, session);
    } else {
      Session former = session;
      // The reader of a snapshot shall see the session as it was: then it stays, and a copy goes
      // on.
      if (sessions.awaited(former)) {
        session = new Session(former);
        byClient.put(client, session);
      }
      sessions.retire(former);
    }
    session.version = index;
    session.usedMillis = clusterTimeMillis;
    append(session);
    if (byClient.size() > limits.sessionsMax()) end(sessions.oldest());
    return session;
  }

  /// The answer that this request got before, or null.
  Result answerTo(RequestId id) {
    Answer answer = byRequest.get(id);
    return answer == null ? null : answer.result();
  }

  /// Whether the request, which has no answer here, may be one whose answer was forgotten.
  static boolean maybeForgotten(Session session, RequestId id) {
    return switch (id) {
      case RequestId.Numbered(Bytes _, long sequence) -> sequence <= session.highestForgotten;
      case RequestId.Named _ -> false;
    };
  }

  /// Whether a request may have been done already, going by what is remembered of its client.
  boolean mayHaveDone(RequestId id, long clusterTimeMillis) {
    Session session = byClient.get(id.client());
    if (session == null || idle(session, clusterTimeMillis)) return false;
    return byRequest.containsKey(id) || maybeForgotten(session, id);
  }

  /// Keeps the answer to a request that was done at this index. Of one with very large values it is
  /// only kept that it was done: a few clients would take all memory with them.
  void remember(Session session, RequestId id, Result result, long index) {
    boolean isLarge = CommandCodec.sizeOf(result) > KvLimits.ANSWER_BYTES_MAX;
    Result kept = isLarge ? Result.Forgotten.INSTANCE : result;
    Answer answer = new Answer(withClient(id, session.client), kept);
    answer.version = index;
    link(session, answer);
    if (session.answers > limits.answersPerSessionMax()) forgetFirst(session);
    while (byRequest.size() > limits.answersMax()) end(sessions.oldest());
  }

  /// Ends some of the sessions that have been idle for too long.
  void endIdle(long clusterTimeMillis) {
    for (int i = 0; i < IDLE_ENDED_MAX; i++) {
      Session session = sessions.oldest();
      if (session == null || !idle(session, clusterTimeMillis)) return;
      end(session);
    }
  }

  /// Takes a session from a snapshot; false if its client has one already.
  boolean restore(Session session) {
    if (byClient.putIfAbsent(session.client, session) != null) return false;
    append(session);
    return true;
  }

  private void append(Session session) {
    sessions.append(session);
    memoryBytes += sizeOf(session);
  }

  /// Takes an answer from a snapshot; false if its client has no session or it is there already.
  boolean restore(Answer answer) {
    Session session = byClient.get(answer.id.client());
    if (session == null || byRequest.containsKey(answer.id)) return false;
    if (session.answers == limits.answersPerSessionMax()) return false;
    Answer shared = new Answer(withClient(answer.id, session.client), answer);
    shared.version = answer.version;
    link(session, shared);
    return true;
  }

  private void link(Session session, Answer answer) {
    byRequest.put(answer.id, answer);
    answers.append(answer);
    memoryBytes += sizeOf(answer);
    if (session.last == null) session.first = answer;
    else session.last.nextInSession = answer;
    session.last = answer;
    session.answers++;
  }

  private void forgetFirst(Session session) {
    Answer answer = session.first;
    // There is always a next one: an answer is forgotten because another has just come.
    session.first = answer.nextInSession;
    session.answers--;
    if (answer.id instanceof RequestId.Numbered(Bytes _, long sequence))
      session.highestForgotten = Math.max(session.highestForgotten, sequence);
    byRequest.remove(answer.id);
    answers.retire(answer);
  }

  private void end(Session session) {
    for (Answer answer = session.first; answer != null; answer = answer.nextInSession) {
      byRequest.remove(answer.id);
      answers.retire(answer);
    }
    byClient.remove(session.client);
    sessions.retire(session);
  }

  private boolean idle(Session session, long clusterTimeMillis) {
    return clusterTimeMillis - session.usedMillis >= limits.idleMillisMax();
  }

  /// The same id over the session's own copy of the client's name, so that it is kept once.
  private static RequestId withClient(RequestId id, Bytes client) {
    return switch (id) {
      case RequestId.Numbered(Bytes _, long sequence) -> new RequestId.Numbered(client, sequence);
      case RequestId.Named(Bytes _, Bytes name) -> new RequestId.Named(client, name);
    };
  }
}
