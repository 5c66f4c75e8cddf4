package io.jangada.protocol.udp3700;

import io.jangada.raft.Membership;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

/// The replicas' ids and their numbers as members: the place of an id among all ids in ascending
/// order, from 0. Each process gets the same ids in an order of its own, and all agree.
final class ReplicaIds {
  /// The id that names no replica, or all the others.
  static final String NO_LEADER = "FFFF";

  private static final int ID_LENGTH = 4;

  private final List<String> ids;
  private final int own;

  /// @throws IllegalArgumentException when an id is none, or comes twice; the message says which
  ReplicaIds(String own, List<String> others) {
    List<String> all = new ArrayList<>(others);
    all.add(own);
    all.sort(null);
    for (int i = 0; i < all.size(); i++) {
      String id = all.get(i);
      if (!isId(id) || id.equals(NO_LEADER))
        throw new IllegalArgumentException("'" + id + "' is no id of a replica");
      if (i > 0 && id.equals(all.get(i - 1)))
        throw new IllegalArgumentException(id + " is there twice");
    }
    if (all.size() > Membership.MEMBERS_MAX)
      throw new IllegalArgumentException(
          all.size() + " replicas, at most " + Membership.MEMBERS_MAX);
    this.ids = List.copyOf(all);
    this.own = all.indexOf(own);
  }

  /// Whether it is four hexadecimal digits.
  static boolean isId(String text) {
    if (text.length() != ID_LENGTH) return false;
    for (int i = 0; i < ID_LENGTH; i++) {
      char c = text.charAt(i);
      boolean digit = c >= '0' && c <= '9' || c >= 'A' && c <= 'F' || c >= 'a' && c <= 'f';
      if (!digit) return false;
    }
    return true;
  }

  int own() {
    return own;
  }

  String ownId() {
    return ids.get(own);
  }

  /// The id of a member; [#NO_LEADER] for [Membership#NONE].
  String id(int member) {
    return member == Membership.NONE ? NO_LEADER : ids.get(member);
  }

  /// The member of this id, or [Membership#NONE].
  int member(String id) {
    return ids.indexOf(id);
  }

  Membership membership() {
    return Membership.of(IntStream.range(0, ids.size()).boxed().toList());
  }

  @Override
  public String toString() {
    return ownId() + " of " + ids;
  }
}
