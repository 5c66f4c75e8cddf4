package io.jangada.node;

import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;

/// Finds out whether the members that are to found a cluster are all there and all new.
///
/// Each of them says, again and again, which of the others it knows to be new, and with which
/// incarnation of their data. A member takes part as soon as every other one has said the same
/// complete list as its own. Whoever said it had not taken part in anything at that moment, and it
/// was after the youngest on the list had begun: so nobody whom the list names has anything to
/// forget, however late a message arrives. Or somebody who takes part already names this member,
/// with the data that it has now, among the founders.
///
/// A member that lost its data has another incarnation. Those who took part with the former one
/// never say that they are new, and name the former one: it is found to be none of the founders.
final class Founding {
  private final int id;
  private final SortedSet<Integer> founders;
  private final SortedMap<Integer, Long> known = new TreeMap<>();
  private final SortedMap<Integer, SortedMap<Integer, Long>> told = new TreeMap<>();
  private Optional<SortedMap<Integer, Long>> outcome = Optional.empty();
  private boolean late;

  /// @param founders the members of the cluster that is to be founded, this one among them
  Founding(int id, long incarnation, Collection<Integer> founders) {
    this.id = id;
    this.founders = new TreeSet<>(founders);
    known.put(id, incarnation);
    decide();
  }

  /// The members that are known to be new, and their data: what is told to the others.
  SortedMap<Integer, Long> known() {
    return Collections.unmodifiableSortedMap(known);
  }

  /// Whom to tell.
  List<Integer> others() {
    return founders.stream().filter(member -> member != id).toList();
  }

  /// Takes note of what another one says. Returns whether that is to be told on.
  boolean heard(PeerMessage.Founding said) {
    int from = said.from();
    if (from == id || !founders.contains(from)) return false;
    if (said.founded()) {
      boolean names = known.get(id).equals(said.incarnations().get(id));
      if (names && outcome.isEmpty()) outcome = Optional.of(said.incarnations());
      late |= !names;
      return false;
    }
    Long theirs = said.incarnations().get(from);
    if (theirs == null) return false;
    told.put(from, said.incarnations());
    boolean news = !theirs.equals(known.put(from, theirs));
    decide();
    return news;
  }

  private void decide() {
    boolean all = known.keySet().equals(founders);
    for (int other : others()) all &= known.equals(told.get(other));
    if (all && outcome.isEmpty()) outcome = Optional.of(new TreeMap<>(known));
  }

  /// All with whom the cluster is founded, and their data, once that is certain.
  Optional<SortedMap<Integer, Long>> outcome() {
    return outcome;
  }

  /// Whether somebody takes part in the cluster and does not count this member among its founders.
  boolean isLate() {
    return late;
  }

  /// The members that are not known to be there and new.
  List<Integer> missing() {
    return founders.stream().filter(member -> !known.containsKey(member)).toList();
  }
}
