package io.jangada.sim;

import io.jangada.bytes.Bytes;
import io.jangada.check.History;
import io.jangada.check.Op;
import io.jangada.kv.Condition;
import io.jangada.kv.Operation;
import io.jangada.kv.RequestId;
import io.jangada.kv.Result;
import io.jangada.node.Outcome;
import io.jangada.node.ReadConsistency;
import io.jangada.raft.Membership;
import java.util.List;
import java.util.function.Consumer;
import java.util.random.RandomGenerator;

/// One client: asks for one thing at a time, at any member, over a way that may lose the request or
/// the reply. When no certain answer comes it asks again under the same request id, and in the end
/// gives up, not knowing. What it saw goes into the history.
final class Client {
  private static final int TRIES_MAX = 6;
  private static final int VALUES = 5;

  /// One thing that is asked for, through all its tries.
  private static final class Asked {
    final int id;
    final Operation operation;
    final RequestId requestId;
    int tries;
    boolean doubtful;
    boolean ended;

    Asked(int id, Operation operation, RequestId requestId) {
      this.id = id;
      this.operation = operation;
      this.requestId = requestId;
    }

    boolean isRead() {
      return operation instanceof Operation.Get;
    }
  }

  private final Cluster cluster;
  private final Scheduler world;
  private final History.Recorder history;
  private final RandomGenerator random;
  private final Bytes name;
  private int process;
  private long sequence;
  private int favourite;
  private long lastVersion = 1;
  private boolean stopped;
  private boolean idle = true;

  Client(Cluster cluster, History.Recorder history, int number) {
    this.cluster = cluster;
    this.world = cluster.world();
    this.history = history;
    this.random = cluster.split();
    this.name = Bytes.utf8("client-" + number);
    this.process = number;
  }

  void start() {
    world.after(random.nextLong(300 * Scheduler.MILLI), this::next);
  }

  /// Asks for nothing more; what is under way ends.
  void stop() {
    stopped = true;
  }

  boolean isIdle() {
    return idle;
  }

  private void next() {
    idle = stopped;
    if (stopped) return;
    String key = "k" + random.nextInt(cluster.swarm().clients().keys());
    Op op = draw();
    int id = history.invoke(process, key, op, world.now());
    Operation operation = operationOf(Bytes.utf8(key), op);
    boolean named = !(operation instanceof Operation.Get) && random.nextInt(5) != 0;
    attempt(new Asked(id, operation, named ? nextId() : null));
  }

  private RequestId nextId() {
    sequence++;
    if (random.nextInt(6) != 0) return new RequestId.Numbered(name, sequence);
    return new RequestId.Named(name, Bytes.utf8("request-" + sequence));
  }

  private Op draw() {
    String value = "v" + random.nextInt(VALUES);
    String other = "v" + random.nextInt(VALUES);
    return switch (random.nextInt(12)) {
      case 0, 1, 2, 3 -> new Op.Read();
      case 4, 5 -> new Op.Write(value);
      case 6, 7 -> new Op.Cas(value, other);
      case 8 -> new Op.Create(value);
      case 9 -> new Op.CasVersion(lastVersion, value);
      case 10 -> new Op.CasOrCreate(value, other);
      default -> random.nextBoolean() ? new Op.Delete() : new Op.DeleteIfValue(value);
    };
  }

  private Operation operationOf(Bytes key, Op op) {
    return switch (op) {
      case Op.Read() -> new Operation.Get(key);
      case Op.Write(String value) -> write(key, value, new Condition.Always());
      case Op.Create(String value) -> write(key, value, new Condition.Absent());
      case Op.Cas(String from, String to) -> write(key, to, new Condition.Value(whole(from)));
      case Op.CasOrCreate(String from, String to) ->
          write(key, to, new Condition.AbsentOrValue(whole(from)));
      case Op.CasVersion(long version, String to) -> write(key, to, new Condition.Version(version));
      case Op.Delete() -> new Operation.Delete(key, new Condition.Always());
      case Op.DeleteIfValue(String value) ->
          new Operation.Delete(key, new Condition.Value(whole(value)));
      case Op.DeleteIfVersion(long version) ->
          new Operation.Delete(key, new Condition.Version(version));
    };
  }

  private Operation write(Bytes key, String value, Condition condition) {
    return new Operation.Write(key, whole(value), 0, condition);
  }

  /// The bytes that stand for a value: as many more as the run's values have, in their time.
  private Bytes whole(String value) {
    int bytesMax = cluster.swarm().demand().valueBytes();
    int more = bytesMax / VALUES * (value.charAt(1) - '0' + 1);
    return Bytes.utf8(value + value.substring(1).repeat(more));
  }

