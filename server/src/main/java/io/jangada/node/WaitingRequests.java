package io.jangada.node;

import io.jangada.kv.KvStore;
import io.jangada.kv.Operation;
import io.jangada.kv.RequestId;
import io.jangada.kv.Result;
import io.jangada.node.WaitingRequest.FollowerRead;
import io.jangada.node.WaitingRequest.Forwarded;
import io.jangada.node.WaitingRequest.Held;
import io.jangada.node.WaitingRequest.Queued;
import io.jangada.node.WaitingRequest.Reading;
import io.jangada.node.WaitingRequest.Submitted;
import io.jangada.raft.Entry;
import io.jangada.raft.EntryId;
import io.jangada.raft.Membership;
import io.jangada.raft.Ready;
import java.util.List;
import java.util.function.BiConsumer;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Predicate;

/// The requests that this member took and has not answered, each in one state ([WaitingRequest]).
///
/// A request goes to the protocol while this member leads ([Submitted]). Otherwise, and while the
/// leader has no room for commands, it is queued: [Held] or [Forwarded], as [FollowerPolicy] says.
/// A read that may be served without leading is a [FollowerRead]. When this member comes to lead,
/// all of these are submitted; when it leads no more, reads that the protocol drops are queued.
///
/// Whatever is submitted or queued is answered at its deadline at the latest, or with a request
/// that was submitted or queued before and has a later deadline.
final class WaitingRequests {
  /// How many requests wait in one way, and with how many bytes, against the limits for that:
  /// beyond, [Outcome.Busy].
  private static final class Backlog {
    private final InboxLimits limits;
    private int count;
    private long bytes;

    Backlog(InboxLimits limits) {
      this.limits = limits;
    }

    boolean tryAdd(Event event) {
      if (count >= limits.requestsMax() || bytes >= limits.requestBytesMax()) return false;
      count++;
      bytes += event.sizeBytes();
      return true;
    }

    void remove(Event event) {
      count--;
      bytes -= event.sizeBytes();
    }
  }

  private final ReplicaSettings settings;
  private final Transport transport;
  private final ReplicaStats counts;

  /// The submitted ones. Tickets are given in the order in which they are submitted.
  private final NumberRing<Submitted> byTicket = new NumberRing<>();

  /// The submitted ones that are in the log: the first of those at an index.
  private final NumberRing<Submitted> byIndex = new NumberRing<>();

  /// The queued ones by their turns.
  private final NumberRing<Queued> queue = new NumberRing<>();

  /// When the forwarded ones are sent.
  private final Sendings sendings;

  /// The questions to the leader that the follower's reads wait for.
  private final ReadIndexQuestions questions;

  /// What is in [#queue].
  private final Backlog queued;

  /// How many of those are [Held].
  private int held;

  /// The follower's reads.
  private final Backlog reads;

  /// How many are in [#byTicket].
  private int submitted;

  /// The ticket of the next request.
  private long nextTicket = 1;

  /// The turn of the next that is queued.
  private long nextTurn;

  WaitingRequests(
      ReplicaSettings settings, RequestNames names, Transport transport, ReplicaStats counts) {
    this.settings = settings;
    this.transport = transport;
    this.counts = counts;
    this.queued = new Backlog(settings.inbox());
    this.reads = new Backlog(settings.inbox());
    this.sendings = new Sendings(settings, names);
    this.questions = new ReadIndexQuestions(names.bootId(), settings.retryMillis());
  }

  /// How many requests the protocol has.
  int submitted() {
    return submitted;
  }

  /// How many requests wait for a leader, or for a leader's word.
  int awaitingLeader() {
    return queued.count + reads.count;
  }

  /// What those that wait for a leader, or for its word, count against limits.
  long bytes() {
    return queued.bytes + reads.bytes;
  }

  // ---- requests come ----

