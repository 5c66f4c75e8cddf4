package io.jangada.sim;

import io.jangada.bytes.Bytes;
import io.jangada.kv.Change;
import io.jangada.kv.Condition;
import io.jangada.kv.KeyRange;
import io.jangada.kv.Lifetime;
import io.jangada.kv.Operation;
import io.jangada.kv.RequestId;
import io.jangada.kv.Result;
import io.jangada.node.Outcome;
import io.jangada.node.Replica;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.random.RandomGenerator;

/// Takes leases, gives them keys, keeps some alive and lets all run out: none ends before its time,
/// its keys are there together or gone together, a keep-alive is answered for its own lease, and
/// the log has no keep-alive that no client sent. Time is simulated time, as for [ExpiryProbe]; the
/// end of the run shows that leases end at all.
final class LeaseProbe {
  private static final Bytes NAME = Bytes.utf8("lease-probe");
  private static final Condition ALWAYS = new Condition.Always();
  private static final int KEYS_MAX = 4;

  /// Those that are chosen have greater numbers.
  private static final long CHOSEN = 1L << 40;

  private static final class Lease {
    final int name;
    final long ttlMillis;
    final int keys;
    final boolean isKept;
    long number;

    /// When it was asked for what was done last of what makes it live on.
    long askedNanos;

    boolean isRevoked;
    boolean isHeld;

    Lease(int name, long ttlMillis, int keys, boolean isKept) {
      this.name = name;
      this.ttlMillis = ttlMillis;
      this.keys = keys;
      this.isKept = isKept;
    }

    Bytes key(int of) {
      return Bytes.utf8("leased-" + name + "-" + of);
    }
  }

  private final Cluster cluster;
  private final Scheduler world;
  private final RandomGenerator random;
  private final List<Lease> leases = new ArrayList<>();
  private int names;
  private long requests;
  private boolean stopped;

  LeaseProbe(Cluster cluster) {
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
    world.after(random.nextLong(200, 1_500) * Scheduler.MILLI, this::next);
    long ttlMillis = random.nextLong(50, ExpiryProbe.TTL_MILLIS_MAX);
    int count = cluster.swarm().demand().bursts() && random.nextInt(6) == 0 ? 40 : 1;
    for (int i = 0; i < count; i++) grant(ttlMillis);
  }

  private void grant(long ttlMillis) {
    boolean isKept = random.nextInt(3) != 0;
    Lease lease = new Lease(++names, ttlMillis, random.nextInt(KEYS_MAX + 1), isKept);
    long number = random.nextBoolean() ? 0 : CHOSEN + lease.name;
    long asked = world.now();
    submit(
        new Operation.Grant(number, ttlMillis),
        result -> {
          if (!(result instanceof Result.Granted(long given, long lasts))) return;
          SafetyChecker.check(
              lasts == ttlMillis && (number == 0 || number == given),
              "a lease is granted as it was asked for: " + result);
          lease.number = given;
          lease.askedNanos = asked;
          attach(lease);
        });
  }

  /// Gives it all of its keys at once.
  private void attach(Lease lease) {
    leases.add(lease);
    List<Operation.Step> puts = new ArrayList<>();
    for (int i = 0; i < lease.keys; i++) puts.add(put(lease.key(i), lease.number));
    if (random.nextInt(3) == 0) puts.add(put(timed(), 0));
    submit(
        new Operation.Transaction(List.of(), puts, List.of()),
        result -> {
          if (result instanceof Result.Refused(Result.Reason reason)) {
            if (reason == Result.Reason.LEASE_NOT_FOUND) checkGone(lease);
          } else {
            lease.isHeld = true;
          }
          lookLater(lease);
        });
    if (lease.isKept) keepAliveLater(lease);
    else if (random.nextInt(3) == 0) revokeLater(lease);
  }

  /// A key with a time of its own.
  private Bytes timed() {
    return Bytes.utf8("timed-" + random.nextInt(9));
  }

  /// Gives a key a time of its own, or nothing at all: there is no such lease.
  private Operation timing() {
    Operation.Put put = put(timed(), 0);
    if (random.nextInt(3) != 0) return put;
    return new Operation.Transaction(List.of(), List.of(put, put(timed(), CHOSEN)), List.of());
  }

  private Operation.Put put(Bytes key, long lease) {
    var set = new Change.Set(NAME, lease == 0 ? 0 : (int) lease);
    return new Operation.Put(key, set, lifetime(lease), ALWAYS, false);
  }

  private Lifetime lifetime(long lease) {
    if (lease != 0) return new Lifetime.Leased(lease);
    long ttlMillis = random.nextLong(50, ExpiryProbe.TTL_MILLIS_MAX);
    return new Lifetime.Of(ttlMillis);
  }

  private void keepAliveLater(Lease lease) {
    long wait = random.nextLong(lease.ttlMillis) * Scheduler.MILLI;
    world.after(
        wait,
        () -> {
          if (stopped || random.nextInt(8) == 0) return;
          keepAlive(lease);
          keepAliveLater(lease);
        });
  }

