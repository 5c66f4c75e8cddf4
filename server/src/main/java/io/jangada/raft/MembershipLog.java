package io.jangada.raft;

import java.util.TreeMap;

/// The configurations in the log, each active as soon as it is in the log (§6: "a server always
/// uses the latest configuration in its log, regardless of whether the entry is committed") and
/// undone when the log is truncated before it.
final class MembershipLog {
  /// By the indexes of their entries; never empty.
  private final TreeMap<Long, Membership> byIndex = new TreeMap<>();

  /// @param index the place in the log at which `membership` was in force already; 0 for bootstrap
  MembershipLog(long index, Membership membership) {
    byIndex.put(index, membership);
  }

  Membership current() {
    return byIndex.lastEntry().getValue();
  }

  /// The index of the entry that brought the current membership.
  long currentIndex() {
    return byIndex.lastKey();
  }

  void append(long index, Membership membership) {
    byIndex.put(index, membership);
  }

  /// Undoes what the entries after `last` brought. Returns whether the current membership changed.
  boolean truncateAfter(long last) {
    boolean changed = currentIndex() > last;
    byIndex.tailMap(last, false).clear();
    return changed;
  }

  /// The membership that was in force at `index`.
  Membership at(long index) {
    return byIndex.floorEntry(index).getValue();
  }

  /// Whether an active membership at `index` or later has this member as a voter.
  boolean isVoterFrom(long index, int member) {
    return byIndex.tailMap(byIndex.floorKey(index), true).values().stream()
        .anyMatch(membership -> membership.isVoter(member));
  }

  /// Forgets memberships that were replaced at or before `index`.
  void compactTo(long index) {
    Long inForce = byIndex.floorKey(index);
    if (inForce != null) byIndex.headMap(inForce, false).clear();
  }

  /// A snapshot takes the log's place.
  void reset(long index, Membership membership) {
    byIndex.clear();
    byIndex.put(index, membership);
  }
}
