package io.jangada.protocol.maelstrom;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/// Who does not hear whom.
///
/// @param deaf for each receiver the senders whose messages are lost
/// @param talking the nodes of a majority in which everybody hears everybody, or none
record Partition(String name, Map<String, Set<String>> deaf, List<String> talking) {
  static final Partition NONE = new Partition("none", Map.of(), List.of());

  /// The kinds that Maelstrom draws from, and one of ours: one-way.
  enum Kind {
    ONE,
    MAJORITY,
    MAJORITIES_RING,
    MINORITY_THIRD,
    ONE_WAY
  }

  boolean drops(String src, String dest) {
    Set<String> unheard = deaf.get(dest);
    return unheard != null && unheard.contains(src);
  }

  static Partition of(Kind kind, List<String> nodes, Random random) {
    List<String> shuffled = new ArrayList<>(nodes);
    Collections.shuffle(shuffled, random);
    int size = nodes.size();
    return switch (kind) {
      case ONE -> halves(kind, shuffled, 1);
      case MAJORITY -> halves(kind, shuffled, (size - 1) / 2);
      case MINORITY_THIRD -> halves(kind, shuffled, (size - 1) / 3);
      case MAJORITIES_RING -> ring(shuffled);
      case ONE_WAY -> oneWay(shuffled);
    };
  }

  /// The first nodes and the others do not hear each other.
  private static Partition halves(Kind kind, List<String> nodes, int first) {
    Map<String, Set<String>> deaf = new TreeMap<>();
    List<String> few = nodes.subList(0, first);
    List<String> many = nodes.subList(first, nodes.size());
    for (String node : few) deaf.put(node, new TreeSet<>(many));
    for (String node : many) deaf.put(node, new TreeSet<>(few));
    return new Partition(kind + " " + few + " " + many, deaf, List.copyOf(many));
  }

  /// Every node hears a majority, and no two hear the same one.
  private static Partition ring(List<String> nodes) {
    int size = nodes.size();
    int majority = size / 2 + 1;
    Map<String, Set<String>> deaf = new TreeMap<>();
    for (int start = 0; start < size; start++) {
      Set<String> unheard = new TreeSet<>(nodes);
      for (int i = 0; i < majority; i++) unheard.remove(nodes.get((start + i) % size));
      deaf.put(nodes.get((start + majority / 2) % size), unheard);
    }
    return new Partition(Kind.MAJORITIES_RING + " " + nodes, deaf, List.of());
  }

  /// One node is heard by nobody, but hears all.
  private static Partition oneWay(List<String> nodes) {
    String dumb = nodes.getFirst();
    Map<String, Set<String>> deaf = new TreeMap<>();
    for (String node : nodes.subList(1, nodes.size())) deaf.put(node, Set.of(dumb));
    return new Partition(
        Kind.ONE_WAY + " " + dumb, deaf, List.copyOf(nodes.subList(1, nodes.size())));
  }
}
