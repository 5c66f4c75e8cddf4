package io.jangada.sim;

import io.jangada.kv.auth.Caller;
import io.jangada.node.FollowerPolicy;
import io.jangada.node.PeerMessage;
import io.jangada.node.Replica;
import io.jangada.node.ReplicaSettings;
import io.jangada.raft.Membership;
import io.jangada.raft.RaftConfig;
import io.jangada.raft.RaftEvent;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.function.IntConsumer;
import java.util.function.ObjIntConsumer;

/// All members of a run, the network between them, and the laws they are held to.
final class Cluster {
  private static final long TICK_NANOS = 10 * Scheduler.MILLI;
  private static final int POLLS_PER_LOG_MATCHING = 64;

  private final Scheduler world;
  private final SplittableRandom random;
  private final Trace trace;
  private final SwarmConfig swarm;
  private final List<Integer> initialMembers;
  private final IncarnationChecker incarnations;
  private final FaultBudget faultBudget;
  private final SafetyChecker laws;
  private final SimNetwork network;
  private final SortedMap<Integer, Member> members = new TreeMap<>();
  private ObjIntConsumer<RaftEvent> watcher = (_, _) -> {};
  private IntConsumer whenFirstCommitting = _ -> {};
  private IntConsumer whenAskerAnswered = _ -> {};
  private final SortedMap<Integer, Long> newLeaders = new TreeMap<>();
  private boolean stormy = true;
  private long leaptNanos = -1;
  private long polls;

  Cluster(Scheduler world, SplittableRandom random, SwarmConfig swarm, Trace trace) {
    this.world = world;
    this.random = random;
    this.swarm = swarm;
    this.trace = trace;
    this.network = new SimNetwork(world, split(), this::deliver);
    List<Integer> ids = new ArrayList<>();
    for (int id = 1; id <= swarm.members().voters(); id++) ids.add(id);
    this.initialMembers = List.copyOf(ids);
    this.incarnations = new IncarnationChecker(initialMembers, swarm.bootstrapsByMajority());
    this.faultBudget = new FaultBudget(Membership.of(initialMembers), swarm.bootstrapsByMajority());
    this.laws =
        new SafetyChecker(
            incarnations,
            faultBudget,
            new ReferenceModel(swarm.limits(), swarm.tuning().room().chunkBytes()));
    for (int id = 1; id <= swarm.members().voters() + swarm.members().spares(); id++)
      members.put(id, new Member(this, settings(id, Membership.of(initialMembers)), split()));
  }

  /// How long a majority of the initial members waits for the others.
  private static final int BOOTSTRAP_TICKS = 20;

  /// How often members compare what they hold.
  private static final int DIGEST_TICKS = 50;

  private ReplicaSettings settings(int id, Membership bootstrap) {
    RaftConfig raft =
        RaftConfig.of(id, bootstrap)
            .withLimits(swarm.raftLimits())
            .withTraffic(swarm.traffic())
            .withLeaseTicks(swarm.tuning().leaseTicks());
    boolean forwards = id % 2 == 0 && !swarm.demand().forgetful();
    return ReplicaSettings.of(raft)
        .withFollowers(forwards ? FollowerPolicy.FORWARD : FollowerPolicy.HOLD)
        .withInbox(swarm.inbox())
        .withTimes(TICK_NANOS, swarm.tuning().room().patienceMillis(), 200)
        .withSnapshotBytes(swarm.snapshotBytes())
        .withUpkeep(
            new ReplicaSettings.Upkeep(
                swarm.bootstrapsByMajority() ? BOOTSTRAP_TICKS : -1,
                DIGEST_TICKS,
                swarm.tuning().room().chunkBytes(),
                swarm.order().kept().of(id)))
        .withMemory(swarm.memory());
  }

  Scheduler world() {
    return world;
  }

  SafetyChecker laws() {
    return laws;
  }

  IncarnationChecker incarnations() {
    return incarnations;
  }

  FaultBudget faultBudget() {
    return faultBudget;
  }

  SwarmConfig swarm() {
    return swarm;
  }

  /// Who asks for what is always permitted; null where there are no users.
  Caller caller() {
    return swarm.order().asked().users() ? AuthProbe.ROOT : null;
  }

  SimNetwork network() {
    return network;
  }

  /// A source of chance of its own for one more part of the run.
  SplittableRandom split() {
    return random.split();
  }

  List<Member> members() {
    return List.copyOf(members.values());
  }

  Member member(int id) {
    return members.get(id);
  }

  List<Member> upMembers() {
    return members.values().stream().filter(Member::isUp).toList();
  }

  /// The leader of the latest term among those who are up; null for none.
  Member leader() {
    Member leader = null;
    for (Member member : upMembers()) {
      if (!member.replica().raft().isLeader()) continue;
      if (leader == null || member.replica().raft().term() > leader.replica().raft().term())
        leader = member;
    }
    return leader;
  }

  void trace(int member, String what) {
    trace.write(world.now(), "n" + member + " " + what);
  }

  /// Something happened in a member's protocol.
  void observe(int member, RaftEvent event) {
    trace(member, event.toString());
    SafetyChecker.check(!isAboutOthers(event), "members of one cluster keep the laws: " + event);
    if (event instanceof RaftEvent.ConfigurationChanged(long index, Membership membership)
        && index > laws.committed()) faultBudget.inForce(index, membership);
    if (!stormy) return;
    if (event instanceof RaftEvent.LeaderElected)
      newLeaders.put(member, members.get(member).replica().raft().commit());
    watcher.accept(event, member);
  }

