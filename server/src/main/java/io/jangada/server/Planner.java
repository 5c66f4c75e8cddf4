package io.jangada.server;

import io.jangada.raft.Membership;
import io.jangada.server.Plan.Completion;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/// Decides which change of the membership a wish needs, and refuses those that would do harm. It
/// looks at nothing but its arguments. What goes with a member, such as its address, need not be
/// repeated in a target: the protocol keeps it.
///
/// @param now the active membership
/// @param alive the members that were heard of within an election timeout, the leader included
/// @param addresses where members are
record Planner(Membership now, Set<Integer> alive, Addresses addresses) {
  private static final String UNDER_WAY = "another membership change is under way; try again";

  /// The server joins as a learner, and becomes a voter once it has caught up.
  Plan add(int id, Address address) {
    String says = " joins as a learner, and becomes a voter once it has caught up";
    return join(id, address, new Joining(with(now.joining(), id), says));
  }

  /// The server joins as a learner and stays one.
  Plan addLearner(int id, Address address) {
    return join(id, address, new Joining(now.joining(), " joins as a learner"));
  }

  /// @param ids the members that are to become voters
  /// @param says what the new server does, for people
  private record Joining(List<Integer> ids, String says) {}

  private Plan join(int id, Address address, Joining joining) {
    if (now.isJoint()) return new Plan.Refusal(UNDER_WAY);
    if (now.contains(id)) return addAgain(id, address);
    String wrong = rejection(id, address);
    if (wrong != null) return new Plan.Refusal(wrong);
    Membership target =
        new Membership(now.voters(), List.of(), with(now.learners(), id), joining.ids)
            .withAddress(id, address.toString());
    return new Plan.Change(
        target, "server " + id + " at " + address + joining.says, Completion.COMPLETE);
  }

  private Plan addAgain(int id, Address address) {
    boolean same = addresses.of(id).map(address::isSamePlace).orElse(false);
    return same
        ? new Plan.Nothing("server " + id + " is " + kind(id) + " already", Completion.COMPLETE)
        : new Plan.Refusal(
            "server " + id + " is a member already, at " + place(id) + "; remove it first");
  }

  private String rejection(int id, Address address) {
    if (now.members().size() >= Membership.MEMBERS_MAX)
      return "the cluster has " + Membership.MEMBERS_MAX + " members, which is the maximum";
    Address configured = addresses.configured(id).orElse(address);
    if (!configured.isSamePlace(address))
      return "the configuration has server " + id + " at " + configured + ", not at " + address;
    for (int member : now.members()) {
      Address other = addresses.of(member).orElse(null);
      if (other != null && (other.peer().equals(address.peer()) || other.isSamePlace(address)))
        return "server " + member + " is at " + other.place() + " already";
    }
    return null;
  }

  Plan promote(int id) {
    if (!now.contains(id)) return new Plan.Refusal(unknown(id));
    if (now.isVoter(id))
      return new Plan.Nothing("server " + id + " is a voter already", Completion.COMPLETE);
    if (now.joining().contains(id))
      return new Plan.Nothing(
          "server " + id + " becomes a voter once it has caught up", Completion.PARTIAL);
    if (now.isJoint()) return new Plan.Refusal(UNDER_WAY);
    if (!alive.contains(id))
      return new Plan.Refusal("server " + id + " at " + place(id) + " does not answer");
    Membership target =
        new Membership(now.voters(), List.of(), now.learners(), with(now.joining(), id));
    return new Plan.Change(
        target, "server " + id + " becomes a voter once it has caught up", Completion.COMPLETE);
  }

  Plan remove(int id) {
    if (!now.contains(id)) return new Plan.Refusal(unknown(id));
    if (now.isJoint()) return new Plan.Refusal(UNDER_WAY);
    List<Integer> voters = without(now.voters(), id);
    if (now.isVoter(id)) {
      if (voters.isEmpty())
        return new Plan.Refusal("server " + id + " is the last voter: the cluster would end");
      String lost = lostQuorum(voters);
      if (lost != null) return new Plan.Refusal("without server " + id + " " + lost);
    }
    Membership target =
        new Membership(voters, List.of(), without(now.learners(), id), without(now.joining(), id));
    return new Plan.Change(target, "server " + id + " leaves the cluster", Completion.COMPLETE);
  }

  /// One step after the other, each of them safe by itself: the new server joins, becomes a voter
  /// once it has caught up, and then the old one leaves. The same wish made again goes on where the
  /// cluster is. A server that answers comes before another goes, so no quorum can be lost.
  Plan replace(int old, int next, Address address) {
    if (old == next) return new Plan.Refusal("a server cannot replace itself: " + old);
    if (!now.contains(old))
      return now.isVoter(next)
          ? new Plan.Nothing("server " + next + " has replaced server " + old, Completion.COMPLETE)
          : new Plan.Refusal(unknown(old));
    if (now.isJoint())
      return new Plan.Nothing("server " + next + " is about to be a voter", Completion.PARTIAL);
    if (now.isVoter(next))
      return after("server " + next + " is a voter; ", remove(old), Completion.COMPLETE);
    Plan step = now.contains(next) ? promote(next) : add(next, address);
    return after("", step, Completion.PARTIAL);
  }

  private static Plan after(String before, Plan step, Completion completion) {
    return switch (step) {
      case Plan.Change(Membership target, String says, Completion _) ->
          new Plan.Change(target, before + says, completion);
      case Plan.Nothing(String says, Completion _) -> new Plan.Nothing(before + says, completion);
      case Plan.Refusal refusal -> refusal;
    };
  }

  /// Why these voters could not decide anything now; null when they could.
  private String lostQuorum(List<Integer> voters) {
    List<Integer> answering = new ArrayList<>();
    for (int voter : voters) if (alive.contains(voter)) answering.add(voter);
    int majority = voters.size() / 2 + 1;
    if (answering.size() >= majority) return null;
    return "the voters would be "
        + EventLog.names(voters)
        + "; of these "
        + (answering.isEmpty() ? "none answers" : EventLog.names(answering) + " answer")
        + "; a majority is "
        + majority
        + ", and the cluster could not commit";
  }

  private String unknown(int id) {
    return "there is no server "
        + id
        + " in the cluster; there are "
        + EventLog.names(now.members());
  }

  private String place(int id) {
    return addresses.of(id).map(Address::place).orElse("an unknown address");
  }

  /// What a member is, for people.
  private String kind(int id) {
    return now.isVoter(id) ? "a voter" : now.joining().contains(id) ? "joining" : "a learner";
  }

  private static List<Integer> with(List<Integer> ids, int id) {
    List<Integer> more = new ArrayList<>(ids);
    if (!more.contains(id)) more.add(id);
    return more;
  }

  private static List<Integer> without(List<Integer> ids, int id) {
    return ids.stream().filter(other -> other != id).toList();
  }
}
