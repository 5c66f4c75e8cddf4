package io.jangada.sim;

import io.jangada.raft.EntryId;
import io.jangada.raft.Membership;
import io.jangada.raft.RaftEvent;
import io.jangada.sim.Member.Death;
import io.jangada.sim.SwarmConfig.Fault;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.random.RandomGenerator;

/// Makes the storm: one fault after another, of the kinds that the run has.
final class Nemesis {
  private final Cluster cluster;
  private final Scheduler world;
  private final SwarmConfig swarm;
  private final RandomGenerator random;
  private final List<Runnable> faults = new ArrayList<>();
  private boolean stopped;

  Nemesis(Cluster cluster) {
    this.cluster = cluster;
    this.world = cluster.world();
    this.swarm = cluster.swarm();
    this.random = cluster.split();
    SwarmConfig.Faults faults = swarm.faults();
    allow(faults.has(Fault.WEATHER), this::changeWeather);
    allow(faults.has(Fault.PARTITIONS), this::partition);
    allow(faults.has(Fault.PARTITIONS), this::partition);
    allow(faults.has(Fault.PARTITIONS), () -> cluster.breakConnection(anyMember(), anyMember().id));
    allow(faults.has(Fault.CRASHES), () -> kill(Death.PROCESS));
    allow(faults.has(Fault.POWER_LOSS), () -> kill(Death.POWER));
    allow(faults.has(Fault.POWER_LOSS), this::killAll);
    allow(faults.has(Fault.CRASHES_IN_DISK), this::crashInDisk);
    allow(faults.has(Fault.PAUSES), this::pause);
    allow(faults.has(Fault.SLOW_DISK), this::slowDisk);
    allow(faults.has(Fault.FULL_DISK), this::fillDisk);
    allow(faults.has(Fault.FAILED_SYNC), () -> anyMember().disk.failNextSync());
    allow(faults.has(Fault.MEMBERSHIP), this::changeMembership);
    allow(faults.has(Fault.TRANSFERS), this::transfer);
    allow(faults.has(Fault.SNAPSHOTS), this::takeSnapshot);
    allow(faults.has(Fault.WIPES), this::wipe);
    allow(faults.has(Fault.WIPES), this::wipe);
    allow(faults.has(Fault.ROT), this::rot);
    allow(faults.has(Fault.ROT), this::rot);
    allow(faults.has(Fault.ROT), this::rotSnapshot);
    allow(faults.narrowLinks(), () -> narrow(anyMember().id));
    allow(faults.clocks().leaderSlowPpm() > 0, this::slowLeader);
    allow(true, this::heal);
    if (faults.has(Fault.AMBUSH)) cluster.whenFirstCommitting(this::cutOffCommitting);
    cluster.watch(this::watch);
    if (faults.narrowLinks()) cluster.whenAskerAnswered(this::narrowAsker);
  }

  private void allow(boolean allowed, Runnable fault) {
    if (allowed) faults.add(fault);
  }

  void start() {
    world.after(random.nextLong(2 * swarm.faults().meanNanos()), this::next);
  }

  void stop() {
    stopped = true;
  }

  private void next() {
    if (stopped) return;
    faults.get(random.nextInt(faults.size())).run();
    world.after(random.nextLong(2 * swarm.faults().meanNanos()), this::next);
  }

  private Member anyMember() {
    List<Member> all = cluster.members();
    Member leader = cluster.leader();
    int chance = swarm.faults().has(Fault.LEADER_HUNT) ? 6 : 2;
    boolean hunted = leader != null && random.nextInt(8) < chance;
    return hunted ? leader : all.get(random.nextInt(all.size()));
  }

  /// Strikes where it may hurt most just then.
  private void watch(RaftEvent event, int member) {
    if (stopped) return;
    if (event instanceof RaftEvent.LeaderElected && swarm.faults().has(Fault.AMBUSH))
      ambush(member);
    if (event instanceof RaftEvent.Readmitting(int admitted, long _)) strikeReadmission(admitted);
    if (event instanceof RaftEvent.Readmitted) strikeReadmission(member);
    if (event instanceof RaftEvent.InstallStarted(int peer, EntryId _)) strikeInstall(peer, member);
    boolean reads =
        event instanceof RaftEvent.InstallStarted || event instanceof RaftEvent.SnapshotInstalled;
    if (reads) rotInstalled(member);
  }

