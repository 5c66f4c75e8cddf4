package io.jangada.node;

import io.jangada.kv.KvStore;
import java.util.List;
import java.util.function.BiConsumer;
import java.util.function.BooleanSupplier;

/// What waits at a member that does not lead: requests that are passed on to the leader or held
/// until one is known, and reads that are served here once the leader was asked. And at one that
/// leads, commands that wait until it takes some.
final class AwaitingLeader {
  private static final long NANOS_PER_MILLI = 1_000_000;

  /// Whom to ask: the leader of a term, as this member knows it.
  record Question(int from, int leader, long term) {}

  private final FollowerPolicy followers;
  private final Forwarding forwarding;
  private final Held held;
  private final FollowerReads reads;

  /// @param life a number of this life of this member alone
  /// @param answersPerSession how many answers the state machine remembers for a client
  AwaitingLeader(ReplicaSettings settings, long life, int answersPerSession, ReplicaStats counts) {
    this.followers = settings.followers();
    int countMax = settings.inbox().requestsMax();
    long bytesMax = settings.inbox().requestBytesMax();
    long retryNanos = settings.retryMillis() * NANOS_PER_MILLI;
    this.held = new Held(countMax, bytesMax);
    this.reads =
        new FollowerReads(new FollowerReads.Settings(life, countMax, bytesMax, retryNanos), counts);
    this.forwarding =
        new Forwarding(
            new Forwarding.Settings(
                life,
                countMax,
                bytesMax,
                retryNanos,
                settings.raft().limits().messageBytesMax(),
                answersPerSession));
  }

  int size() {
    return forwarding.size() + held.size() + reads.size();
  }

  /// What these take, about.
  long bytes() {
    return forwarding.bytes() + held.bytes() + reads.bytes();
  }

  /// A request that had no effect so far.
  void add(Event.Submit submit, long nowNanos, long deadlineNanos) {
    switch (followers) {
      case FORWARD -> forwarding.add(submit, nowNanos, deadlineNanos);
      case HOLD -> held.add(submit, deadlineNanos);
    }
  }

  /// A read that may be served here.
  void add(Event.Read read, long nowNanos, long deadlineNanos) {
    reads.add(read, nowNanos, deadlineNanos);
  }

  void answered(PeerMessage.ForwardReply message, long nowNanos) {
    for (PeerMessage.Reply reply : message.replies()) forwarding.answered(reply, nowNanos);
  }

  void answered(PeerMessage.ReadIndexReply reply) {
    reads.answered(reply.number(), reply.index());
  }

  /// Another member leads, or in another term.
  void leaderChanged(long nowNanos) {
    forwarding.leaderChanged(nowNanos);
    reads.leaderChanged();
  }

  /// Whether requests wait that may be commands: one that comes later must not overtake them.
  boolean isHolding() {
    return forwarding.size() > 0 || held.size() > 0;
  }

  /// This member leads: it serves all of it, but for what may be a command, as long as it takes
  /// any.
  ///
  /// @param serve gets a request, and when it is answered at the latest
  void lead(BooleanSupplier takesCommands, BiConsumer<Event.Submit, Long> serve) {
    reads.takeAll(serve);
    while (forwarding.size() > 0 && takesCommands.getAsBoolean()) {
      Forwarding.Taken first = forwarding.take();
      serve.accept(first.submit(), first.deadlineNanos());
    }
    while (held.size() > 0 && takesCommands.getAsBoolean()) {
      Held.Request first = held.take();
      serve.accept(first.submit(), first.deadlineNanos());
    }
  }

  /// Another member leads: it is asked for what is due, and named to those who were held.
  void ask(Question whom, long nowNanos, Transport transport) {
    if (forwarding.size() > 0) {
      List<PeerMessage.Request> due;
      while (!(due = forwarding.due(nowNanos)).isEmpty())
        transport.send(new PeerMessage.Forward(whom.from, whom.leader, whom.term, due));
    }
    name(whom.leader);
    if (reads.isDue(nowNanos)) {
      long number = reads.ask(nowNanos);
      transport.send(new PeerMessage.AskReadIndex(whom.from, whom.leader, whom.term, number));
    }
  }

  /// Names the leader to those who were held.
  void name(int leader) {
    while (held.size() > 0) held.take().submit().reply().accept(new Outcome.NotLeader(leader));
  }

  /// Answers the reads that the state has come far enough for.
  void serve(KvStore kv) {
    reads.serve(kv);
  }

  /// Answers what waited too long.
  ///
  /// @param leader who could be asked instead
  void expire(long nowNanos, int leader, KvStore kv) {
    forwarding.expire(nowNanos, leader, kv);
    held.expire(nowNanos);
    reads.expire(nowNanos, leader);
  }

  /// The replica stops.
  void abandon() {
    forwarding.abandon();
    held.abandon();
    reads.abandon();
  }
}