  /// Takes a request that goes to the protocol. Returns its ticket.
  ///
  /// @param read null for what is not a client's read
  long submit(Reading read, Consumer<Outcome> reply, long deadlineNanos) {
    long ticket = nextTicket++;
    byTicket.put(ticket, new Submitted(ticket, read, reply, deadlineNanos));
    submitted++;
    return ticket;
  }

  /// Takes a client's read that goes to the protocol. Returns its ticket.
  long submit(Event.Submit submit, Operation.Read read, long deadlineNanos) {
    return submit(new Reading(submit.caller(), read), submit.reply(), deadlineNanos);
  }

  /// Whether a request is passed on to the leader, rather than ended with its name.
  boolean forwards(Event.Submit submit) {
    return submit.forwards() || settings.followers() == FollowerPolicy.FORWARD;
  }

  /// Queues a request that had no effect so far.
  void queue(Event.Submit submit, long nowNanos, long deadlineNanos) {
    boolean forwards = forwards(submit);
    if (!queued.tryAdd(submit)) {
      String reason = "too many requests wait";
      submit.reply().accept(new Outcome.Busy(forwards ? reason + " for the leader" : reason));
      return;
    }
    long turn = nextTurn++;
    Queued one =
        forwards
            ? new Forwarded(submit, turn, deadlineNanos)
            : new Held(submit, turn, deadlineNanos);
    if (one instanceof Forwarded forwarded) sendings.add(forwarded, nowNanos);
    else held++;
    queue.put(turn, one);
  }

  /// Takes a read that may be served here. One that is content with what is known already is served
  /// by the next [#serve].
  void read(Event.Read event, long nowNanos, long deadlineNanos) {
    if (!reads.tryAdd(event)) {
      counts.followerReadsFailed++;
      event.reply().accept(new Outcome.Busy("too many reads wait for the leader's reply"));
      return;
    }
    FollowerRead read = new FollowerRead(event, deadlineNanos);
    questions.add(read, nowNanos);
  }

  // ---- the protocol has them ----

  /// A request is in the log. A transfer names the log's end, which may be applied already;
  /// everything else is a new entry.
  void placed(Ready.Proposed proposed, long applied) {
    long index = proposed.id().index();
    if (index > applied) placed(proposed.ticket(), proposed.id());
    else answer(proposed.ticket(), new Outcome.Done(new Result.Written(index)));
  }

  /// The request is in the log.
  void placed(long ticket, EntryId place) {
    Submitted one = byTicket.get(ticket);
    if (one == null) return;
    counts.proposals++;
    List<Submitted> joined = one.takeJoined();
    one.place = place;
    Submitted here = byIndex.get(place.index());
    if (here == null) byIndex.put(place.index(), one);
    else here.last().next = one;
    for (Submitted other : joined) placed(other.ticket, place);
  }

  /// Whether the protocol has the request, or may get it.
  boolean isSubmitted(long ticket) {
    return byTicket.get(ticket) != null;
  }

  /// Has requests stand in one entry. Returns the ticket under which it is to be proposed: what
  /// becomes of that is so for all.
  long join(List<Long> tickets) {
    Submitted first = byTicket.get(tickets.getFirst());
    first.joined = tickets.stream().skip(1).map(byTicket::get).toList();
    return first.ticket;
  }

  /// What a client's read asks for that the protocol has; null for everything else.
  Reading read(long ticket) {
    Submitted one = byTicket.get(ticket);
    return one == null ? null : one.read;
  }

  /// Answers a request that the protocol has. Nothing happens when it was answered before.
  void answer(long ticket, Outcome outcome) {
    Submitted one = byTicket.get(ticket);
    if (one == null) return;
    List<Submitted> joined = one.takeJoined();
    end(one, outcome);
    for (Submitted other : joined) answer(other.ticket, outcome);
  }

  /// The protocol dropped a request.
  ///
  /// @param leader the leader now
  void dropped(Ready.Dropped dropped, int leader, long nowNanos) {
    boolean isLost = dropped.reason() == Ready.Reason.NOT_LEADER;
    if (isLost && requeue(dropped.ticket(), nowNanos)) return;
    answer(dropped.ticket(), Outcome.of(dropped.reason(), leader));
  }