  /// Strikes a new leader when it has perhaps begun to replicate: the world of Fig. 8.
  private void ambush(int elected) {
    if (random.nextInt(4) == 0) return;
    world.after(
        random.nextLong(30_000) * 1_000,
        () -> {
          Member leader = cluster.member(elected);
          if (stopped || !leader.isUp()) return;
          if (random.nextBoolean()) leader.kill(Death.PROCESS, "is ambushed");
          else isolate(elected, random.nextLong(50, 600) * Scheduler.MILLI);
        });
  }

  /// Isolates a new leader when it has just committed for the first time, perhaps before any
  /// message.
  private void cutOffCommitting(int leader) {
    if (!stopped && random.nextBoolean())
      isolate(leader, random.nextLong(50, 600) * Scheduler.MILLI);
  }

  private void isolate(int alone, long nanos) {
    cluster.trace("partition: " + alone + " is alone");
    List<Integer> others =
        cluster.members().stream().map(member -> member.id).filter(id -> id != alone).toList();
    cluster.network().cutBetween(List.of(alone), others);
    world.after(nanos, cluster.network()::heal);
  }

  /// Short messages reach a member late and longer ones not at all, as over a way that is long and
  /// whose greatest size of packets is not known.
  private void narrow(int member) {
    cluster.trace(member, "hears only what is short, and late");
    cluster.network().narrow(member);
    world.after(
        random.nextLong(100, 2_000) * Scheduler.MILLI, () -> cluster.network().widen(member));
  }

  /// A member that asked for the read index gets the answer late, and little else meanwhile: then
  /// the answer is of before what is acknowledged until it arrives.
  private void narrowAsker(int asker) {
    if (!stopped && random.nextInt(20) == 0) narrow(asker);
  }

  private void changeWeather() {
    SimNetwork.Weather weather =
        new SimNetwork.Weather(
            random.nextInt(3) == 0 ? 0 : random.nextInt(200),
            random.nextInt(100),
            random.nextLong(20_000, 1_000_000),
            random.nextLong(1_000_000, 30_000_000),
            random.nextInt(50));
    cluster.trace("weather: " + weather);
    cluster.network().setWeather(weather);
  }

  private void partition() {
    List<Integer> ids = new ArrayList<>(cluster.members().stream().map(m -> m.id).toList());
    for (int i = ids.size() - 1; i > 0; i--) Collections.swap(ids, i, random.nextInt(i + 1));
    cluster.network().heal();
    int half = random.nextInt(ids.size() + 1);
    switch (random.nextInt(5)) {
      case 0 -> {
        cluster.trace("partition: " + ids.subList(0, half) + " | " + ids.subList(half, ids.size()));
        cluster.network().cutBetween(ids.subList(0, half), ids.subList(half, ids.size()));
      }
      case 1 -> {
        cluster.trace("one-way partition: to " + ids.subList(0, half));
        for (int to : ids.subList(0, half))
          for (int from : ids) if (from != to) cluster.network().cut(from, to);
      }
      case 2 -> {
        cluster.trace("partition in a ring: " + ids);
        for (int i = 0; i < ids.size(); i++)
          cluster.network().cut(ids.get(i), ids.get((i + 1) % ids.size()));
      }
      case 3 -> {
        isolate(anyMember().id, random.nextLong(100, 3_000) * Scheduler.MILLI);
      }
      default -> {
        cluster.trace("partial partition");
        for (int from : ids)
          for (int to : ids)
            if (from != to && random.nextInt(3) == 0) cluster.network().cut(from, to);
      }
    }
  }

  private void heal() {
    cluster.trace("the network heals");
    cluster.network().heal();
    for (Member member : cluster.members()) {
      member.setSpeed(new Member.DiskSpeed(50_000, 500_000));
      if (member.isFull()) member.setFull(false);
    }
  }

