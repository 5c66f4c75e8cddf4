package io.jangada.sim;

import io.jangada.bytes.Bytes;
import io.jangada.kv.Condition;
import io.jangada.kv.Operation;
import io.jangada.kv.RequestId;
import io.jangada.kv.Result;
import io.jangada.node.Outcome;
import java.util.List;
import java.util.function.Consumer;
import java.util.random.RandomGenerator;

/// Writes keys that expire, each once, and reads them back until they are gone: none may be gone
/// before its time. Time is the world's; a member's clock may run ahead of it by its drift.
final class ExpiryProbe {
  private static final Bytes NAME = Bytes.utf8("expiry-probe");

  /// The longest time to live that is given.
  static final long TTL_MILLIS_MAX = 3_000;

  private record Written(Bytes key, long askedNanos, long ttlMillis) {}

  private final Cluster cluster;
  private final Scheduler world;
  private final RandomGenerator random;
  private long number;
  private long requests;
  private boolean stopped;

  ExpiryProbe(Cluster cluster) {
    this.cluster = cluster;
    this.world = cluster.world();
    this.random = cluster.split();
  }

  void start() {
    world.after(random.nextLong(1_000) * Scheduler.MILLI, this::next);
  }

  void stop() {
    stopped = true;
  }

  private void next() {
    if (stopped) return;
    world.after(random.nextLong(200, 2_000) * Scheduler.MILLI, this::next);
    List<Member> up = cluster.upMembers();
    if (up.isEmpty()) return;
    Member member = up.get(random.nextInt(up.size()));
    long ttlMillis = random.nextLong(20, TTL_MILLIS_MAX);
    write(member, ttlMillis, this::readLater);
    if (cluster.swarm().demand().bursts() && random.nextInt(3) == 0) burst(member, ttlMillis);
  }

  /// Many keys that fall due at once, of which some are deleted or written anew at any time.
  private void burst(Member member, long ttlMillis) {
    int keys = random.nextInt(10, 50);
    for (int i = 0; i < keys; i++) write(member, ttlMillis, this::changeLater);
  }

  private void write(Member member, long ttlMillis, Consumer<Written> whenWritten) {
    Bytes key = Bytes.utf8("expiring-" + ++number);
    Written written = new Written(key, world.now(), ttlMillis);
    submit(
        member,
        new Operation.Write(key, NAME, ttlMillis, new Condition.Always()),
        outcome -> {
          if (outcome instanceof Outcome.Done(Result.Written _)) whenWritten.accept(written);
        });
  }

  private void submit(Member member, Operation operation, Consumer<Outcome> reply) {
    var id = new RequestId.Numbered(NAME, ++requests);
    member.replica().submit(cluster.caller(), operation, id, reply);
  }

  private void changeLater(Written written) {
    if (random.nextInt(3) == 0) return;
    world.after(
        random.nextLong(2 * written.ttlMillis) * Scheduler.MILLI,
        () -> {
          List<Member> up = cluster.upMembers();
          if (stopped || up.isEmpty()) return;
          Operation change =
              random.nextBoolean()
                  ? new Operation.Delete(written.key, new Condition.Always())
                  : new Operation.Write(
                      written.key, NAME, written.ttlMillis, new Condition.Absent());
          submit(up.get(random.nextInt(up.size())), change, _ -> {});
        });
  }

  private void readLater(Written written) {
    world.after(random.nextLong(1, 200) * Scheduler.MILLI, () -> read(written));
  }

  private void read(Written written) {
    long livesUntil = written.askedNanos + written.ttlMillis * Scheduler.MILLI;
    if (stopped || world.now() > livesUntil + Scheduler.SECOND) return;
    readLater(written);
    List<Member> up = cluster.upMembers();
    if (up.isEmpty()) return;
    up.get(random.nextInt(up.size()))
        .replica()
        .submit(
            cluster.caller(),
            new Operation.Get(written.key),
            null,
            outcome -> {
              if (outcome instanceof Outcome.Done(Result.NotFound())) checkGone(written);
            });
  }

  private void checkGone(Written written) {
    long livedNanos = world.now() - written.askedNanos;
    long ttlNanos = written.ttlMillis * Scheduler.MILLI;
    long drift = ttlNanos / 1_000_000 * 2 * cluster.swarm().faults().clocks().driftPpmMax();
    SafetyChecker.check(
        written.askedNanos <= cluster.leaptNanos() || livedNanos >= ttlNanos - drift,
        "expiry never early: "
            + written.key
            + " of "
            + written.ttlMillis
            + " ms was gone after "
            + livedNanos / Scheduler.MILLI);
  }
}
