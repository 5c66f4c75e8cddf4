package io.jangada.node;

import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;

/// Finds out whether the initial members of a cluster are all there and all new.
///
/// Each of them says, again and again, which of the others it knows to be new, and with which
/// incarnation of their data. A member takes part as soon as every other one has said the same
/// complete list as its own. The sender of that list had not taken part in anything at that moment,
/// and the youngest on the list had begun before: so no member on the list has anything to forget,
/// however late a message arrives. Or a member that takes part already names this member, with the
/// data that it has now, among the initial members.
///
/// A member that lost its data has another incarnation. Those who took part with the former one
/// never say that they are new, and name the former one: it is found to be none of the initial
/// members.
///
/// **By majority.** Where that is chosen, a majority is enough, once it has waited for the others:
/// a member takes part when a majority, itself included, has said that it is new after hearing of
/// this member's data. One that takes part says that it is new until it has voted or got an entry,
/// for until then there is nothing that it could forget. Any two majorities share a member, and
/// that one was in no other cluster. What is given up, the loss of a member's disk before those
/// have come that were absent, is told in decision 18. Those that come later are readmitted by the
/// leader.
///
/// Members whose settings name other initial members do not bootstrap a cluster together.
final class Bootstrap {
  /// All are waited for.
  static final int ALL = -1;

  /// Stands for the incarnation of an initial member that sent nothing yet.
  private static final long UNKNOWN = 0;

  private final int id;
  private final int waitTicks;
  private final SortedMap<Integer, Long> known = new TreeMap<>();
  private final SortedMap<Integer, SortedMap<Integer, Long>> received = new TreeMap<>();
  private final SortedSet<Integer> differing = new TreeSet<>();
  private Optional<SortedMap<Integer, Long>> outcome = Optional.empty();
  private boolean late;
  private int waited;

  /// @param initialMembers the members of the cluster to bootstrap, this one among them
  Bootstrap(int id, long incarnation, Collection<Integer> initialMembers) {
    this(id, incarnation, initialMembers, ALL);
  }

  /// @param waitTicks how long a majority that has met waits for the others, or [#ALL]
  Bootstrap(int id, long incarnation, Collection<Integer> initialMembers, int waitTicks) {
    this.id = id;
    this.waitTicks = waitTicks;
    for (int member : initialMembers) known.put(member, UNKNOWN);
    known.put(id, incarnation);
    decide();
  }

  /// The initial members, with the incarnations of those known to be new: the message to them.
  SortedMap<Integer, Long> known() {
    return Collections.unmodifiableSortedMap(known);
  }

  /// The members to send [#known] to.
  List<Integer> others() {
    return known.keySet().stream().filter(member -> member != id).toList();
  }

  /// Takes a message of another member. Returns whether the others must learn of it.
  boolean handle(PeerMessage.Bootstrap message) {
    int from = message.from();
    if (from == id || !known.containsKey(from)) return false;
    SortedMap<Integer, Long> theirs = message.incarnations();
    boolean names = known.get(id).equals(theirs.get(id));
    if (message.takesPart() && !names) late = true;
    if (theirs.isEmpty() || message.takesPart() && !names) return false;
    if (theirs.keySet().equals(known.keySet())) differing.remove(from);
    else differing.add(from);
    if (differing.contains(from) || theirs.get(from) == UNKNOWN) return false;
    // A list without a gap was the same on all whom it names.
    if (message.takesPart() && !theirs.containsValue(UNKNOWN)) {
      if (outcome.isEmpty()) outcome = Optional.of(theirs);
      return false;
    }
    received.put(from, theirs);
    boolean news = !theirs.get(from).equals(known.put(from, theirs.get(from)));
    decide();
    return news;
  }

  /// Time goes by.
  void tick() {
    if (waitTicks == ALL || late || outcome.isPresent() || missingForMajority() > 0) return;
    if (waited++ < waitTicks) return;
    SortedMap<Integer, Long> met = new TreeMap<>(known);
    met.replaceAll(
        (other, data) -> other == id || known.equals(received.get(other)) ? data : UNKNOWN);
    outcome = Optional.of(met);
  }

  /// How many more must meet this member, and say so, to make a majority.
  private int missingForMajority() {
    int met = 1;
    for (SortedMap<Integer, Long> theirs : received.values())
      if (known.get(id).equals(theirs.get(id))) met++;
    return Math.max(0, known.size() / 2 + 1 - met);
  }

  private void decide() {
    boolean all = !known.containsValue(UNKNOWN);
    for (int other : others()) all &= known.equals(received.get(other));
    if (all && outcome.isEmpty()) outcome = Optional.of(new TreeMap<>(known));
  }

  /// The initial members with their incarnations, once they are certain.
  Optional<SortedMap<Integer, Long>> outcome() {
    return outcome;
  }

  /// Whether a member takes part in the cluster that does not count this one as an initial member.
  boolean isLate() {
    return late;
  }

  /// How many of [#missing] are waited for.
  int missingCount() {
    return waitTicks == ALL ? missing().size() : missingForMajority();
  }

  /// The members that are not known to be there and new.
  List<Integer> missing() {
    return known.keySet().stream().filter(member -> known.get(member) == UNKNOWN).toList();
  }

  /// The members whose settings name other initial members.
  List<Integer> differing() {
    return List.copyOf(differing);
  }
}
