package io.jangada.sim;

import io.jangada.bytes.Bytes;
import io.jangada.kv.Condition;
import io.jangada.kv.Operation;
import io.jangada.kv.RequestId;
import io.jangada.kv.Result;
import io.jangada.node.Outcome;
import io.jangada.node.ReadConsistency;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.random.RandomGenerator;

/// Writes a key again and again, and reads it wherever it can, as stale as it allows: no read finds
/// less than what was acknowledged before it began, or so long before as it may be stale. Versions
/// only grow, so an earlier version than that of a write is a value that this write replaced.
///
/// Time is the world's; a member's clock may run behind it by its drift, so that what it takes for
/// the bound is a little more.
final class StalenessProbe {
  private static final Bytes KEY = Bytes.utf8("fresh");
  private static final Bytes NAME = Bytes.utf8("staleness-probe");
  private static final long[] BOUNDS_MILLIS = {0, 20, 100, 400, 2_000};

  private final Cluster cluster;
  private final Scheduler world;
  private RandomGenerator random;

  /// The greatest version that was acknowledged by a moment.
  private final TreeMap<Long, Long> acknowledged = new TreeMap<>();

  private long sequence;
  private boolean stopped;

  StalenessProbe(Cluster cluster) {
    this.cluster = cluster;
    this.world = cluster.world();
  }

  void start() {
    random = cluster.split();
    world.after(random.nextLong(500 * Scheduler.MILLI), this::write);
    world.after(random.nextLong(500 * Scheduler.MILLI), this::read);
  }

  void stop() {
    stopped = true;
  }

  private Member anyMember() {
    List<Member> up = cluster.upMembers();
    return stopped || up.isEmpty() ? null : up.get(random.nextInt(up.size()));
  }

  private void write() {
    if (stopped) return;
    world.after(random.nextLong(5, 250) * Scheduler.MILLI, this::write);
    Member member = anyMember();
    if (member == null) return;
    Bytes value = Bytes.utf8("" + ++sequence);
    member
        .replica()
        .submit(
            cluster.caller(),
            new Operation.Write(KEY, value, 0, new Condition.Always()),
            new RequestId.Numbered(NAME, sequence),
            outcome -> {
              if (outcome instanceof Outcome.Done(Result.Written(long version, long _)))
                acknowledged.merge(world.now(), Math.max(version, newest()), Math::max);
            });
  }

  private long newest() {
    return acknowledged.isEmpty() ? 0 : acknowledged.lastEntry().getValue();
  }

  private void read() {
    if (stopped) return;
    world.after(random.nextLong(2, 60) * Scheduler.MILLI, this::read);
    Member member = anyMember();
    if (member == null) return;
    long boundMillis = BOUNDS_MILLIS[random.nextInt(BOUNDS_MILLIS.length)];
    ReadConsistency reading =
        boundMillis == 0
            ? new ReadConsistency.Follower()
            : new ReadConsistency.BoundedStale(boundMillis);
    long began = world.now();
    member
        .replica()
        .read(
            cluster.caller(),
            new Operation.Get(KEY),
            reading,
            outcome -> {
              if (outcome instanceof Outcome.Done(Result result))
                check(member.id, result, began, boundMillis);
            });
  }

  private void check(int member, Result result, long began, long boundMillis) {
    long version =
        switch (result) {
          case Result.Found found -> found.version();
          case Result.NotFound() -> 0;
          case Result.Advanced _,
              Result.Written _,
              Result.Deleted _,
              Result.Exists _,
              Result.Mismatch _,
              Result.Expired _,
              Result.Forgotten _,
              Result.Refused _ ->
              throw new IllegalStateException("a read was answered " + result);
        };
    long boundNanos = boundMillis * Scheduler.MILLI;
    long drift = boundNanos / 1_000_000 * 2 * cluster.swarm().faults().clocks().driftPpmMax();
    Map.Entry<Long, Long> known = acknowledged.lowerEntry(began - boundNanos - drift);
    SafetyChecker.check(
        known == null || version >= known.getValue(),
        "no read is staler than it may be: member "
            + member
            + " found version "
            + version
            + " for a bound of "
            + boundMillis
            + " ms, though "
            + (known == null ? "" : known.getValue() + " was acknowledged ")
            + (known == null ? "" : (began - known.getKey()) / Scheduler.MILLI + " ms before"));
  }
}