  private String valueOf(Bytes found) {
    String value = found.slice(0, 2).toUtf8();
    SafetyChecker.check(
        found.equals(whole(value)), "a value is whole: " + found.length() + " of " + value);
    return value;
  }

  private void attempt(Asked asked) {
    asked.tries++;
    int of = asked.tries;
    List<Member> up = cluster.upMembers();
    Member member = up.isEmpty() ? null : choose(up);
    boolean lost = random.nextInt(50) == 0;
    if (member != null && !lost) {
      asked.doubtful = true;
      world.after(
          random.nextLong(20_000, 2_000_000),
          () -> {
            if (member.isUp()) submit(member, asked, of);
          });
    }
    world.after(random.nextLong(300, 1_500) * Scheduler.MILLI, () -> timedOut(asked, of));
  }

  private Member choose(List<Member> up) {
    for (Member member : up) if (member.id == favourite && random.nextInt(4) != 0) return member;
    return up.get(random.nextInt(up.size()));
  }

  private void submit(Member member, Asked asked, int of) {
    boolean first = asked.tries == 1;
    Consumer<Outcome> reply =
        outcome -> {
          if (random.nextInt(50) == 0) return;
          world.after(
              random.nextLong(20_000, 2_000_000), () -> answered(asked, of, first, outcome));
        };
    boolean here = cluster.swarm().clients().readsElsewhere() && asked.id % 2 == 0;
    if (here && asked.operation instanceof Operation.Get read)
      member.replica().read(read, new ReadConsistency.Follower(), reply);
    else member.replica().submit(asked.operation, asked.requestId, reply);
  }

  /// @param first whether no other try can have had an effect
  private void answered(Asked asked, int of, boolean first, Outcome outcome) {
    if (asked.ended) return;
    switch (outcome) {
      case Outcome.Done(Result.Forgotten()) -> giveUp(asked);
      case Outcome.Done(Result result) -> complete(asked, result);
      case Outcome.NotLeader(int leader) -> {
        favourite = leader == Membership.NONE ? 0 : leader;
        refused(asked, of, first);
      }
      case Outcome.Busy _, Outcome.NoMemory _, Outcome.Refused _ -> refused(asked, of, first);
      case Outcome.Unknown() -> {}
    }
  }

  private void refused(Asked asked, int of, boolean first) {
    if (of != asked.tries) return;
    if (first) asked.doubtful = false;
    boolean content = !asked.doubtful && random.nextInt(4) == 0;
    if (!content && mayRetry(asked) && asked.tries < TRIES_MAX) {
      int next = asked.tries;
      world.after(
          random.nextLong(5, 100) * Scheduler.MILLI,
          () -> {
            if (!asked.ended && asked.tries == next) attempt(asked);
          });
    } else {
      giveUp(asked);
    }
  }

  private void timedOut(Asked asked, int of) {
    if (asked.ended || of != asked.tries) return;
    if (mayRetry(asked) && asked.tries < TRIES_MAX) attempt(asked);
    else giveUp(asked);
  }

  private boolean mayRetry(Asked asked) {
    boolean remembered = asked.requestId != null && !cluster.swarm().demand().forgetful();
    return asked.isRead() || remembered || !asked.doubtful;
  }

  private void giveUp(Asked asked) {
    if (asked.isRead() || !asked.doubtful) {
      history.fail(asked.id, world.now());
    } else {
      history.unknown(asked.id);
      process += 1_000;
    }
    end(asked);
  }

  private void complete(Asked asked, Result result) {
    history.complete(asked.id, resultOf(result), world.now());
    end(asked);
  }

  private io.jangada.check.RecordedResult resultOf(Result result) {
    return switch (result) {
      case Result.Found found -> {
        lastVersion = found.version();
        yield new io.jangada.check.RecordedResult.Found(valueOf(found.value()), found.version());
      }
      case Result.Written(long version, long _) -> {
        lastVersion = version;
        yield new io.jangada.check.RecordedResult.Written(version);
      }
      case Result.Deleted(long version) -> new io.jangada.check.RecordedResult.Deleted(version);
      case Result.NotFound() -> new io.jangada.check.RecordedResult.Absent();
      case Result.Exists _ -> new io.jangada.check.RecordedResult.Exists();
      case Result.Mismatch _ -> new io.jangada.check.RecordedResult.Mismatch();
      case Result.Expired _, Result.Forgotten _, Result.Refused _, Result.Advanced _ ->
          throw new IllegalStateException("a client was answered " + result);
    };
  }

  private void end(Asked asked) {
    asked.ended = true;
    world.after(
        random.nextLong(Scheduler.MILLI, cluster.swarm().clients().thinkNanosMax()), this::next);
  }
}