  /// Whether it tells that another member broke a law, or lost what it acknowledged: nothing of
  /// that kind is done to members here.
  private static boolean isAboutOthers(RaftEvent event) {
    return event instanceof RaftEvent.Suspicion;
  }

  /// Calls `listener` with every new leader at the moment in which it first commits anything.
  void whenFirstCommitting(IntConsumer listener) {
    whenFirstCommitting = listener;
  }

  /// Calls `listener` with every member that a leader is about to tell its read index.
  void whenAskerAnswered(IntConsumer listener) {
    whenAskerAnswered = listener;
  }

  /// Tells `watcher` whatever happens in members' protocols in the storm.
  void watch(ObjIntConsumer<RaftEvent> watcher) {
    this.watcher = watcher;
  }

  /// The first leader's clock leaps ahead, and cluster time with it, as soon as there is a leader.
  void leap() {
    if (!stormy) return;
    Member leader = leader();
    if (leader == null || !leader.replica().raft().isEstablished()) {
      world.after(100 * Scheduler.MILLI, this::leap);
      return;
    }
    leaptNanos = world.now();
    trace(leader.id, "has a clock that leaps by " + swarm.demand().leapMillis() + " ms");
    leader.leap(swarm.demand().leapMillis() * Scheduler.MILLI);
  }

  /// When cluster time leapt; before everything when it did not.
  long leaptNanos() {
    return leaptNanos;
  }

  void trace(String what) {
    trace.write(world.now(), what);
  }

  void send(PeerMessage message) {
    trace.mix(message.from() * 64L + message.to());
    if (message instanceof PeerMessage.ReadIndexReply) whenAskerAnswered.accept(message.to());
    network.send(message);
  }

  private void deliver(PeerMessage message) {
    Member member = members.get(message.to());
    if (member != null) member.receive(message);
  }

  int drawDrift() {
    int max = swarm.faults().clocks().driftPpmMax();
    return random.nextInt(-max, max + 1);
  }

  /// Starts all, one after the other where the run has it so.
  void startAll() {
    for (Member member : members.values()) {
      if (swarm.members().startNanosMax() == 0) member.start(drawDrift());
      else world.after(random.nextLong(swarm.members().startNanosMax()), () -> startAgain(member));
    }
  }

  private void startAgain(Member member) {
    if (!member.isUp()) member.start(drawDrift());
  }

  /// A connection broke: `informed` takes `other` to be gone.
  void breakConnection(Member informed, int other) {
    if (informed.id != other && informed.isUp()) informed.replica().onPeerDisconnected(other);
  }

  /// A member died: in the storm it comes back after a while, in the calm at once. Some of its
  /// peers notice that their connections broke.
  void died(Member member) {
    for (Member other : members.values())
      if (random.nextBoolean())
        world.after(random.nextLong(5) * Scheduler.MILLI, () -> breakConnection(other, member.id));
    long away =
        stormy
            ? random.nextLong(20, 3_000) * Scheduler.MILLI
            : random.nextLong(1, 100) * Scheduler.MILLI;
    world.after(away, () -> startAgain(member));
  }

  void polled(Member member) {
    Replica replica = member.replica();
    trace.mix(replica.raft().commit() * 31 + replica.raft().term());
    laws.observe(replica);
    if (swarm.hoards()) Hoarder.check(replica, swarm.memory());
    Long commit = newLeaders.get(member.id);
    if (commit != null && replica.raft().commit() > commit) {
      newLeaders.remove(member.id);
      if (stormy && replica.raft().isLeader()) whenFirstCommitting.accept(member.id);
    }
    if (++polls % POLLS_PER_LOG_MATCHING == 0) laws.checkLogMatching(upReplicas());
  }

  private List<Replica> upReplicas() {
    return upMembers().stream().map(Member::replica).toList();
  }

  /// The storm is over: every fault ends.
  void calm() {
    stormy = false;
    trace("the storm is over");
    network.heal();
    network.setWeather(SimNetwork.Weather.CALM);
    for (Member member : members.values()) {
      member.setSpeed(new Member.DiskSpeed(50_000, 500_000));
      member.setFull(false);
      startAgain(member);
    }
  }

  /// The first thing that is not as it must be in the calm; null when there is none.
  String unsettled() {
    Member leader = leader();
    if (upMembers().size() < members.size()) return "somebody is down";
    if (leader == null || !leader.replica().raft().isEstablished()) return "nobody leads";
    Membership membership = leader.replica().raft().membership();
    if (membership.isJoint() || !membership.joining().isEmpty())
      return "a membership change is under way: " + membership;
    if (!swarm.faults().has(SwarmConfig.Fault.MEMBERSHIP)
        && !membership.voters().equals(initialMembers))
      return "not all are voters again: " + membership;
    for (Member member : members.values()) {
      if (member.replica().isBehind()) return "member " + member.id + " is behind";
      if (membership.contains(member.id) && member.replica().raft().incarnation().rejoining())
        return "member " + member.id + " is rejoining";
    }
    return laws.unsettled(upReplicas(), membership);
  }

  /// Those who belong to the cluster when everything is at rest.
  List<Member> currentMembers() {
    Membership membership = leader().replica().raft().membership();
    return members.values().stream().filter(each -> membership.contains(each.id)).toList();
  }

  /// Looks at what became of the data, when everything is at rest.
  void checkData() {
    laws.checkData(upReplicas(), leader().replica().raft().membership());
  }
}