  private void kill(Death death) {
    Member member = anyMember();
    if (member.isUp()) member.kill(death, death == Death.POWER ? "loses power" : "is killed");
  }

  private void killAll() {
    if (random.nextInt(3) != 0) return;
    for (Member member : cluster.members())
      if (member.isUp()) member.kill(Death.POWER, "loses power");
  }

  private void crashInDisk() {
    Member member = anyMember();
    member.disk.crashAfter(random.nextInt(1, 40));
  }

  private void pause() {
    long nanos = random.nextLong(20, 2_000) * Scheduler.MILLI;
    Member member = anyMember();
    cluster.trace(member.id, "is paused for " + nanos / Scheduler.MILLI + " ms");
    member.pause(nanos);
  }

  /// A leader's clock runs slow, and the leader is isolated: its lease lasts longer, against the
  /// promise of the others, than it should.
  private void slowLeader() {
    Member leader = cluster.leader();
    if (leader == null) return;
    long nanos = random.nextLong(400, 1_000) * Scheduler.MILLI;
    cluster.trace(leader.id, "has a slow clock");
    leader.setClock(-swarm.faults().clocks().leaderSlowPpm(), nanos);
    isolate(leader.id, nanos);
  }

  private void slowDisk() {
    Member member = anyMember();
    boolean stalls = random.nextInt(4) == 0;
    long max =
        stalls
            ? 3 * Scheduler.SECOND
            : swarm.tuning().storage().diskNanosMax() * random.nextInt(1, 20);
    cluster.trace(member.id, "has a slow disk: " + max / Scheduler.MILLI + " ms");
    member.setSpeed(new Member.DiskSpeed(max / 2, max));
  }

  private void fillDisk() {
    Member member = anyMember();
    cluster.trace(member.id, "has a full disk");
    member.setFull(true);
    world.after(
        random.nextLong(100, 4_000) * Scheduler.MILLI,
        () -> {
          if (member.isFull()) member.setFull(false);
        });
  }

  // ---- what is on disks ----

  private boolean isIntact(int member) {
    return cluster.member(member).isIntact();
  }

  /// A member loses its disk, for good, and comes back with an empty one.
  private void wipe() {
    wipe(anyMember());
  }

  private void wipe(Member member) {
    if (!cluster.faultBudget().mayBeWiped(member.id, this::isIntact)) return;
    if (member.isUp()) member.kill(Death.draw(random), "dies");
    cluster.trace(member.id, "has lost all that was on its disk");
    member.wipe();
  }

  /// A bit flips on the disk of a member that is down, or dies of something just then; or the end
  /// of its log goes away.
  private void rot() {
    Member member = anyMember();
    if (!mayRot(member)) return;
    String[] places = {"log", "log", "log", "log", "snapshot", "snapshot", "standing"};
    if (member.isUp()) member.kill(Death.draw(random), "dies");
    int place = random.nextInt(places.length + 2);
    if (place < places.length) rot(member, places[place]);
    else loseLastSegment(member);
  }

  private void loseLastSegment(Member member) {
    String name = member.loseLastSegment();
    if (name != null) cluster.trace(member.id, "has lost " + name);
  }

  /// A bit flips in a snapshot of a member that goes on.
  private void rotSnapshot() {
    Member member = anyMember();
    if (mayRot(member)) rot(member, "snapshot");
  }

  /// A bit flips in a snapshot that is about to be sent, or was just received and is to be loaded.
  private void rotInstalled(int id) {
    if (!swarm.faults().has(Fault.ROT) || random.nextInt(4) != 0) return;
    Member member = cluster.member(id);
    world.after(
        random.nextLong(2_000_000),
        () -> {
          if (!stopped && mayRot(member)) rot(member, "snapshot");
        });
  }

  private void rot(Member member, String place) {
    String where = member.rot(place, random);
    if (where != null) cluster.trace(member.id, "has a flipped bit in " + where);
  }

  /// Not before the cluster is bootstrapped: an initial member that does not know whether it
  /// promised anything cannot take part in that.
  private boolean mayRot(Member member) {
    return cluster.laws().committed() > 0
        && cluster.faultBudget().mayRot(member.id, this::isIntact);
  }

