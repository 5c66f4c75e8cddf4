package io.jangada.tidy;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/// The rooms of the house and the arrows between them: this table is the law,
/// `docs/ARCHITECTURE.md` draws it. A room may use the rooms its arrows lead to, however many steps
/// away.
final class Rooms {
  static final String ROOT = "io.jangada.";

  /// The modules, each knowing those before it.
  static final List<String> MODULES = List.of("client", "server", "lab");

  private static final Map<String, List<String>> ARROWS =
      Map.ofEntries(
          Map.entry("bytes", List.of()),
          Map.entry("check", List.of()),
          Map.entry("raft", List.of("bytes")),
          Map.entry("kv", List.of("bytes")),
          Map.entry("store", List.of("raft")),
          Map.entry("node", List.of("store", "raft", "kv")),
          Map.entry("net", List.of()),
          Map.entry("codec", List.of("node")),
          Map.entry("link", List.of("codec", "node", "net")),
          Map.entry("protocol", List.of("codec", "node", "net")),
          Map.entry("server", List.of("protocol", "link")),
          Map.entry("client", List.of("bytes", "net")),
          Map.entry("harness", List.of("client", "server")),
          Map.entry("bench", List.of("client", "harness")),
          Map.entry("otherstores", List.of("bench")),
          Map.entry("sim", List.of("node", "check")),
          Map.entry("cli", List.of("server", "client")),
          Map.entry("demo", List.of("cli", "harness")),
          Map.entry("tester", List.of("cli", "harness")),
          Map.entry("torture", List.of("cli", "harness", "check")),
          Map.entry("lab", List.of("demo", "sim", "bench", "otherstores", "tester", "torture")));

  /// Finer than a room: the store keeps the protocol's values and does not know who decides.
  private static final Map<String, Set<String>> NEVER =
      Map.of("store", Set.of("io.jangada.raft.RaftNode"));

  /// Rooms that stay easy to read and to simulate because they use the JDK alone.
  static final Set<String> JDK_ONLY =
      Set.of("bytes", "raft", "kv", "store", "node", "check", "sim");

  private Rooms() {}

  /// The room a class is in: the package below `io.jangada`, whether a room of that name exists or
  /// not. Empty for classes outside `io.jangada` and for those that stand in no package below it.
  static Optional<String> of(String className) {
    if (!className.startsWith(ROOT)) {
      return Optional.empty();
    }
    int end = className.indexOf('.', ROOT.length());
    return end < 0 ? Optional.empty() : Optional.of(className.substring(ROOT.length(), end));
  }

  static Set<String> names() {
    return new TreeSet<>(ARROWS.keySet());
  }

  /// What is wrong with `user` mentioning `used`, if anything is.
  static List<Complaint> check(String user, Iterable<String> used) {
    Optional<String> room = of(user);
    if (room.isEmpty() || !ARROWS.containsKey(room.get())) {
      return List.of(
          new Complaint(
              user,
              "stands in no room",
              "Move it into one of " + names() + " or add a room to " + Rooms.class.getName()));
    }
    List<Complaint> complaints = new ArrayList<>();
    for (String other : used) {
      checkOne(user, room.get(), other).ifPresent(complaints::add);
    }
    return complaints;
  }

  private static Optional<Complaint> checkOne(String user, String room, String used) {
    if (!used.startsWith(ROOT)) {
      return JDK_ONLY.contains(room) && !used.startsWith("java.")
          ? complain(user, "uses the library class " + used, room + " uses java.* alone")
          : Optional.empty();
    }
    String other = of(used).orElse("");
    if (NEVER.getOrDefault(room, Set.of()).contains(outermost(used))) {
      return complain(user, "uses " + used, room + " must never know it");
    }
    if (other.equals(room) || reachable(room).contains(other)) {
      return Optional.empty();
    }
    return complain(
        user,
        "uses " + used + " against the arrows",
        room + " may use " + reachable(room) + "; move the code, or pass a value instead");
  }

  static String outermost(String className) {
    int dollar = className.indexOf('$');
    return dollar < 0 ? className : className.substring(0, dollar);
  }

  private static Optional<Complaint> complain(String where, String what, String advice) {
    return Optional.of(new Complaint(where, what, advice));
  }

  private static Set<String> reachable(String room) {
    Set<String> found = new TreeSet<>();
    for (String next : ARROWS.get(room)) {
      found.add(next);
      found.addAll(reachable(next));
    }
    return found;
  }
}
