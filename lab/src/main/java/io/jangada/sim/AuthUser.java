package io.jangada.sim;

import io.jangada.bytes.Bytes;
import io.jangada.kv.Change;
import io.jangada.kv.Compare;
import io.jangada.kv.Condition;
import io.jangada.kv.KeyRange;
import io.jangada.kv.Lifetime;
import io.jangada.kv.Operation;
import io.jangada.kv.RequestId;
import io.jangada.kv.Result;
import io.jangada.kv.WatchEvent;
import io.jangada.kv.auth.Caller;
import io.jangada.node.Outcome;
import io.jangada.node.ReadConsistency;
import io.jangada.node.Replica;
import io.jangada.node.watch.Watch;
import io.jangada.node.watch.WatchEnd;
import io.jangada.node.watch.WatchRequest;
import io.jangada.node.watch.Watcher;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.random.RandomGenerator;

/// Writes, reads and watches as one user, who may be gone, or as nobody. What it is answered was
/// permitted: a command at its place in the log, a read in some state from the question to the
/// answer, an event in the state of the member that hands it out. What it is denied was not.
final class AuthUser {
  private static final ReadConsistency HERE = new ReadConsistency.Follower();
  private static final ReadConsistency AT_THE_LEADER = new ReadConsistency.Linearizable();
  private static final int LEASES = 3;

  private final Cluster cluster;
  private final Scheduler world;
  private final RandomGenerator random;
  private final ReferenceModel meaning;
  private final Bytes name;
  private final int number;

  /// Who it was, each time that it proved that.
  private final List<Caller> callers = new ArrayList<>();

  private final List<Watched> watches = new ArrayList<>();
  private long requests;
  private int permitted;
  private int denied;
  private int events;
  private int ended;
  private boolean stopped;

  AuthUser(Cluster cluster, Bytes name, int number) {
    this.cluster = cluster;
    this.world = cluster.world();
    this.random = cluster.split();
    this.meaning = cluster.laws().meaning();
    this.name = name;
    this.number = number;
  }

  void start() {
    world.after(random.nextLong(1_000) * Scheduler.MILLI, this::next);
  }

  void stop() {
    stopped = true;
  }

  private void next() {
    if (stopped) return;
    world.after(random.nextLong(5, 50) * Scheduler.MILLI, this::next);
    List<Member> up = cluster.upMembers();
    if (up.isEmpty()) return;
    Member member = up.get(random.nextInt(up.size()));
    switch (random.nextInt(10)) {
      case 0, 1 -> prove(member);
      case 2, 3, 4, 5 -> write(member);
      case 6 -> watch(member);
      default -> read(member);
    }
  }

  /// Proves at a member who it is.
  private void prove(Member member) {
    member
        .replica()
        .read(
            Caller.MEMBER,
            new Operation.GetCredentials(name),
            random.nextBoolean() ? HERE : AT_THE_LEADER,
            outcome -> {
              if (outcome instanceof Outcome.Done(Result.Credentials credentials))
                callers.add(new Caller(name, credentials.since()));
            });
  }

  /// Mostly who it is as far as it knows, sometimes who it was, or nobody.
  private Caller caller() {
    if (callers.isEmpty() || random.nextInt(12) == 0) return null;
    return random.nextInt(6) == 0 ? callers.get(random.nextInt(callers.size())) : callers.getLast();
  }

  // ---- commands ----

  private void write(Member member) {
    RequestId id = new RequestId.Numbered(name, ++requests);
    var asked = new AuthProbe.Asked(member, caller(), command(), id);
    AuthProbe.submit(cluster, asked, this::count);
  }

  private void count(Result result) {
    boolean isDenied = result instanceof Result.Refused(Result.Reason reason) && isDenial(reason);
    if (isDenied) denied++;
    else permitted++;
  }

  private static boolean isDenial(Result.Reason reason) {
    return reason == Result.Reason.NO_USER
        || reason == Result.Reason.STALE_USER
        || reason == Result.Reason.PERMISSION_DENIED;
  }

  private Operation.Command command() {
    long lease = (1L << 42) + random.nextInt(LEASES);
    return switch (random.nextInt(12)) {
      case 0 -> new Operation.Grant(lease, random.nextLong(500, 3_000));
      case 1 -> new Operation.Revoke(lease);
      case 2, 3 -> put(new Lifetime.Leased(lease));
      case 4 -> new Operation.Delete(key(), new Condition.Always());
      case 5, 6 -> new Operation.DeleteRange(keys(), random.nextBoolean());
      case 7, 8 -> {
        var compare = new Compare.Number(keys(), Compare.Field.CHANGES, Compare.Relation.LESS, 9);
        List<Operation.Step> then = List.of(put(new Lifetime.ForEver()), put(new Lifetime.Same()));
        yield new Operation.Transaction(List.of(compare), then, List.of(new Operation.Get(key())));
      }
      default -> put(new Lifetime.ForEver());
    };
  }

