package io.jangada.raft;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.TreeSet;

/// A cluster to which anything may happen that the protocol must survive: every message lost,
/// repeated or overtaken, every link cut one way or both, every disk late, every member crashed
/// with any part of what was being written on its disk, clocks at any speed, the membership
/// changed. Then a calm in which all must converge.
final class RandomWalk {
  private record Statement(long ticket, int leader, long term, int witness) {}

  private static final int NEWCOMERS = 2;

  final RaftCluster cluster;
  private final SplittableRandom random;
  private final int size;
  private final boolean lockstep;
  private final boolean changes;
  private final int lossPercent;
  private final boolean slowDisks;
  private final boolean wipes;
  private final List<Statement> statements = new ArrayList<>();
  private long commands;

  /// How many members lost all they had.
  long wiped;

  RandomWalk(long seed) {
    random = new SplittableRandom(seed);
    size = 1 + random.nextInt(5);
    int leaseTicks = random.nextInt(4) == 0 ? 8 : 0;
    lockstep = leaseTicks > 0;
    changes = random.nextInt(2) == 0;
    lossPercent = random.nextInt(3) == 0 ? 0 : random.nextInt(20);
    slowDisks = random.nextBoolean();
    wipes = random.nextBoolean();
    boolean quorumOnly = random.nextInt(4) == 0;
    RaftConfig.TrafficPolicy thrift =
        new RaftConfig.TrafficPolicy(quorumOnly, random.nextInt(3), random.nextInt(4))
            .withLostTicks(random.nextInt(3))
            .withSendingsPercentMin(random.nextBoolean() ? 0 : 75);
    RaftConfig.Limits limits =
        TestLimits.usual()
            .messageEntriesMax(1 + random.nextInt(4))
            .messageBytesMax(40 + random.nextInt(200))
            .inflightMessagesMax(1 + random.nextInt(4))
            .inflightBytesMax(40 + random.nextInt(400))
            .uncommittedBytesMax(2000)
            .readsMax(20)
            .applyBytesMax(1 + random.nextInt(200))
            .retainedBytes(random.nextBoolean() ? 0 : random.nextInt(400))
            .retainedBytesMax(400 + random.nextInt(2000))
            .get();
    List<Integer> voters = new ArrayList<>();
    for (int id = 1; id <= size; id++) voters.add(id);
    cluster =
        new RaftCluster(
            voters, config -> tuned(config, leaseTicks, thrift, limits), _ -> random.split());
    for (int id = size + 1; changes && id <= size + NEWCOMERS; id++) {
      RaftConfig config = RaftCluster.configOf(id, voters);
      cluster.add(tuned(config, leaseTicks, thrift, limits), random.split());
    }
    for (ClusterMember member : cluster.members.values()) {
      if (wipes) member.disk.standing = new Incarnation(100L * member.id, false);
      member.disk.automatic = !slowDisks;
      cluster.restart(member.id);
    }
  }

  private RaftConfig tuned(
      RaftConfig config,
      int leaseTicks,
      RaftConfig.TrafficPolicy thrift,
      RaftConfig.Limits limits) {
    int priority = random.nextInt(3) == 0 ? 5 : RaftConfig.PRIORITY_MAX;
    return config
        .withLeaseTicks(leaseTicks)
        .withTraffic(thrift)
        .withLimits(limits)
        .withPriority(priority);
  }

  void storm(int steps) {
    for (int i = 0; i < steps; i++) act();
  }

  private void act() {
    int dice = random.nextInt(1000);
    if (dice < 640) messageOrTime();
    else if (dice < 720) sync();
    else if (dice < 830) request();
    else if (dice < 850) witnessRead();
    else if (dice < 870) takeSnapshot();
    else if (dice < 880) cutOrHeal();
    else if (dice < 886) crash();
    else if (dice < 920) restart();
    else if (dice < 925) transfer();
    else if (dice < 940 && changes) changeMembership();
    else if (dice < 950 && wipes) wipe();
  }

  private void messageOrTime() {
    if (random.nextInt(10) == 0 || cluster.pool.isEmpty()) time();
    else message();
  }

  private void message() {
    // Mostly in order, now and then one from anywhere.
    int at = random.nextInt(4) == 0 ? random.nextInt(cluster.pool.size()) : 0;
    Message message = cluster.pool.stream().skip(at).findFirst().orElseThrow();
    boolean repeat = random.nextInt(100) < lossPercent / 3;
    if (!repeat) cluster.pool.removeFirstOccurrence(message);
    if (random.nextInt(100) < lossPercent) cluster.pool.removeFirstOccurrence(message);
    else cluster.deliver(message);
    while (cluster.pool.size() > 300) cluster.pool.removeFirst();
  }

  private void time() {
    for (ClusterMember member : cluster.members.values())
      if (member.isUp() && (lockstep || random.nextInt(5) > 0))
        cluster.step(member.id, new Input.Tick(lockstep ? 1 : 1 + random.nextInt(2)));
  }

  private void sync() {
    ClusterMember member = anybody();
    if (member.isUp()) cluster.sync(member.id);
  }

  private void request() {
    ClusterMember member = random.nextBoolean() ? leaderOr(anybody()) : anybody();
    if (!member.isUp()) return;
    if (random.nextInt(3) > 0) cluster.propose(member.id, "c" + ++commands);
    else readAnywhere();
  }

  /// Members that think that they lead, be it wrongly, are asked first.
  private void readAnywhere() {
    List<ClusterMember> leaders =
        cluster.members.values().stream().filter(m -> m.isUp() && m.node.isLeader()).toList();
    if (!leaders.isEmpty()) cluster.read(leaders.get(random.nextInt(leaders.size())).id);
  }

