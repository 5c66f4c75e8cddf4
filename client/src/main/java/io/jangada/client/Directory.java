package io.jangada.client;

import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/// Where servers are, and which of them to ask next: the one that is thought to lead, or else the
/// one that disappointed longest ago.
final class Directory {
  private final List<Endpoint> seeds;
  private final Map<Integer, Endpoint> members;

  /// When each disappointed last, counted in disappointments.
  private final Map<Endpoint, Long> disappointed = new HashMap<>();

  private long disappointments;

  /// How many there had been when the members were last learned.
  private long disappointmentsThen;

  private Endpoint leader;

  Directory(List<Endpoint> seeds, Map<Integer, Endpoint> members) {
    this.seeds = seeds;
    this.members = new TreeMap<>(members);
  }

  /// Where to send what only the leader does.
  Endpoint target() {
    return leader != null ? leader : anyMember();
  }

  /// Where to send what every member does: the one that disappointed longest ago.
  Endpoint anyMember() {
    Set<Endpoint> all = new LinkedHashSet<>(seeds);
    all.addAll(members.values());
    Endpoint best = null;
    for (Endpoint each : all) if (best == null || when(each) < when(best)) best = each;
    return best;
  }

  private long when(Endpoint endpoint) {
    return disappointed.getOrDefault(endpoint, 0L);
  }

  /// Where the member listens, as far as it is known, or null.
  Endpoint known(int member) {
    return members.get(member);
  }

  /// Where the member listens, or null when that is unknown or what is known led nowhere.
  Endpoint of(int member) {
    Endpoint endpoint = members.get(member);
    return endpoint == null || when(endpoint) > disappointmentsThen ? null : endpoint;
  }

  /// A server said who leads. Said by another than the one that is asked at present, it is old
  /// news.
  void leads(Endpoint said, Endpoint leader) {
    if (this.leader == null || this.leader.equals(said)) this.leader = leader;
  }

  /// It cannot be reached, does not answer, or knows no leader.
  void disappointed(Endpoint endpoint) {
    disappointed.put(endpoint, ++disappointments);
    if (endpoint.equals(leader)) leader = null;
  }

  /// Takes a list of the members as a server gave it.
  void learn(Map<Integer, Endpoint> found) {
    members.clear();
    members.putAll(found);
    disappointmentsThen = disappointments;
    disappointed.keySet().removeIf(each -> !seeds.contains(each) && !found.containsValue(each));
  }
}
