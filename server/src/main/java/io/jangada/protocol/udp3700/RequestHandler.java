package io.jangada.protocol.udp3700;

import io.jangada.bytes.Bytes;
import io.jangada.codec.Json;
import io.jangada.kv.CommandCodec;
import io.jangada.kv.RequestId;
import io.jangada.kv.Result;
import io.jangada.node.Outcome;
import io.jangada.node.Replica;
import io.jangada.raft.Entry;
import io.jangada.raft.Membership;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.HashSet;
import java.util.Set;

/// Serves the clients' requests.
///
/// **Who answers.** A get is answered by the replica that serves it. A put is answered by the
/// replica that leads when it applies the put's entry, be it one that an earlier leader made: that
/// one may be gone, and otherwise it stays silent, and says `redirect` only where its entry was
/// truncated and can never be committed. Votes say how far their voter knows the log to be
/// committed, and up to there an earlier leader has answered. So a put gets one reply, except where
/// a leader ends, or loses leadership, after it answered and before any replica that the next
/// leader hears knew that the entry is committed; then that one answers again, for it cannot know.
///
/// **Copies.** While a request is open here, another with its MID is not looked at. A put that is
/// done is answered and not done again; a request that was refused stays refused.
///
/// **A leader that may be gone.** A client whose leader has ended asks any replica. To name the
/// same leader again would have it ask again at once, and again, until the others have noticed. So
/// a request that names the very leader which this replica would name is held until that leader
/// sends a message, or another leads.
///
/// **Many at once.** All that was held is redirected when a leader is found. A burst of some 250
/// datagrams fills the buffer of a socket of the usual size, and what does not fit is lost, with no
/// part that would ask for it again: so a few go at a time.
final class RequestHandler {
  /// How many requests are turned away within [#TURN_NANOS], at most.
  static final int TURN_REQUESTS_MAX = 32;

  static final long TURN_NANOS = 1_000_000;

  /// Requests that may wait for a sign of the leader; beyond, `fail`.
  static final int DOUBTED_MAX = 4_096;

  private final ReplicaIds ids;
  private final DatagramBatch out;
  private final RateLimitedLog remarks;
  private final Set<RequestId> open = new HashSet<>();
  private final RecentOutcomes recentOutcomes = new RecentOutcomes();
  private final ArrayDeque<Request> doubted = new ArrayDeque<>();
  private final ArrayDeque<Request> notServed = new ArrayDeque<>();
  private int doubtedLeader = Membership.NONE;
  private long turnNanos;
  private int turnRequests;
  private long knownElsewhere;
  private Replica replica;

  RequestHandler(ReplicaIds ids, DatagramBatch out, RateLimitedLog remarks) {
    this.ids = ids;
    this.out = out;
    this.remarks = remarks;
  }

  /// @param replica which passes the entries that it applies to this handler
  void serve(Replica replica) {
    this.replica = replica;
  }

  /// How many requests wait for their reply.
  int openRequests() {
    return open.size();
  }

  /// Takes a request.
  ///
  /// @throws io.jangada.bytes.MalformedException when it is none
  void receive(String type, Json.Obj datagram) {
    Request request = Request.of(type, datagram);
    if (open.contains(request.id())) return;
    switch (recentOutcomes.of(request.id())) {
      case DONE -> out.reply(request.reply(DatagramReply.Type.OK, null));
      case REFUSED -> out.reply(request.reply(DatagramReply.Type.FAIL, null));
      case null -> {
        open.add(request.id());
        if (namesWhomWeWould(request)) doubt(request);
        else submit(request);
      }
    }
  }

  private boolean namesWhomWeWould(Request request) {
    int leader = replica.raft().leader();
    return leader != Membership.NONE
        && leader != ids.own()
        && ids.id(leader).equals(request.leader());
  }

  private void doubt(Request request) {
    doubtedLeader = replica.raft().leader();
    if (doubted.size() < DOUBTED_MAX) doubted.add(request);
    else refuse(request, DatagramReply.Type.FAIL);
  }

  /// A message of a peer came.
  void recordContact(int peer) {
    if (peer == doubtedLeader) submitDoubted();
  }