  /// Queues a client's read that the protocol dropped. Returns false for everything else.
  boolean requeue(long ticket, long nowNanos) {
    Submitted one = byTicket.get(ticket);
    if (one == null || one.read == null) return false;
    remove(one);
    var submit = new Event.Submit(one.read.caller(), one.read.read(), null, one.reply);
    queue(submit, nowNanos, one.deadlineNanos);
    return true;
  }

  /// An entry was applied: it answers the requests at its place. The term tells a request's own
  /// entry from another, which means that its own was truncated and never will be applied.
  ///
  /// @param leader the leader now, for requests whose entry was truncated
  void applied(Entry entry, Result result, int leader) {
    for (Submitted here = byIndex.remove(entry.index()); here != null; here = here.next) {
      boolean own = here.place.term() == entry.term();
      end(here, own ? new Outcome.Done(result) : new Outcome.NotLeader(leader));
    }
  }

  /// The state jumped to `index` by a snapshot: the results of earlier entries are unknown.
  void jumped(long index) {
    while (!byIndex.isEmpty() && byIndex.first() <= index)
      for (Submitted here = byIndex.remove(byIndex.first()); here != null; here = here.next)
        end(here, new Outcome.Unknown());
  }

  // ---- a leader is known ----

  /// Another member leads, or in another term: it is asked without delay.
  void leaderChanged(long nowNanos) {
    sendings.restart(nowNanos);
    questions.restart();
  }

  /// Whether requests are queued that may be commands: one that comes later must not overtake them.
  boolean hasQueued() {
    return !queue.isEmpty();
  }

  /// This member leads: it serves what waits, but for what may be a command, as long as it takes
  /// any.
  void lead(BooleanSupplier takesCommands, BiConsumer<Event.Submit, Long> service) {
    if (reads.count > 0) {
      for (FollowerRead read : questions.removeIf(one -> !one.isLocal())) {
        remove(read);
        Event.Read event = read.event;
        var submit = new Event.Submit(event.caller(), event.read(), null, read.reply);
        service.accept(submit, read.deadlineNanos);
      }
    }
    while (!queue.isEmpty() && takesCommands.getAsBoolean()) {
      Queued first = queue.peek();
      var submit = first instanceof Forwarded sent ? sent.toServe() : first.submit;
      remove(first);
      service.accept(submit, first.deadlineNanos);
    }
  }

  /// Another member leads: what is due is sent to it, and the held requests end with its name.
  void follow(int leader, long term, long nowNanos) {
    while (sendings.isDue(nowNanos))
      transport.send(
          new PeerMessage.Forward(settings.raft().id(), leader, term, sendings.send(nowNanos)));
    name(leader);
    if (reads.count > 0 && questions.isDue(nowNanos))
      askReadIndex(leader, term, questions.submit(nowNanos));
  }

  /// Asks the leader how far it has committed, for no read. Returns the question's number.
  long askReadIndex(int leader, long term) {
    long number = questions.takeNumber();
    askReadIndex(leader, term, number);
    return number;
  }

  private void askReadIndex(int leader, long term, long number) {
    counts.readQuestions++;
    transport.send(new PeerMessage.ReadIndexRequest(settings.raft().id(), leader, term, number));
  }

  /// Ends the held requests with the leader's name.
  void name(int leader) {
    if (held == 0) return;
    for (Queued one : queue.firstWhile(_ -> true))
      if (one instanceof Held) end(one, new Outcome.NotLeader(leader));
  }

  /// The leader's answers to what was sent to it.
  void answered(PeerMessage.ForwardReply message, long nowNanos) {
    for (PeerMessage.Reply reply : message.replies()) {
      Forwarded ended = sendings.answered(reply, nowNanos);
      if (ended != null) end(ended, reply.outcome());
    }
  }

