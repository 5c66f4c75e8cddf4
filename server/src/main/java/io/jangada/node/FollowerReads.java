package io.jangada.node;

import io.jangada.kv.KvStore;
import io.jangada.raft.Membership;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BiConsumer;
import java.util.function.Predicate;

/// The reads that a member serves which does not lead (thesis §6.4). It asks the leader for its
/// read index: how far a leader had committed that a quorum acknowledged after the question was
/// asked. Once that much is applied here, the own state holds everything that had been acknowledged
/// to anybody when the question was asked.
///
/// A read is content with a question that was asked after it came or, where it may be stale, at
/// most so long before. The age of a state is thus measured from the *question*, by the own clock
/// alone: the answer may have been long on its way, and no two clocks are compared.
///
/// One question at a time stands for all reads that gathered, and is asked anew when no answer
/// comes. Each has a number of its own that is never used again, in this life or another, so that a
/// late answer is only taken for the question that it answers.
final class FollowerReads {
  private static final long NANOS_PER_MILLI = 1_000_000;

  /// How many questions may be open, where the leader answers later than they are repeated; and how
  /// many answers may wait until they are applied.
  private static final int GROUPS_MAX = 16;

  /// @param bootId of this start of this member: the first question's number
  /// @param waitingMax reads that may wait; beyond, [Outcome.Busy]
  /// @param waitingBytesMax from that many bytes waiting on, [Outcome.Busy]
  /// @param retryNanos a question that is not answered is asked again after this time
  record Settings(long bootId, int waitingMax, long waitingBytesMax, long retryNanos) {}

  private record Waiting(Event.Read event, long deadlineNanos) {}

  private record Question(long number, long askedNanos, List<Waiting> reads) {}

  /// An answer that not all is applied of.
  private record Confirmed(long index, List<Waiting> reads) {}

  private final Settings settings;
  private final ReplicaStats counts;
  private List<Waiting> gathering = new ArrayList<>();
  private final ArrayDeque<Question> open = new ArrayDeque<>();
  private final ArrayDeque<Confirmed> confirmed = new ArrayDeque<>();
  private int waiting;
  private long bytes;
  private long nextNumber;
  private long askedNanos;
  private boolean askAnew;

  /// The latest question that was answered: when it was asked, and the answer.
  private boolean answered;

  private long answeredAskedNanos;
  private long answeredIndex;

  /// No read that waits is to be answered before.
  private long deadlineNanos;

  FollowerReads(Settings settings, ReplicaStats counts) {
    this.settings = settings;
    this.counts = counts;
    this.nextNumber = settings.bootId;
  }

  /// How many reads wait.
  int size() {
    return waiting;
  }

  /// What they count against limits.
  long bytes() {
    return bytes;
  }

  /// Takes a read. Who is content with what is known already is served by the next [#serve].
  void add(Event.Read event, long nowNanos, long deadlineNanos) {
    if (waiting >= settings.waitingMax || bytes >= settings.waitingBytesMax) {
      counts.followerReadsFailed++;
      event.reply().accept(new Outcome.Busy("too many reads wait for the leader's word"));
      return;
    }
    if (waiting == 0 || deadlineNanos - this.deadlineNanos < 0) this.deadlineNanos = deadlineNanos;
    waiting++;
    bytes += event.sizeBytes();
    join(new Waiting(event, deadlineNanos), nowNanos);
  }

  private void join(Waiting read, long nowNanos) {
    if (read.event.reading() instanceof ReadConsistency.BoundedStale(long millisMax)
        && millisMax > 0) {
      long ageMax = millisMax * NANOS_PER_MILLI;
      if (answered && nowNanos - answeredAskedNanos <= ageMax) {
        confirm(answeredIndex, List.of(read));
        return;
      }
      for (Question question : open) {
        if (nowNanos - question.askedNanos > ageMax) continue;
        question.reads.add(read);
        return;
      }
    }
    gathering.add(read);
  }