  private Operation.Put put(Lifetime lifetime) {
    var set = new Change.Set(Bytes.utf8(number + "-" + requests), 0);
    boolean former = random.nextInt(4) == 0;
    return new Operation.Put(key(), set, lifetime, new Condition.Always(), former);
  }

  private Bytes key() {
    return Bytes.utf8("u" + random.nextInt(AuthProbe.KEYS));
  }

  private KeyRange keys() {
    return switch (random.nextInt(4)) {
      case 0 -> KeyRange.of(key());
      default -> AuthProbe.range(random);
    };
  }

  // ---- reads ----

  private void read(Member member) {
    Operation.Read read =
        random.nextBoolean() ? new Operation.Get(key()) : new Operation.Range(keys());
    Caller caller = caller();
    long first = meaning.applied();
    Consumer<Outcome> reply =
        outcome -> {
          if (!(outcome instanceof Outcome.Done(Result result))) return;
          count(result);
          world.after(0, () -> check(caller, read, first, result));
        };
    ReadConsistency reading = random.nextBoolean() ? HERE : AT_THE_LEADER;
    member.replica().read(caller, read, reading, reply);
  }

  /// @param first the last entry that was committed when it was asked for
  private void check(Caller caller, Operation.Read read, long first, Result result) {
    Result.Reason reason = result instanceof Result.Refused refused ? refused.reason() : null;
    var since = new ReferenceModel.Span(first, meaning.applied());
    if (!meaning.wasSo(since, reason, caller, read))
      SafetyChecker.check(
          false,
          "what is read is permitted: " + caller + " was answered " + result + " to " + read);
  }

  // ---- watches ----

  private void watch(Member member) {
    watches.removeIf(watched -> watched.isOver);
    if (watches.size() >= 4) {
      watches.getFirst().watch.cancel();
      return;
    }
    Watched watched = new Watched(member, caller(), keys());
    watches.add(watched);
    watched.watch = member.replica().watch(watched.asked, watched);
  }

  private final class Watched implements Watcher {
    private final Member member;
    private final Replica replica;
    private final Watch.Asked asked;
    private boolean isOver;
    private Watch watch;

    Watched(Member member, Caller caller, KeyRange keys) {
      this.member = member;
      this.replica = member.replica();
      this.asked = new Watch.Asked(caller, new WatchRequest(keys));
    }

    @Override
    public void started(long revision) {
      look(true);
    }

    @Override
    public boolean events(List<WatchEvent> told) {
      events += told.size();
      look(true);
      boolean takesMore = random.nextInt(4) != 0;
      long pause = random.nextLong(1_000) * Scheduler.MILLI;
      if (!takesMore) world.after(pause, () -> watch.ready());
      return takesMore;
    }

    @Override
    public void progress(long revision) {
      look(true);
    }

    @Override
    public void compacted(long compacted) {
      isOver = true;
    }

    @Override
    public void ended(WatchEnd reason) {
      isOver = true;
      if (reason != WatchEnd.PERMISSION_DENIED) return;
      ended++;
      look(false);
    }

    /// Looks at whether it is permitted in the member's state, when it is known what that is.
    private void look(boolean isPermitted) {
      long applied = replica.kv().appliedIndex();
      world.after(
          0,
          () -> {
            if (member.replica() == replica && isPermitted != isPermittedAt(applied))
              SafetyChecker.check(
                  false,
                  "what is watched is permitted: member "
                      + (member.id + " at " + applied + ", " + asked)
                      + (isPermitted ? " goes on" : " ends"));
          });
    }

    private boolean isPermittedAt(long index) {
      var read = new Operation.Range(asked.request().keys());
      return meaning.objectionAt(index, asked.caller(), read) == null;
    }

    /// Whether it should have ended, and has not.
    private boolean isOverdue() {
      boolean isServed = cluster.currentMembers().contains(member) && member.replica() == replica;
      return !isOver && isServed && !isPermittedAt(meaning.applied());
    }
  }

  /// Why it is not at rest; null if it is.
  String unsettled() {
    for (Watched watched : watches)
      if (watched.isOverdue()) return "a watch goes on that is not permitted: " + watched.asked;
    return null;
  }

  @Override
  public String toString() {
    return name.toUtf8()
        + (": " + permitted + " permitted, " + denied + " denied, " + events + " events, ")
        + (ended + " watches ended");
  }
}