  private void keepAlive(Lease lease) {
    List<Lease> kept = new ArrayList<>(List.of(lease));
    Lease other = leases.get(random.nextInt(leases.size()));
    if (other.isKept && random.nextBoolean()) kept.add(other);
    if (random.nextInt(4) == 0) kept.add(lease);
    long asked = world.now();
    submit(
        new Operation.KeepAlive(kept.stream().map(each -> each.number).toList()),
        result -> {
          if (result instanceof Result.KeptAlive(List<Long> ttls)) keptAlive(kept, ttls, asked);
        });
  }

  private void keptAlive(List<Lease> kept, List<Long> ttls, long asked) {
    boolean fits = ttls.size() == kept.size();
    for (int i = 0; i < ttls.size() && fits; i++) {
      Lease lease = kept.get(i);
      fits = ttls.get(i) == 0 || ttls.get(i) == lease.ttlMillis;
      if (ttls.get(i) != 0) lease.askedNanos = Math.max(lease.askedNanos, asked);
      else checkGone(lease);
    }
    SafetyChecker.check(fits, "who keeps leases alive is told of these: " + ttls);
  }

  private void revokeLater(Lease lease) {
    world.after(
        random.nextLong(2 * lease.ttlMillis) * Scheduler.MILLI,
        () -> {
          if (stopped) return;
          lease.isRevoked = true;
          submit(new Operation.Revoke(lease.number), _ -> {});
        });
  }

  private void lookLater(Lease lease) {
    world.after(random.nextLong(1, 300) * Scheduler.MILLI, () -> look(lease));
  }

  private void look(Lease lease) {
    long livesUntil = lease.askedNanos + lease.ttlMillis * Scheduler.MILLI;
    if (stopped || world.now() > livesUntil + Scheduler.SECOND) return;
    lookLater(lease);
    if (random.nextInt(5) == 0) submit(timing(), _ -> {});
    var keys = KeyRange.prefix(Bytes.utf8("leased-" + lease.name + "-"));
    boolean asksLease = random.nextBoolean();
    Operation read = asksLease ? new Operation.GetLease(lease.number) : new Operation.Range(keys);
    submit(read, result -> looked(lease, result));
  }

  private void looked(Lease lease, Result result) {
    boolean isLeft = cluster.laws().meaning().isKeptAlive(lease.number);
    SafetyChecker.check(
        lease.isKept || !isLeft, "a lease lives on for its client alone: " + lease.number);
    if (result instanceof Result.Refused) {
      checkGone(lease);
    } else if (result instanceof Result.Leased leased) {
      checkKeys(lease, leased.keys().size());
    } else if (result instanceof Result.Ranged ranged) {
      checkKeys(lease, ranged.entries().size());
      if (lease.isHeld && lease.keys > 0 && ranged.entries().isEmpty()) checkGone(lease);
    }
  }

  private static void checkKeys(Lease lease, int keys) {
    SafetyChecker.check(
        keys == 0 || keys == lease.keys,
        "a lease's keys come and go at once: " + keys + " of " + lease.keys);
  }

  private void checkGone(Lease lease) {
    long livedNanos = world.now() - lease.askedNanos;
    long ttlNanos = lease.ttlMillis * Scheduler.MILLI;
    long drift = ttlNanos / 1_000_000 * 2 * cluster.swarm().faults().clocks().driftPpmMax();
    SafetyChecker.check(
        lease.isRevoked
            || lease.askedNanos <= cluster.leaptNanos()
            || livedNanos >= ttlNanos - drift,
        "a lease's end is never early: "
            + lease.number
            + " of "
            + lease.ttlMillis
            + " ms was gone after "
            + livedNanos / Scheduler.MILLI);
  }

  private void submit(Operation operation, Consumer<Result> whenDone) {
    List<Member> up = cluster.upMembers();
    if (up.isEmpty()) return;
    boolean isNamed =
        !(operation instanceof Operation.Read || operation instanceof Operation.KeepAlive);
    RequestId id = isNamed ? new RequestId.Numbered(NAME, ++requests) : null;
    Member member = up.get(random.nextInt(up.size()));
    Replica replica = member.replica();
    Consumer<Outcome> reply =
        outcome -> {
          if (!(outcome instanceof Outcome.Done(Result result))) return;
          if (result instanceof Result.Forgotten) return;
          if (isNamed) checkLater(member, replica, id, result);
          whenDone.accept(result);
        };
    replica.submit(cluster.caller(), operation, id, reply);
  }

  /// What the log came to is known after the member's turn.
  private void checkLater(Member member, Replica replica, RequestId id, Result result) {
    world.after(
        0,
        () -> {
          if (member.replica() == replica) cluster.laws().meaning().answers().check(id, result);
        });
  }
}