  private void confirm(long index, List<Waiting> reads) {
    if (reads.isEmpty()) return;
    Confirmed last = confirmed.peekLast();
    if (last == null || last.index != index && confirmed.size() < GROUPS_MAX) {
      confirmed.add(new Confirmed(index, new ArrayList<>(reads)));
      return;
    }
    confirmed.removeLast();
    last.reads.addAll(reads);
    confirmed.add(new Confirmed(Math.max(last.index, index), last.reads));
  }

  /// Whether the leader is to be asked now.
  boolean isDue(long nowNanos) {
    if (gathering.isEmpty() && open.stream().allMatch(question -> question.reads.isEmpty()))
      return false;
    return open.isEmpty() || askAnew || nowNanos - askedNanos >= settings.retryNanos;
  }

  /// Asks for all that gathered: the number of the question that is sent to the leader now.
  long ask(long nowNanos) {
    long number = nextNumber++;
    open.add(new Question(number, nowNanos, gathering));
    gathering = new ArrayList<>();
    counts.readQuestions++;
    askedNanos = nowNanos;
    askAnew = false;
    // An answer to a later question does for an earlier one.
    if (open.size() > GROUPS_MAX) {
      List<Waiting> reads = open.poll().reads;
      open.peek().reads.addAll(reads);
    }
    return number;
  }

  /// Another member leads, or in another term: it is asked without delay.
  void leaderChanged() {
    askAnew = !open.isEmpty();
  }

  /// The leader's read index for a question.
  void answered(long number, long index) {
    if (open.stream().noneMatch(question -> question.number == number)) return;
    boolean last;
    do {
      Question question = open.poll();
      last = question.number == number;
      answeredAskedNanos = question.askedNanos;
      confirm(index, question.reads);
    } while (!last);
    answered = true;
    answeredIndex = index;
    if (open.isEmpty()) askAnew = false;
  }

  /// Answers what the state has come far enough for.
  void serve(KvStore kv) {
    for (var groups = confirmed.iterator(); groups.hasNext(); ) {
      Confirmed group = groups.next();
      if (group.index > kv.appliedIndex()) continue;
      groups.remove();
      for (Waiting read : group.reads) end(read, new Outcome.Done(kv.get(read.event.read().key())));
    }
  }

  /// Takes everything out, to be served by this member as the leader that it is now.
  void takeAll(BiConsumer<Event.Submit, Long> whoLeads) {
    for (Waiting read : removeIf(_ -> true)) {
      forget(read);
      var submit = new Event.Submit(read.event.read(), null, read.event.reply());
      whoLeads.accept(submit, read.deadlineNanos);
    }
  }

  /// Answers what waited too long.
  ///
  /// @param leader who could be asked instead
  void expire(long nowNanos, int leader) {
    if (waiting == 0 || deadlineNanos - nowNanos > 0) return;
    List<Waiting> late = removeIf(read -> read.deadlineNanos - nowNanos <= 0);
    for (Waiting read : late) end(read, new Outcome.NotLeader(leader));
    boolean first = true;
    for (List<Waiting> group : groups()) {
      for (Waiting read : group) {
        if (first || read.deadlineNanos - deadlineNanos < 0) deadlineNanos = read.deadlineNanos;
        first = false;
      }
    }
  }

  private List<List<Waiting>> groups() {
    List<List<Waiting>> groups = new ArrayList<>();
    confirmed.forEach(group -> groups.add(group.reads));
    open.forEach(question -> groups.add(question.reads));
    groups.add(gathering);
    return groups;
  }

  /// The replica stops.
  void abandon() {
    for (Waiting read : removeIf(_ -> true)) end(read, new Outcome.NotLeader(Membership.NONE));
  }

  private List<Waiting> removeIf(Predicate<Waiting> chosen) {
    List<Waiting> removed = new ArrayList<>();
    for (List<Waiting> group : groups()) {
      group.stream().filter(chosen).forEach(removed::add);
      group.removeIf(chosen);
    }
    confirmed.removeIf(group -> group.reads.isEmpty());
    return removed;
  }

  private void end(Waiting read, Outcome outcome) {
    forget(read);
    if (outcome instanceof Outcome.Done) counts.followerReads++;
    else counts.followerReadsFailed++;
    read.event.reply().accept(outcome);
  }

  private void forget(Waiting read) {
    waiting--;
    bytes -= read.event.sizeBytes();
  }
}
