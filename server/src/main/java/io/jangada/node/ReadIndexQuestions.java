package io.jangada.node;

import io.jangada.node.WaitingRequest.FollowerRead;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;

/// What a member that does not lead asks the leader for the reads that it serves (thesis §6.4): its
/// read index, which is how far a leader had committed that a quorum acknowledged after the
/// question was asked. Once that much is applied here, the own state holds everything that had been
/// acknowledged to any client when the question was asked.
///
/// A read is content with a question that was asked after it came or, where it may be stale, at
/// most so long before. The age of a state is thus measured from the *question*, by the own clock
/// alone: the answer may have been long on its way, and no two clocks are compared.
///
/// One question at a time stands for all reads that gathered, and is asked anew when no answer
/// comes. Each has a number of its own that is never used again, in this run or another, so that a
/// late answer is only taken for the question that it answers.
final class ReadIndexQuestions {
  private static final long NANOS_PER_MILLI = 1_000_000;

  /// How many questions may be open, where the leader answers later than they are repeated; and how
  /// many answers may wait until they are applied.
  private static final int GROUPS_MAX = 16;

  /// A question that is not answered, and the reads that are content with it.
  private record Question(long number, long submittedNanos, List<FollowerRead> reads) {}

  /// An answer that not all is applied of.
  private record Confirmed(long index, List<FollowerRead> reads) {}

  /// When an answered question was asked, and the read index that was the answer.
  private record Answer(long submittedNanos, long index) {}

  /// A question that is not answered is asked again after this time.
  private final long retryNanos;

  /// The reads that the next question is asked for.
  private List<FollowerRead> gathering = new ArrayList<>();

  /// The questions under way, in the order in which they were asked.
  private final ArrayDeque<Question> open = new ArrayDeque<>();

  /// The answers that wait to be applied, in the order in which they came.
  private final ArrayDeque<Confirmed> confirmed = new ArrayDeque<>();

  /// The number of the next question.
  private long nextNumber;

  /// When the latest question was asked; valid while one is open.
  private long submittedNanos;

  /// Whether the questions under way were for another leader, or another term.
  private boolean resend;

  /// The latest question that was answered; null before the first answer.
  private Answer latest;

  /// @param bootId a number of this run of this member alone: the first question's number
  ReadIndexQuestions(long bootId, long retryMillis) {
    this.nextNumber = bootId;
    this.retryNanos = retryMillis * NANOS_PER_MILLI;
  }

  /// Takes a read, for a question that was answered or asked already or for the next.
  void add(FollowerRead read, long nowNanos) {
    if (read.isLocal()) {
      confirm(0, List.of(read));
      return;
    }
    if (read.event.reading() instanceof ReadConsistency.BoundedStale(long millisMax)
        && millisMax > 0) {
      long ageMax = millisMax * NANOS_PER_MILLI;
      if (latest != null && nowNanos - latest.submittedNanos <= ageMax) {
        confirm(latest.index, List.of(read));
        return;
      }
      for (Question question : open) {
        if (nowNanos - question.submittedNanos > ageMax) continue;
        question.reads.add(read);
        return;
      }
    }
    gathering.add(read);
  }

  private void confirm(long index, List<FollowerRead> reads) {
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
    return open.isEmpty() || resend || nowNanos - submittedNanos >= retryNanos;
  }

  /// Asks for all that gathered: the number of the question that is sent to the leader now.
  long submit(long nowNanos) {
    long number = takeNumber();
    open.add(new Question(number, nowNanos, gathering));
    gathering = new ArrayList<>();
    submittedNanos = nowNanos;
    resend = false;
    // An answer to a later question does for an earlier one.
    if (open.size() > GROUPS_MAX) {
      List<FollowerRead> reads = open.poll().reads;
      open.peek().reads.addAll(reads);
    }
    return number;
  }

  /// A number for a question that no read waits for, or for the next one.
  long takeNumber() {
    return nextNumber++;
  }

  /// Another member leads, or in another term: it is asked without delay.
  void restart() {
    resend = !open.isEmpty();
  }

  /// The leader's read index for a question.
  void answered(long number, long index) {
    if (open.stream().noneMatch(question -> question.number == number)) return;
    boolean last;
    do {
      Question question = open.poll();
      last = question.number == number;
      latest = new Answer(question.submittedNanos, index);
      confirm(index, question.reads);
    } while (!last);
    if (open.isEmpty()) resend = false;
  }

  /// Takes out the reads that the state has come far enough for.
  List<FollowerRead> removeApplied(long appliedIndex) {
    List<FollowerRead> removed = new ArrayList<>();
    for (Confirmed group : confirmed) if (group.index <= appliedIndex) removed.addAll(group.reads);
    confirmed.removeIf(group -> group.index <= appliedIndex);
    return removed;
  }

  /// Takes out the reads that are chosen.
  List<FollowerRead> removeIf(Predicate<? super FollowerRead> chosen) {
    List<List<FollowerRead>> groups = new ArrayList<>();
    confirmed.forEach(group -> groups.add(group.reads));
    open.forEach(question -> groups.add(question.reads));
    groups.add(gathering);
    List<FollowerRead> removed = new ArrayList<>();
    for (List<FollowerRead> group : groups) {
      group.stream().filter(chosen).forEach(removed::add);
      group.removeIf(chosen);
    }
    confirmed.removeIf(group -> group.reads.isEmpty());
    return removed;
  }
}