  /// The leader's read index for a question.
  void answered(PeerMessage.ReadIndexReply reply) {
    questions.answered(reply.number(), reply.index());
  }

  /// Answers the reads that the state has come far enough for.
  void serve(long appliedIndex, Function<Reading, Result> store) {
    if (reads.count == 0) return;
    for (FollowerRead read : questions.removeApplied(appliedIndex))
      end(read, new Outcome.Done(store.apply(new Reading(read.event.caller(), read.event.read()))));
  }

  // ---- they end ----

  /// Answers what waited too long.
  ///
  /// @param leader the member to ask instead
  void expire(long nowNanos, int leader, KvStore kv) {
    endOldest(one -> one.deadlineNanos - nowNanos <= 0, one -> late(one, leader, kv));
  }

  /// The replica stops, or is no member any more: nothing more will be learnt of any request.
  void abandon() {
    endOldest(
        _ -> true,
        one -> one instanceof Submitted ? new Outcome.Unknown() : givenUp(one, Membership.NONE));
  }

  /// Ends the requests that are over: those that the protocol has by their tickets, then those in
  /// the queue by their turns, each up to the first that is not over, and then the reads served
  /// here.
  private void endOldest(
      Predicate<WaitingRequest> isOver, Function<WaitingRequest, Outcome> outcome) {
    for (Submitted one : byTicket.firstWhile(isOver)) end(one, outcome.apply(one));
    for (Queued one : queue.firstWhile(isOver)) end(one, outcome.apply(one));
    if (reads.count == 0) return;
    for (FollowerRead one : questions.removeIf(isOver)) end(one, outcome.apply(one));
  }

  /// A write that was forwarded may be applied here already, and only its answer got lost.
  private static Outcome late(WaitingRequest one, int leader, KvStore kv) {
    RequestId id = one instanceof Forwarded sent ? sent.requestId() : null;
    boolean isPermitted =
        id != null
            && one instanceof Forwarded sent
            && kv.objection(sent.submit.caller(), sent.submit.operation()) == null;
    Result known = isPermitted ? kv.answerTo(id) : null;
    return known == null ? givenUp(one, leader) : new Outcome.Done(known);
  }

  /// How a request ends that is waited for no longer. A write in the log may yet take effect, and
  /// one that was sent to a leader may have done so. What has no place in the log will not be given
  /// one.
  ///
  /// @param leader the leader, for the outcome of requests that had no effect
  private static Outcome givenUp(WaitingRequest one, int leader) {
    return switch (one) {
      case Held _ -> new Outcome.NotLeader(Membership.NONE);
      case Submitted request when request.place != null -> new Outcome.Unknown();
      case Forwarded request when request.isDoubtful() -> new Outcome.Unknown();
      case Submitted _, Forwarded _, FollowerRead _ -> new Outcome.NotLeader(leader);
    };
  }

  /// Takes a request out of its state, but for a read out of [#questions].
  private void remove(WaitingRequest one) {
    switch (one) {
      case Submitted request -> {
        byTicket.remove(request.ticket);
        submitted--;
        if (request.place != null) leave(request);
      }
      case Queued request -> {
        queue.remove(request.turn);
        queued.remove(request.submit);
        if (request instanceof Forwarded forwarded) sendings.remove(forwarded);
        else held--;
      }
      case FollowerRead read -> reads.remove(read.event);
    }
  }

  private void leave(Submitted leaving) {
    Submitted here = byIndex.remove(leaving.place.index());
    // When the index is applied, all of its requests are taken out of the ring first.
    Submitted staying = here == null ? null : here.without(leaving);
    if (staying != null) byIndex.put(leaving.place.index(), staying);
  }

  /// Takes a request out, counts it and answers it.
  private void end(WaitingRequest one, Outcome outcome) {
    remove(one);
    switch (one) {
      case Submitted request -> counts.ended(request.read != null, outcome);
      case FollowerRead _ -> counts.followerReadEnded(outcome);
      case Queued _ -> {}
    }
    one.answer(outcome);
  }
}