  /// Somebody asks a member, which states whom it follows; the leader gets to know later.
  private void witnessRead() {
    ClusterMember member = anybody();
    if (random.nextBoolean() && member.isUp()) {
      int leader = member.node.leader();
      if (leader == Membership.NONE || leader == member.id) return;
      long ticket = 1_000_000 + commands++;
      cluster.laws.asked(ticket);
      statements.add(new Statement(ticket, leader, member.node.term(), member.id));
    } else if (!statements.isEmpty()) {
      Statement said = statements.remove(random.nextInt(statements.size()));
      ClusterMember leader = cluster.member(said.leader);
      if (!leader.isUp() || leader.node.term() != said.term || !leader.node.isLeader()) return;
      cluster.step(leader.id, new Input.Read(said.ticket, said.witness));
    }
  }

  private void takeSnapshot() {
    ClusterMember member = random.nextBoolean() ? leaderOr(anybody()) : anybody();
    if (!member.isUp() || member.applied == 0) return;
    SnapshotMeta newest = member.node.snapshot();
    if (newest != null && newest.last().index() >= member.applied) return;
    cluster.snapshot(member.id);
  }

  private void cutOrHeal() {
    if (random.nextInt(2) == 0) {
      cluster.heal();
      return;
    }
    ClusterMember a = random.nextBoolean() ? leaderOr(anybody()) : anybody();
    ClusterMember b = anybody();
    if (a == b) return;
    switch (random.nextInt(3)) {
      case 0 -> cluster.cut.add(RaftCluster.link(a.id, b.id));
      case 1 -> cluster.cutBoth(a.id, b.id);
      default -> cluster.isolate(a.id);
    }
  }

  private void crash() {
    ClusterMember member = random.nextBoolean() ? leaderOr(anybody()) : anybody();
    if (!member.isUp()) return;
    cluster.crash(member.id, random.nextInt(3), random.nextInt(4));
  }

  /// A member loses all it has, while the others can do without it: none of them is in probation,
  /// and a majority of the voters holds all that is committed.
  private void wipe() {
    ClusterMember member = random.nextBoolean() ? leaderOr(anybody()) : anybody();
    int leader = cluster.leader();
    if (leader == Membership.NONE || !cluster.node(leader).isEstablished()) return;
    RaftNode node = cluster.node(leader);
    Membership now = node.membership();
    if (node.membershipAt(node.commit()) != now || now.isJoint()) return;
    if (!now.contains(member.id) || isAnybodyInProbation()) return;
    List<Integer> others = now.voters().stream().filter(id -> id != member.id).toList();
    if (!cluster.laws.areSafeWith(others, now.voters().size() / 2 + 1)) return;
    cluster.wipe(member.id);
    wiped++;
  }

  private boolean isAnybodyInProbation() {
    return cluster.members.values().stream().anyMatch(m -> m.disk.standing.rejoining());
  }

  private void restart() {
    ClusterMember member = anybody();
    if (!member.isUp()) cluster.restart(member.id);
  }

  private void transfer() {
    ClusterMember leader = leaderOr(anybody());
    if (!leader.isUp()) return;
    cluster.transfer(leader.id, random.nextBoolean() ? Membership.NONE : anybody().id);
  }

  private void changeMembership() {
    ClusterMember leader = leaderOr(anybody());
    if (!leader.isUp() || isAnybodyInProbation()) return;
    TreeSet<Integer> voters = new TreeSet<>();
    TreeSet<Integer> learners = new TreeSet<>();
    TreeSet<Integer> joining = new TreeSet<>();
    for (int id : cluster.members.keySet()) {
      int dice = random.nextInt(10);
      if (dice < 6) voters.add(id);
      else if (dice < 8) learners.add(id);
      if (dice == 6) joining.add(id);
    }
    if (voters.isEmpty()) return;
    Membership target =
        new Membership(List.copyOf(voters), List.of(), List.copyOf(learners), List.copyOf(joining));
    cluster.change(leader.id, target);
  }

  private ClusterMember anybody() {
    List<ClusterMember> all = List.copyOf(cluster.members.values());
    return all.get(random.nextInt(all.size()));
  }

  private ClusterMember leaderOr(ClusterMember otherwise) {
    int leader = cluster.leader();
    return leader == Membership.NONE ? otherwise : cluster.member(leader);
  }

  /// Everything works again: a leader must emerge, serve, and bring everybody up to date.
  void calm() {
    cluster.heal();
    for (ClusterMember member : cluster.members.values()) {
      if (!member.isUp()) cluster.restart(member.id);
      while (cluster.sync(member.id)) continue;
      member.disk.automatic = true;
    }
    cluster.settle();
    cluster.runToLeader(400);
    for (int i = 0; i < 3; i++) {
      cluster.run(60);
      int leader = cluster.leader();
      long ticket = cluster.propose(leader, "calm" + i);
      if (!cluster.member(leader).proposed.containsKey(ticket)) continue;
      long read = cluster.read(leader);
      cluster.run(60);
      if (!cluster.member(leader).reads.contains(read) && cluster.leader() == leader)
        throw new AssertionError("a read in the calm is not answered");
    }
    converged();
  }

  private void converged() {
    ClusterMember leader = cluster.member(cluster.leader());
    RaftNode node = leader.node;
    if (node.membership().isJoint() || !node.membership().joining().isEmpty())
      throw new AssertionError("a change does not end: " + node.membership());
    if (node.commit() != node.last().index()) throw new AssertionError("the leader's log waits");
    for (int id : node.membership().members()) {
      ClusterMember member = cluster.member(id);
      if (member.node.incarnation().rejoining())
        throw new AssertionError(member + " is still in probation");
      if (member.applied != leader.applied)
        throw new AssertionError(
            member + " is at " + member.applied + ", the leader at " + leader.applied);
    }
  }
}