  /// Something happens while a member is readmitted, or just after: it loses its disk once more, or
  /// the leader is gone.
  private void strikeReadmission(int member) {
    if (!swarm.faults().has(Fault.WIPES) || random.nextInt(3) != 0) return;
    world.after(
        random.nextLong(300) * Scheduler.MILLI,
        () -> {
          if (stopped) return;
          Member leader = cluster.leader();
          switch (random.nextInt(3)) {
            case 0 -> wipe(cluster.member(member));
            case 1 -> wipe(anyMember());
            default -> {
              if (leader != null) leader.kill(Death.draw(random), "is killed");
            }
          }
        });
  }

  /// A member dies in the middle of getting a snapshot, or the leader that sends it.
  private void strikeInstall(int peer, int leader) {
    if (!swarm.faults().has(Fault.CRASHES) || random.nextInt(3) != 0) return;
    Member victim = cluster.member(random.nextInt(3) == 0 ? leader : peer);
    world.after(
        random.nextLong(60_000) * 1_000,
        () -> {
          if (!stopped && victim.isUp()) victim.kill(Death.draw(random), "is killed");
        });
  }

  private void changeMembership() {
    Member leader = cluster.leader();
    if (leader == null) return;
    boolean replaces = swarm.members().spares() > 0 && random.nextInt(3) == 0;
    Membership target = replaces ? replacement(leader) : anyMembership();
    if (target != null && swarm.demand().addresses()) target = addressed(target);
    if (target == null || !cluster.faultBudget().mayChangeTo(target, this::isIntact)) return;
    cluster.trace(leader.id, "is asked for " + target);
    cluster.faultBudget().asked(target);
    Membership wanted = target;
    leader.replica().changeMembership(wanted, _ -> cluster.faultBudget().answered(wanted));
    // The moment in which two groups of voters must not decide without each other.
    if (swarm.faults().has(Fault.PARTITIONS) && random.nextBoolean())
      world.after(random.nextLong(20) * Scheduler.MILLI, () -> divide(wanted, replaces));
  }

  private Membership addressed(Membership membership) {
    List<Integer> members = List.copyOf(membership.members());
    int member = members.get(random.nextInt(members.size()));
    return membership.withAddress(member, "host-" + member + ":" + random.nextInt(1_000));
  }

  private Membership anyMembership() {
    List<Integer> voters = new ArrayList<>();
    List<Integer> learners = new ArrayList<>();
    List<Integer> joining = new ArrayList<>();
    for (Member member : cluster.members()) {
      int draw = random.nextInt(8);
      boolean votes = draw < 5 && (member.isIntact() || random.nextBoolean());
      if (votes) voters.add(member.id);
      else if (draw < 7) learners.add(member.id);
      if (!votes && draw < 6) joining.add(member.id);
    }
    return voters.isEmpty() ? null : new Membership(voters, List.of(), learners, joining);
  }

  /// The leader goes on with the spare members alone.
  private Membership replacement(Member leader) {
    List<Integer> voters = new ArrayList<>(List.of(leader.id));
    for (Member member : cluster.members())
      if (member.id > swarm.members().voters()) voters.add(member.id);
    return Membership.of(voters);
  }

  private void divide(Membership target, boolean betweenOldAndNew) {
    if (stopped) return;
    if (!betweenOldAndNew) {
      partition();
      return;
    }
    List<Integer> others =
        cluster.members().stream().map(m -> m.id).filter(id -> !target.isVoter(id)).toList();
    cluster.trace("partition: " + target.voters() + " | " + others);
    cluster.network().cutBetween(target.voters(), others);
  }

  private void transfer() {
    Member leader = cluster.leader();
    if (leader == null) return;
    int target = random.nextInt(4) == 0 ? Membership.NONE : anyMember().id;
    cluster.trace(leader.id, "is asked to hand over to " + target);
    leader.replica().transfer(target, _ -> {});
  }

  private void takeSnapshot() {
    Member member = anyMember();
    if (member.isUp()) member.replica().takeSnapshot(_ -> {});
  }
}
