package io.jangada.sim;

import io.jangada.raft.Membership;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.function.IntPredicate;

/// What may be done to the members' data so that the cluster has to survive it: with every
/// membership that is or may come into force a quorum has all that it ever had. A member that lost
/// something does not belong to it until it takes part again.
///
/// Two more cases cannot be survived. An initial member whose fellows are all without their data
/// cannot know that there is a cluster. And a member that was the only voter once, and can read its
/// log no further than there, takes itself for alone.
final class FaultBudget {
  private record InForce(long index, Membership membership) {}

  private final List<Integer> initialMembers;

  /// So many initial members without data would bootstrap the cluster once more, of whatever
  /// members it is by then.
  private final int founders;

  private final SortedSet<Integer> alone = new TreeSet<>();
  private final List<InForce> begun = new ArrayList<>();
  private final List<Membership> asked = new ArrayList<>();
  private Membership decided;

  /// @param byMajority whether a majority of the initial members bootstraps the cluster
  FaultBudget(Membership bootstrap, boolean byMajority) {
    initialMembers = bootstrap.voters();
    founders = byMajority ? initialMembers.size() / 2 + 1 : initialMembers.size();
    decided = bootstrap;
    noteAlone(bootstrap);
  }

  /// A member has a configuration in its log.
  void inForce(long index, Membership membership) {
    noteAlone(membership);
    InForce one = new InForce(index, membership);
    if (!begun.contains(one)) begun.add(one);
  }

  private void noteAlone(Membership membership) {
    boolean one = membership.voters().size() == 1 && !membership.isJoint();
    if (one) alone.add(membership.voters().getFirst());
  }

  /// A leader is asked for a membership, until `answered` is told.
  void asked(Membership target) {
    asked.add(target);
  }

  void answered(Membership target) {
    asked.remove(target);
  }

  /// Everything up to `index` is decided.
  ///
  /// @param last the last membership in it
  void decided(long index, Membership last) {
    if (last != null) decided = last;
    begun.removeIf(each -> each.index <= index);
  }

  /// Whether a member's disk may be emptied.
  ///
  /// @param intact whether a member has all that it ever had
  boolean mayBeWiped(int victim, IntPredicate intact) {
    IntPredicate left = member -> member != victim && intact.test(member);
    long without = initialMembers.stream().filter(member -> !left.test(member)).count();
    boolean mayBootstrap = initialMembers.contains(victim) && without >= founders;
    return !mayBootstrap && isQuorumAnyhow(left);
  }

  /// Whether a leader may be asked for a membership.
  ///
  /// @param intact whether a member has all that it ever had
  boolean mayChangeTo(Membership target, IntPredicate intact) {
    return isQuorum(target, intact);
  }

  /// Whether bits may flip on a member's disk.
  ///
  /// @param intact whether a member has all that it ever had
  boolean mayRot(int victim, IntPredicate intact) {
    return !alone.contains(victim)
        && isQuorumAnyhow(member -> member != victim && intact.test(member));
  }

  private boolean isQuorumAnyhow(IntPredicate left) {
    return isQuorum(decided, left)
        && begun.stream().allMatch(each -> isQuorum(each.membership, left))
        && asked.stream().allMatch(target -> isQuorum(target, left));
  }

  /// Whether those who are left can decide, now and when joining learners are voters.
  private static boolean isQuorum(Membership membership, IntPredicate left) {
    List<Integer> later = new ArrayList<>(membership.voters());
    later.addAll(membership.joining());
    return IncarnationChecker.isQuorum(membership, left)
        && IncarnationChecker.isQuorum(Membership.of(later), left);
  }
}
