package io.jangada.server;

import io.jangada.node.Status;
import io.jangada.protocol.etcd.MemberChange;
import io.jangada.protocol.etcd.MemberChange.End;
import io.jangada.protocol.etcd.MemberChange.Kind;
import io.jangada.raft.Membership;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// Decides what a change that one of etcd's clients asks for comes to at the leader: [Planner] says
/// which changes are safe.
record MemberPlans(Addresses addresses, EtcdPlaces places) {
  private static final Pattern PEER_URL = Pattern.compile("https?://(.+):([0-9]{1,5})/?");

  /// A learner may be promoted when it has so many percent of the leader's log.
  private static final int READY_PERCENT = 90;

  sealed interface Step {
    record Over(End end) implements Step {}

    record Make(Membership target, int member) implements Step {}
  }

  private static Step over(Kind kind, int member) {
    return new Step.Over(End.of(kind, member));
  }

  /// @param alive the members that were heard of
  Step plan(Status status, Set<Integer> alive, MemberChange change) {
    Membership now = status.membership();
    Planner planner = new Planner(now, alive, addresses);
    return switch (change) {
      case MemberChange.Add(List<String> urls, boolean learner) -> add(planner, urls, learner);
      case MemberChange.Remove(int member) ->
          now.contains(member)
              ? step(planner.remove(member), member, Kind.TOO_FEW_STARTED, now)
              : over(Kind.UNKNOWN_MEMBER, member);
      case MemberChange.Update(int member, List<String> urls) -> update(now, member, urls);
      case MemberChange.Promote(int member) -> promote(status, planner, member);
      case MemberChange.Publish(int member, String text) -> record(now, member, text);
      case MemberChange.Lead(int member) -> over(Kind.BAD_TRANSFEREE, member);
    };
  }

  private static Step step(Plan plan, int member, Kind refusal, Membership now) {
    return switch (plan) {
      case Plan.Change(Membership target, _, _) -> new Step.Make(target, member);
      case Plan.Nothing _ -> over(Kind.DONE, member);
      case Plan.Refusal _ when now.isJoint() -> over(Kind.UNHEALTHY, member);
      case Plan.Refusal(String why) when refusal == Kind.REFUSED ->
          new Step.Over(new End(Kind.REFUSED, member, why));
      case Plan.Refusal _ -> over(refusal, member);
    };
  }

  /// The new member's number is that which the configuration has for its address, or the next one.
  private Step add(Planner planner, List<String> urls, boolean learner) {
    Optional<Address> place = address(urls, 0);
    if (place.isEmpty()) return over(Kind.BAD_URLS, Membership.NONE);
    Membership now = planner.now();
    if (isTaken(now, place.get(), Membership.NONE)) return over(Kind.URLS_EXIST, Membership.NONE);
    int id = places.configuredAt(place.get()).orElseGet(() -> places.unusedId(now.members()));
    Address address = addresses.configured(id).orElse(place.get());
    Plan plan = learner ? planner.addLearner(id, address) : planner.add(id, address);
    return step(plan, id, Kind.REFUSED, now);
  }

  private Step update(Membership now, int member, List<String> urls) {
    if (!now.contains(member)) return over(Kind.UNKNOWN_MEMBER, member);
    Optional<Address> before = addresses.recorded(member).or(() -> addresses.of(member));
    Optional<Address> place = address(urls, before.map(Address::clientPort).orElse(0));
    if (place.isEmpty()) return over(Kind.BAD_URLS, member);
    if (isTaken(now, place.get(), member)) return over(Kind.URLS_EXIST, member);
    Address.ForEtcd etcd = before.map(Address::etcd).orElse(null);
    Address found = place.get();
    return record(
        now,
        member,
        new Address(found.host(), found.peerPort(), found.clientPort(), etcd).toString());
  }

  private Step promote(Status status, Planner planner, int member) {
    Membership now = planner.now();
    if (!now.contains(member)) return over(Kind.UNKNOWN_MEMBER, member);
    if (now.isVoter(member) || now.joining().contains(member)) return over(Kind.NO_LEARNER, member);
    Status.Peer peer = status.replication().peers().get(member);
    long wanted = status.log().last().index() * READY_PERCENT / 100;
    if (peer == null || !planner.alive().contains(member) || peer.match() < wanted)
      return over(Kind.LEARNER_BEHIND, member);
    return step(planner.promote(member), member, Kind.REFUSED, now);
  }

  /// Only the address is new: what else goes with members need not be repeated.
  private static Step record(Membership now, int member, String address) {
    if (!now.contains(member)) return over(Kind.UNKNOWN_MEMBER, member);
    if (address.equals(now.addresses().get(member))) return over(Kind.DONE, member);
    if (now.isJoint()) return over(Kind.UNHEALTHY, member);
    if (Address.read(address).isEmpty() || address.length() > Membership.ADDRESS_BYTES_MAX)
      return over(Kind.BAD_URLS, member);
    Membership target =
        new Membership(now.voters(), List.of(), now.learners(), now.joining())
            .withAddress(member, address);
    return new Step.Make(target, member);
  }

  private boolean isTaken(Membership now, Address place, int but) {
    for (int member : now.members())
      if (member != but
          && addresses.of(member).map(Address::peer).filter(place.peer()::equals).isPresent())
        return true;
    return false;
  }

  /// Members have one address for each other.
  private static Optional<Address> address(List<String> urls, int clientPort) {
    if (urls.size() != 1) return Optional.empty();
    Matcher parts = PEER_URL.matcher(urls.getFirst());
    if (!parts.matches()) return Optional.empty();
    String host = parts.group(1);
    boolean isIpv6 = host.startsWith("[") && host.endsWith("]");
    if (!isIpv6 && host.indexOf(':') >= 0) return Optional.empty();
    String bare = isIpv6 ? host.substring(1, host.length() - 1) : host;
    return Address.of(bare, parts.group(2), "1")
        .map(found -> new Address(found.host(), found.peerPort(), clientPort));
  }
}
