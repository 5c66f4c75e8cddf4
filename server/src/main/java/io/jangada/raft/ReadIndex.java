package io.jangada.raft;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;

/// The reads that wait at a leader (thesis §6.4). A read first gathers; a round that starts takes
/// all that gathered, notes the commit index for them, and is confirmed once a quorum answered this
/// round or a later one; then the read waits until that index is applied.
///
/// Rounds have numbers that are never used twice in a term, and replies are only counted in their
/// own term: a late answer to an earlier round can therefore not confirm a later read.
final class ReadIndex {
  private record Round(long number, long index, List<Long> tickets) {}

  /// How many reads may wait.
  private final int readsMax;

  /// The tickets of the reads that the next round takes.
  private List<Long> gathering = new ArrayList<>();

  /// The rounds that no quorum has answered yet, oldest first.
  private final ArrayDeque<Round> started = new ArrayDeque<>();

  /// The rounds that wait until their index is applied.
  private final ArrayDeque<Round> confirmed = new ArrayDeque<>();

  /// How many reads wait.
  private int size;

  ReadIndex(int readsMax) {
    this.readsMax = readsMax;
  }

  boolean isFull() {
    return size >= readsMax;
  }

  void add(long ticket) {
    gathering.add(ticket);
    size++;
  }

  /// A read that needs no round: only the index has to be applied.
  void addConfirmed(long ticket, long index) {
    confirmed.add(new Round(0, index, List.of(ticket)));
    size++;
  }

  boolean isGathering() {
    return !gathering.isEmpty();
  }

  boolean isRoundOpen() {
    return !started.isEmpty();
  }

  void start(long round, long commit) {
    if (gathering.isEmpty()) return;
    started.add(new Round(round, commit, gathering));
    gathering = new ArrayList<>();
  }

  /// A quorum has answered `round`.
  void confirm(long round) {
    while (!started.isEmpty() && started.peek().number <= round) confirmed.add(started.poll());
  }

  /// Takes out the reads that may be answered now.
  void drain(long applied, List<Long> tickets) {
    while (!confirmed.isEmpty() && confirmed.peek().index <= applied) {
      List<Long> served = confirmed.poll().tickets;
      tickets.addAll(served);
      size -= served.size();
    }
  }

  /// Every read that waits, in order; none is left.
  List<Long> clear() {
    List<Long> all = new ArrayList<>(size);
    confirmed.forEach(round -> all.addAll(round.tickets));
    started.forEach(round -> all.addAll(round.tickets));
    all.addAll(gathering);
    confirmed.clear();
    started.clear();
    gathering.clear();
    size = 0;
    return all;
  }
}
