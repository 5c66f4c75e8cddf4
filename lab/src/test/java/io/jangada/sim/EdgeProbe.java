package io.jangada.sim;

import io.jangada.bytes.Bytes;
import io.jangada.kv.Change;
import io.jangada.kv.Condition;
import io.jangada.kv.KeyRange;
import io.jangada.kv.Lifetime;
import io.jangada.kv.Operation;
import io.jangada.kv.Result;
import io.jangada.node.Outcome;
import io.jangada.node.ReadConsistency;
import io.jangada.node.Replica;
import java.util.List;
import java.util.SortedSet;
import java.util.SplittableRandom;
import java.util.TreeSet;

/// Asks as the port for etcd's clients does: any member is asked for commands, without a name, and
/// passes them on; any member is read as it is. It adds to a number: what was acknowledged was done
/// once, what was not at most once. What a member shows was once so, and a member does not go back
/// as long as it runs.
///
/// It draws from a source of its own, and takes part only in runs that a test plans.
final class EdgeProbe {
  private static final Bytes KEY = Bytes.utf8("edge");

  private final Cluster cluster;
  private final Scheduler world;
  private final SplittableRandom random;
  private final SortedSet<Long> numbers = new TreeSet<>();
  private long sent;
  private long acknowledged;
  private int forwarded;
  private int localReads;

  /// What each replica showed last, in the order of members.
  private final Shown[] shown;

  private record Shown(Replica replica, long revision) {}

  EdgeProbe(Cluster cluster, long seed) {
    this.cluster = cluster;
    this.world = cluster.world();
    this.random = new SplittableRandom(seed);
    this.shown = new Shown[cluster.members().size() + 1];
  }

  void start() {
    if (cluster.swarm().order() == SwarmConfig.Order.NONE) return;
    world.after(random.nextLong(500 * Scheduler.MILLI), this::add);
    world.after(random.nextLong(500 * Scheduler.MILLI), this::read);
  }

  /// How many commands were done that a member was asked for that did not lead.
  int forwarded() {
    return forwarded;
  }

  /// How many reads were answered by a member that did not lead, from what it had.
  int localReads() {
    return localReads;
  }

  private Member anyMember() {
    List<Member> up = cluster.upMembers();
    return up.isEmpty() ? null : up.get(random.nextInt(up.size()));
  }

  private boolean isStormy() {
    return world.now() < cluster.swarm().faults().stormNanos();
  }

  private void add() {
    if (!isStormy()) return;
    world.after(random.nextLong(5, 150) * Scheduler.MILLI, this::add);
    Member member = anyMember();
    if (member == null) return;
    sent++;
    boolean leads = member.replica().raft().isLeader();
    Change change = new Change.Add(Change.Arithmetic.SIGNED, 1, 1L);
    var put =
        new Operation.Put(
            KEY, change, new Lifetime.ForEver(), new Condition.Always(), random.nextBoolean());
    member
        .replica()
        .forward(
            cluster.caller(),
            put,
            null,
            outcome -> {
              if (outcome instanceof Outcome.Done(Result.Changed changed)) done(changed, leads);
            });
  }

  private void done(Result.Changed changed, boolean leads) {
    long number = Long.parseLong(changed.number().toUtf8());
    SafetyChecker.check(numbers.add(number), "a command is done once: " + number);
    SafetyChecker.check(number <= sent, "no command is done twice: " + number + " of " + sent);
    acknowledged = Math.max(acknowledged, number);
    if (!leads) forwarded++;
  }

  private void read() {
    if (!isStormy()) return;
    world.after(random.nextLong(20, 300) * Scheduler.MILLI, this::read);
    Member member = anyMember();
    if (member == null) return;
    boolean isLocal = random.nextInt(3) != 0;
    boolean isWhole = random.nextInt(10) == 0;
    KeyRange keys = isWhole ? KeyRange.ALL : KeyRange.of(KEY);
    var range = new Operation.Range(keys, 0, Operation.Selection.ALL, Operation.Page.ALL);
    ReadConsistency reading =
        isLocal ? new ReadConsistency.Local() : new ReadConsistency.Follower();
    long least = isLocal ? 0 : acknowledged;
    Replica replica = member.replica();
    boolean leads = replica.raft().isLeader();
    replica.read(
        cluster.caller(),
        range,
        reading,
        outcome -> {
          if (!(outcome instanceof Outcome.Done(Result.Ranged found))) return;
          if (isLocal && !leads) localReads++;
          check(member.id, replica, found);
          if (!isWhole) check(found, least);
          // What the member committed in this turn is known after it.
          world.after(0, () -> checkLater(member, replica, range, found));
        });
  }

  private void check(Result.Ranged found, long least) {
    long number = number(found);
    SafetyChecker.check(number >= least, "what was acknowledged is read: " + number + ", " + least);
    SafetyChecker.check(number <= sent, "no command is done twice: " + number + " of " + sent);
  }

  private static long number(Result.Ranged found) {
    if (found.entries().isEmpty()) return 0;
    return Long.parseLong(found.entries().getFirst().value().toUtf8());
  }

  private void check(int id, Replica replica, Result.Ranged found) {
    Shown before = shown[id];
    boolean isSame = before != null && before.replica == replica;
    SafetyChecker.check(
        !isSame || found.revision() >= before.revision,
        "a member does not go back: member " + id + " from " + before + " to " + found.revision());
    shown[id] = new Shown(replica, found.revision());
  }

  /// What a member says in a turn in which it dies is as good as lost.
  private void checkLater(
      Member member, Replica replica, Operation.Range range, Result.Ranged found) {
    if (member.replica() == replica) cluster.laws().meaning().check(range, found);
  }
}
