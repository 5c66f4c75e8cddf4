package io.jangada.raft;

import io.jangada.bytes.ByteReader;
import io.jangada.bytes.ByteWriter;
import io.jangada.bytes.Bytes;
import io.jangada.bytes.MalformedException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.HexFormat;
import java.util.List;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;

/// The members of the cluster and its voters. In joint consensus (§6) there are two groups of
/// voters, and every decision needs a majority of each.
///
/// Encoded, it is a version (1 byte), then voters, outgoing, learners and joining, each a count (1
/// byte) and ids (4 bytes each). Version 2 goes on with the addresses: a count (1), then for each
/// an id (4), a length (2) and that many bytes of UTF-8; and the incarnations: a count (1), then
/// for each an id (4) and the number (8). Version 3 goes on with the cluster's id (8). Written is
/// the lowest version that has room for what there is.
///
/// @param clusterId drawn when the cluster began, so that no cluster takes another's members for
///   its own; 0 for none
/// @param voters the voters (of the new group while joint), ascending, at least one
/// @param outgoing the voters of the old group while joint, ascending; empty otherwise
/// @param learners members that get the log and do not vote, ascending
/// @param joining the learners that become voters by themselves once they have caught up
/// @param addresses where members are reached, by id; the protocol does not look at them. A member
///   may have none
/// @param incarnations of members that were readmitted with new data, by id: only messages from
///   that data count ([Incarnation#number]). Others count whatever data they have
public record Membership(
    long clusterId,
    List<Integer> voters,
    List<Integer> outgoing,
    List<Integer> learners,
    List<Integer> joining,
    SortedMap<Integer, String> addresses,
    SortedMap<Integer, Long> incarnations) {
  /// No member: no vote, no known leader.
  public static final int NONE = -1;

  /// The largest cluster: members of all kinds together.
  public static final int MEMBERS_MAX = 64;

  /// The longest address, in bytes of UTF-8.
  public static final int ADDRESS_BYTES_MAX = 512;

  private static final int PLAIN_VERSION = 1;
  private static final int ADDRESSED_VERSION = 2;
  private static final int VERSION = 3;

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
    addresses = Collections.unmodifiableSortedMap(new TreeMap<>(addresses));
    SortedSet<Integer> members = union(voters, outgoing, learners);
    addresses.forEach((member, address) -> needAddress(members, member, address));
    incarnations = Collections.unmodifiableSortedMap(new TreeMap<>(incarnations));
    if (!members.containsAll(incarnations.keySet()) || incarnations.containsValue(0L))
      throw new IllegalArgumentException("incarnations " + incarnations + " of " + members);
  }

  /// A membership without a cluster id, addresses and incarnations.
  public Membership(
      List<Integer> voters, List<Integer> outgoing, List<Integer> learners, List<Integer> joining) {
    this(
        0,
        voters,
        outgoing,
        learners,
        joining,
        Collections.emptySortedMap(),
        Collections.emptySortedMap());
  }

  private static void needAddress(SortedSet<Integer> members, int member, String address) {
    if (!members.contains(member))
      throw new IllegalArgumentException("an address of " + member + ", which is no member");
    Bytes text = Bytes.utf8(address);
    if (text.length() == 0 || text.length() > ADDRESS_BYTES_MAX || !text.toUtf8().equals(address))
      throw new IllegalArgumentException(
          "the address of member "
              + member
              + " is not 1 to "
              + ADDRESS_BYTES_MAX
              + " bytes of text");
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

  /// The incarnation of a member whose words count; 0 where that was never recorded.
  public long incarnation(int member) {
    return incarnations.getOrDefault(member, 0L);
  }

  /// This membership as that of the cluster with this id.
  public Membership withClusterId(long clusterId) {
    return new Membership(clusterId, voters, outgoing, learners, joining, addresses, incarnations);
  }

  /// This membership with the addresses that `known` has of its members, in place of its own where
  /// both have one.
  public Membership withAddresses(SortedMap<Integer, String> known) {
    return knowing(joined(addresses, known), incarnations);
  }

  /// This membership with an address of one of its members.
  public Membership withAddress(int member, String address) {
    SortedMap<Integer, String> all = new TreeMap<>(addresses);
    all.put(member, address);
    return new Membership(clusterId, voters, outgoing, learners, joining, all, incarnations);
  }

  /// This membership with these addresses and incarnations, as far as they are its members'.
  private Membership knowing(
      SortedMap<Integer, String> addresses, SortedMap<Integer, Long> incarnations) {
    SortedSet<Integer> members = members();
    SortedMap<Integer, String> reached = new TreeMap<>(addresses);
    SortedMap<Integer, Long> recorded = new TreeMap<>(incarnations);
    reached.keySet().retainAll(members);
    recorded.keySet().retainAll(members);
    return new Membership(clusterId, voters, outgoing, learners, joining, reached, recorded);
  }

  /// What a request for `target` comes to: addresses known here go with members for which it names
  /// none, incarnations are those known here, and so is the cluster's id once there is one. Nothing
  /// that goes with a member is forgotten by a change of something else.
  public Membership completed(Membership target) {
    return target
        .knowing(joined(addresses, target.addresses), incarnations)
        .withClusterId(clusterId == 0 ? target.clusterId : clusterId);
  }

  private static <V> SortedMap<Integer, V> joined(
      SortedMap<Integer, V> some, SortedMap<Integer, V> others) {
    SortedMap<Integer, V> all = new TreeMap<>(some);
    all.putAll(others);
    return all;
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
    return new Membership(target.voters, voters, target.learners, target.joining)
        .withClusterId(target.clusterId)
        .knowing(joined(addresses, target.addresses), joined(incarnations, target.incarnations));
  }

  /// This membership with a learner as a voter.
  Membership promoting(int learner) {
    List<Integer> more = new ArrayList<>(voters);
    more.add(learner);
    return new Membership(more, outgoing, without(learners, learner), without(joining, learner))
        .withClusterId(clusterId)
        .knowing(addresses, incarnations);
  }

  /// This membership with a member as a learner of which only the words of `incarnation` count, and
  /// that becomes a voter again by itself where it was one.
  Membership readmitting(int member, long incarnation) {
    SortedMap<Integer, Long> recorded = new TreeMap<>(incarnations);
    recorded.put(member, incarnation);
    if (!voters.contains(member)) return knowing(addresses, recorded);
    List<Integer> more = new ArrayList<>(learners);
    more.add(member);
    List<Integer> back = new ArrayList<>(joining);
    back.add(member);
    return new Membership(without(voters, member), outgoing, more, back)
        .withClusterId(clusterId)
        .knowing(addresses, recorded);
  }

  private static List<Integer> without(List<Integer> members, int member) {
    return members.stream().filter(each -> each != member).toList();
  }

  /// The membership in which a joint phase ends.
  public Membership settled() {
    return new Membership(voters, List.of(), learners, joining)
        .withClusterId(clusterId)
        .knowing(addresses, incarnations);
  }

  public Bytes encode() {
    boolean plain = addresses.isEmpty() && incarnations.isEmpty();
    int version = clusterId != 0 ? VERSION : plain ? PLAIN_VERSION : ADDRESSED_VERSION;
    ByteWriter out = new ByteWriter(64).put(version);
    for (List<Integer> list : List.of(voters, outgoing, learners, joining)) {
      out.put(list.size());
      list.forEach(out::putInt);
    }
    if (version == PLAIN_VERSION) return out.toBytes();
    out.put(addresses.size());
    addresses.forEach(
        (member, address) -> {
          Bytes text = Bytes.utf8(address);
          out.putInt(member).put(text.length() >>> 8).put(text.length()).putRaw(text);
        });
    out.put(incarnations.size());
    incarnations.forEach((member, incarnation) -> out.putInt(member).putLong(incarnation));
    if (version == VERSION) out.putLong(clusterId);
    return out.toBytes();
  }

  /// @throws MalformedException when the bytes are not a membership
  public static Membership decode(Bytes bytes) {
    ByteReader in = new ByteReader(bytes);
    int version = in.get();
    if (version < PLAIN_VERSION || version > VERSION)
      throw new MalformedException("membership version " + version);
    List<Integer> voters = decodeList(in);
    List<Integer> outgoing = decodeList(in);
    List<Integer> learners = decodeList(in);
    List<Integer> joining = decodeList(in);
    SortedMap<Integer, String> addresses = new TreeMap<>();
    SortedMap<Integer, Long> incarnations = new TreeMap<>();
    if (version > PLAIN_VERSION) {
      decodeAddresses(in, addresses);
      decodeIncarnations(in, incarnations);
    }
    long clusterId = version == VERSION ? in.getLong() : 0;
    in.end();
    try {
      return new Membership(
          clusterId, voters, outgoing, learners, joining, addresses, incarnations);
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

  private static void decodeAddresses(ByteReader in, SortedMap<Integer, String> addresses) {
    int count = in.get();
    if (count > MEMBERS_MAX) throw new MalformedException(count + " addresses");
    for (int i = 0; i < count; i++) {
      int member = in.getInt();
      int length = in.get() << 8 | in.get();
      if (length > ADDRESS_BYTES_MAX)
        throw new MalformedException("an address of " + length + " bytes");
      Bytes text = in.getRaw(length);
      String address = text.toUtf8();
      if (!Bytes.utf8(address).equals(text)) throw new MalformedException("an address not UTF-8");
      addresses.put(member, address);
    }
  }

  private static void decodeIncarnations(ByteReader in, SortedMap<Integer, Long> incarnations) {
    int count = in.get();
    if (count > MEMBERS_MAX) throw new MalformedException(count + " incarnations");
    for (int i = 0; i < count; i++) incarnations.put(in.getInt(), in.getLong());
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
        + (joining.isEmpty() ? "" : " joining=" + joining)
        + (addresses.isEmpty() ? "" : " addresses=" + addresses)
        + (incarnations.isEmpty() ? "" : " incarnations=" + incarnations)
        + (clusterId == 0 ? "" : " cluster=" + HexFormat.of().toHexDigits(clusterId));
  }
}
