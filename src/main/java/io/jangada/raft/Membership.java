package io.jangada.raft;

import io.jangada.bytes.ByteReader;
import io.jangada.bytes.ByteWriter;
import io.jangada.bytes.Bytes;
import io.jangada.bytes.MalformedException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.SortedSet;
import java.util.TreeSet;

/// Who belongs to the cluster and who decides. In joint consensus (§6) there are two groups of
/// voters, and every decision needs a majority of each.
///
/// @param voters the voters (of the new group while joint), ascending, at least one
/// @param outgoing the voters of the old group while joint, ascending; empty otherwise
/// @param learners members that get the log and do not vote, ascending
/// @param joining the learners that become voters by themselves once they have caught up
public record Membership(
    List<Integer> voters, List<Integer> outgoing, List<Integer> learners, List<Integer> joining) {
  /// No member: no vote, no known leader.
  public static final int NONE = -1;

  /// The largest cluster: members of all kinds together.
  public static final int MEMBERS_MAX = 64;

  private static final int VERSION = 1;

  public Membership {
    voters = ascending(voters);
    outgoing = ascending(outgoing);
    learners = ascending(learners);
    joining = ascending(joining);
    if (voters.isEmpty()) throw new IllegalArgumentException("a cluster needs a voter");
    for (int learner : learners)
      if (voters.contains(learner))
        throw new IllegalArgumentException("member " + learner + " is both voter and learner");
    if (!learners.containsAll(joining))
      throw new IllegalArgumentException(
          "joining " + joining + " is not within learners " + learners);
    if (union(voters, outgoing, learners).size() > MEMBERS_MAX)
      throw new IllegalArgumentException("over " + MEMBERS_MAX + " members");
  }

  public static Membership of(Collection<Integer> voters) {
    return new Membership(List.copyOf(voters), List.of(), List.of(), List.of());
  }

  public static Membership of(Integer... voters) {
    return of(List.of(voters));
  }

  public boolean isJoint() {
    return !outgoing.isEmpty();
  }

  public boolean isVoter(int member) {
    return voters.contains(member) || outgoing.contains(member);
  }

  public boolean contains(int member) {
    return isVoter(member) || learners.contains(member);
  }

  /// Every member of any kind, ascending.
  public SortedSet<Integer> members() {
    return union(voters, outgoing, learners);
  }

  /// Whether a change to `target` can be decided: it is not joint itself, and all members before
  /// and after it together are not too many.
  public boolean mayChangeTo(Membership target) {
    return !target.isJoint() && union(target.voters, voters, target.learners).size() <= MEMBERS_MAX;
  }

  /// The membership that leads from this one to `target`: both groups of voters decide together. An
  /// old voter that `target` makes a learner votes in the old group until the joint phase ends.
  public Membership jointTo(Membership target) {
    if (isJoint()) throw new IllegalStateException("already joint");
    return new Membership(target.voters, voters, target.learners, target.joining);
  }

  /// The membership in which a joint phase ends.
  public Membership settled() {
    return new Membership(voters, List.of(), learners, joining);
  }

  public Bytes encode() {
    ByteWriter out = new ByteWriter(64).put(VERSION);
    for (List<Integer> list : List.of(voters, outgoing, learners, joining)) {
      out.put(list.size());
      list.forEach(out::putInt);
    }
    return out.toBytes();
  }

  /// @throws MalformedException when the bytes are not a membership
  public static Membership decode(Bytes bytes) {
    ByteReader in = new ByteReader(bytes);
    int version = in.get();
    if (version != VERSION) throw new MalformedException("membership version " + version);
    List<Integer> voters = decodeList(in);
    List<Integer> outgoing = decodeList(in);
    List<Integer> learners = decodeList(in);
    List<Integer> joining = decodeList(in);
    in.end();
    try {
      return new Membership(voters, outgoing, learners, joining);
    } catch (IllegalArgumentException e) {
      throw new MalformedException("membership: " + e.getMessage());
    }
  }

  private static List<Integer> decodeList(ByteReader in) {
    int count = in.get();
    if (count > MEMBERS_MAX) throw new MalformedException(count + " members");
    List<Integer> list = new ArrayList<>(count);
    for (int i = 0; i < count; i++) list.add(in.getInt());
    return list;
  }

  private static List<Integer> ascending(List<Integer> members) {
    for (int member : members)
      if (member < 0) throw new IllegalArgumentException("member id " + member);
    return List.copyOf(new TreeSet<>(members));
  }

  @SafeVarargs
  private static SortedSet<Integer> union(List<Integer>... lists) {
    SortedSet<Integer> all = new TreeSet<>();
    for (List<Integer> list : lists) all.addAll(list);
    return all;
  }

  @Override
  public String toString() {
    return "voters="
        + voters
        + (isJoint() ? " outgoing=" + outgoing : "")
        + (learners.isEmpty() ? "" : " learners=" + learners)
        + (joining.isEmpty() ? "" : " joining=" + joining);
  }
}
