package io.jangada.protocol.maelstrom;

import io.jangada.bytes.MalformedException;
import io.jangada.codec.Json;
import io.jangada.raft.Membership;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;
import java.util.stream.IntStream;

/// The nodes' names and their numbers as members: the place of a name among all names in ascending
/// order of their UTF-16 units, from 0. All nodes get the same names, so all agree.
///
/// @param own this node's number
/// @param names in ascending order
record NodeNames(int own, List<String> names) {
  /// Reads the body of an `init`.
  static NodeNames of(Json.Obj body) {
    String own = body.text("node_id");
    List<String> given = new ArrayList<>();
    for (Json each : body.list("node_ids", Membership.MEMBERS_MAX)) {
      if (!(each instanceof Json.Str(String name)))
        throw new MalformedException("'node_ids' has an item that is not a string");
      given.add(name);
    }
    TreeSet<String> sorted = new TreeSet<>(given);
    if (sorted.size() < given.size()) throw new MalformedException("'node_ids' names a node twice");
    List<String> names = List.copyOf(sorted);
    if (!names.contains(own)) throw new MalformedException("'node_id' is not among 'node_ids'");
    return new NodeNames(names.indexOf(own), names);
  }

  String ownName() {
    return names.get(own);
  }

  String name(int member) {
    return names.get(member);
  }

  /// The member of this name, or [Membership#NONE].
  int member(String name) {
    return names.indexOf(name);
  }

  Membership membership() {
    return Membership.of(IntStream.range(0, names.size()).boxed().toList());
  }
}