  /// To be called at the end of each cycle.
  void finish(long nowNanos) {
    if (nowNanos - turnNanos >= TURN_NANOS) {
      turnNanos = nowNanos;
      turnRequests = 0;
    }
    for (; turnRequests < TURN_REQUESTS_MAX && !notServed.isEmpty(); turnRequests++)
      turnAway(notServed.remove());
    if (replica.raft().leader() != doubtedLeader) submitDoubted();
  }

  /// When [#finish] has more to do, though nothing comes; `Long.MAX_VALUE` for never.
  long nextNanos() {
    return notServed.isEmpty() ? Long.MAX_VALUE : turnNanos + TURN_NANOS;
  }

  /// The request surely was not and will not be served here. A copy of a put that another replica
  /// took may have been, and answered there: this is looked at only now, for what was applied after
  /// the entry that replaced it shows that.
  private void turnAway(Request request) {
    if (request.isPut() && recentOutcomes.of(request.id()) == RecentOutcomes.Fate.DONE)
      open.remove(request.id());
    else if (replica.raft().leader() == Membership.NONE) submit(request);
    else refuse(request, DatagramReply.Type.REDIRECT);
  }

  private void submitDoubted() {
    for (Request request; (request = doubted.poll()) != null; ) submit(request);
  }

  private void submit(Request request) {
    RequestId id = request.isPut() ? request.id() : null;
    replica.submit(request.operation(), id, outcome -> ended(request, outcome));
  }

  /// Another replica knew that the log is committed up to this index.
  void knownElsewhere(long index) {
    knownElsewhere = Math.max(knownElsewhere, index);
  }

  /// An entry is applied: the leader replies to its client. Returns whether this replica did now.
  boolean applied(Entry entry) {
    if (entry.kind() != Entry.Kind.COMMAND) return false;
    RequestId id = CommandCodec.decodeEnvelope(entry.data()).requestId();
    if (!(id instanceof RequestId.Named(Bytes client, Bytes mid)) || !recentOutcomes.done(id))
      return false;
    if (!replica.raft().isLeader() || wasAnswered(entry)) return false;
    out.reply(
        new DatagramReply(
            DatagramReply.Type.OK,
            new String(client.toArray(), StandardCharsets.US_ASCII),
            mid,
            null));
    return true;
  }

  private boolean wasAnswered(Entry entry) {
    return entry.term() < replica.raft().term() && entry.index() <= knownElsewhere;
  }

  private void ended(Request request, Outcome outcome) {
    switch (outcome) {
      case Outcome.Done(Result result) -> {
        open.remove(request.id());
        if (!request.isPut()) out.reply(request.reply(DatagramReply.Type.OK, value(result)));
      }
      case Outcome.NotLeader _ -> notServed.add(request);
      case Outcome.Busy(String reason) -> {
        remarks.write("failed a request: " + reason);
        refuse(request, DatagramReply.Type.FAIL);
      }
      case Outcome.NoMemory() -> {
        remarks.write("failed a put: " + Outcome.NoMemory.REASON);
        refuse(request, DatagramReply.Type.FAIL);
      }
      case Outcome.Refused(String reason) -> throw new IllegalStateException(reason);
      case Outcome.Unknown() -> {
        open.remove(request.id());
        if (request.isPut()) remarks.write("outcome unknown: a put of " + request.client());
        else refuse(request, DatagramReply.Type.FAIL);
      }
    }
  }

  private void refuse(Request request, DatagramReply.Type type) {
    open.remove(request.id());
    recentOutcomes.refused(request.id());
    out.reply(request.reply(type, null));
  }

  private static Bytes value(Result result) {
    return switch (result) {
      case Result.Found(Bytes value, long _, long _, long _, long _) -> value;
      case Result.NotFound() -> NO_VALUE;
      case Result.Written _,
          Result.Exists _,
          Result.Mismatch _,
          Result.Deleted _,
          Result.Expired _,
          Result.Forgotten _,
          Result.Advanced _,
          Result.Refused _ ->
          throw new IllegalStateException("a get ended as " + result);
    };
  }

  private static final Bytes NO_VALUE = Bytes.utf8("\"\"");
}
