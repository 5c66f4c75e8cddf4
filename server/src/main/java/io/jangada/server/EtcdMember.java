package io.jangada.server;

import io.jangada.bytes.Bytes;
import io.jangada.node.Outcome;
import io.jangada.node.PeerMessage;
import io.jangada.node.Replica;
import io.jangada.node.Status;
import io.jangada.protocol.etcd.Member;
import io.jangada.protocol.etcd.MemberChange;
import io.jangada.protocol.etcd.MemberChange.End;
import io.jangada.protocol.etcd.MemberChange.Kind;
import io.jangada.raft.Membership;
import io.jangada.raft.SnapshotMeta;
import java.util.Optional;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;

/// The server as etcd's clients know it. Changes of members that they ask for are made by the
/// leader, one at a time; a server that does not lead passes them on.
///
/// It also has the server recorded in the membership, with its name and where clients reach it,
/// when the membership says something else of it.
final class EtcdMember implements Member, AutoCloseable {
  private static final int CHANGES_MAX = 64;
  private static final long REPLY_MILLIS_MAX = 7_000;
  private static final long PUBLISH_MILLIS = 100;
  private static final long PUBLISH_MILLIS_MAX = 30_000;

  /// @param messages to the other members
  record Parts(
      ReplicaQueries queries,
      AdminCommands admin,
      Addresses addresses,
      StatusJson report,
      AdminMessages messages) {}

  private final int id;
  private final Replica replica;
  private final Parts parts;
  private final EtcdPlaces places;
  private final MemberPlans plans;
  private final AtomicInteger waiting = new AtomicInteger();
  private final ScheduledThreadPoolExecutor thread;
  private long pauseMillis = PUBLISH_MILLIS;

  EtcdMember(int id, Replica replica, EtcdPlaces places, Parts parts) {
    this.id = id;
    this.replica = replica;
    this.places = places;
    this.parts = parts;
    this.plans = new MemberPlans(parts.addresses, places);
    this.thread =
        new ScheduledThreadPoolExecutor(
            1, task -> Thread.ofPlatform().name("members-" + id).daemon(true).unstarted(task));
    thread.setExecuteExistingDelayedTasksAfterShutdownPolicy(false);
  }

  @Override
  public Place placeOf(int member) {
    return places.of(member);
  }

  @Override
  public Bytes descriptionOf(SnapshotMeta snapshot) {
    return parts.report.backup(snapshot).json().canonical();
  }

  // ---- changes ----

  @Override
  public void change(MemberChange change, Consumer<End> reply) {
    Consumer<Status> begin =
        status -> {
          int leader = status.role().leader();
          if (status.isLeader()) reply.accept(make(status, change));
          else if (change instanceof MemberChange.Lead) reply.accept(End.of(Kind.NOT_LEADER, id));
          else if (leader == Membership.NONE) reply.accept(End.of(Kind.NO_LEADER, id));
          else askLeader(leader, change, reply);
        };
    inTurn(begin, reply);
  }

  /// Has something done when changes that came before are made.
  private void inTurn(Consumer<Status> task, Consumer<End> reply) {
    Runnable turn =
        () -> {
          waiting.decrementAndGet();
          Optional<Status> status = parts.queries.status();
          if (status.isPresent()) task.accept(status.get());
          else reply.accept(End.of(Kind.NO_LEADER, id));
        };
    try {
      if (waiting.incrementAndGet() <= CHANGES_MAX) {
        thread.execute(turn);
        return;
      }
    } catch (RejectedExecutionException e) {
      // The server stops.
    }
    waiting.decrementAndGet();
    reply.accept(new End(Kind.REFUSED, id, "too many changes of members at once, or it stops"));
  }

  private void askLeader(int leader, MemberChange change, Consumer<End> reply) {
    Bytes text = MemberChangeText.of(change);
    if (text.length() > PeerMessage.Admin.BYTES_MAX) {
      reply.accept(End.of(Kind.BAD_URLS, id));
      return;
    }
    parts.messages.ask(
        leader,
        text,
        REPLY_MILLIS_MAX,
        answer ->
            reply.accept(
                Optional.ofNullable(answer)
                    .flatMap(MemberChangeText::end)
                    .orElse(End.of(Kind.UNKNOWN, id))));
  }

  /// Another server asks, or replies.
  void receive(PeerMessage.Admin message) {
    if (message.isReply()) {
      parts.messages.replied(message);
      return;
    }
    Consumer<End> reply = end -> parts.messages.reply(message, MemberChangeText.of(end));
    Optional<MemberChange> change = MemberChangeText.change(message.content());
    if (change.isEmpty()) reply.accept(new End(Kind.REFUSED, id, "unknown to this member"));
    else
      inTurn(
          status ->
              reply.accept(
                  status.isLeader() ? make(status, change.get()) : End.of(Kind.NO_LEADER, id)),
          reply);
  }

  /// Makes a change as the leader.
  private End make(Status status, MemberChange change) {
    if (change instanceof MemberChange.Lead(int target)) return lead(status, target);
    return switch (plans.plan(status, parts.report.alive(status), change)) {
      case MemberPlans.Step.Over(End end) -> end;
      case MemberPlans.Step.Make(Membership target, int member) -> make(target, member);
    };
  }

  private End make(Membership target, int member) {
    if (!parts.admin.isHeardByMajority()) return End.of(Kind.UNHEALTHY, member);
    Outcome outcome = parts.queries.outcome(reply -> replica.changeMembership(target, reply));
    return switch (outcome) {
      case Outcome.Done _ -> End.of(Kind.DONE, member);
      case Outcome.NotLeader _ -> End.of(Kind.NO_LEADER, member);
      case Outcome.Busy _, Outcome.Refused _ -> End.of(Kind.UNHEALTHY, member);
      case Outcome.NoMemory _ -> new End(Kind.REFUSED, member, Outcome.NoMemory.REASON);
      case Outcome.Unknown _ -> End.of(Kind.UNKNOWN, member);
    };
  }

  private End lead(Status status, int target) {
    boolean canLead =
        target == id
            || status.membership().voters().contains(target)
                && parts.report.alive(status).contains(target);
    if (!canLead) return End.of(Kind.BAD_TRANSFEREE, target);
    return End.of(
        target == id || parts.admin.transferTo(status, target) ? Kind.DONE : Kind.UNKNOWN, target);
  }

  // ---- this server's own address ----

  /// Has the membership say where this server is, if it does not: once, as soon as a leader makes
  /// that change. What is changed there later stays as long as this process runs.
  void publish() {
    Address own = places.own();
    if (parts.addresses.isRecorded(id, own)) return;
    change(new MemberChange.Publish(id, own.toString()), _ -> later());
  }

  private void later() {
    pauseMillis = Math.min(2 * pauseMillis, PUBLISH_MILLIS_MAX);
    try {
      thread.schedule(this::publish, pauseMillis, TimeUnit.MILLISECONDS);
    } catch (RejectedExecutionException e) {
      // The server stops.
    }
  }

  @Override
  public void close() {
    thread.shutdownNow();
  }
}
