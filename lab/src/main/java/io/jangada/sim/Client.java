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
import java.util.random.RandomGenerator;

/// One client of single keys: asks for one thing at a time ([Requester]). What it saw goes into the
/// history.
final class Client {
  private static final int VALUES = 5;

  private final Cluster cluster;
  private final Scheduler world;
  private final History.Recorder history;
  private final RandomGenerator random;
  private final Requester requester;
  private final Bytes name;
  private int process;
  private long sequence;
  private long lastVersion = 1;
  private boolean stopped;
  private boolean idle = true;

  Client(Cluster cluster, History.Recorder history, int number) {
    this.cluster = cluster;
    this.world = cluster.world();
    this.history = history;
    this.random = cluster.split();
    this.requester = new Requester(cluster, random);
    this.name = Bytes.utf8("client-" + number);
    this.process = number;
  }

  void start() {
    world.after(random.nextLong(300 * Scheduler.MILLI), this::next);
  }

  /// Sends no more requests; those in flight complete.
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
    boolean here = cluster.swarm().clients().readsElsewhere() && id % 2 == 0;
    ReadConsistency reading = here ? new ReadConsistency.Follower() : null;
    var request = new Requester.Request(operation, named ? nextId() : null, reading, 0);
    requester.ask(request, outcome -> ended(id, outcome));
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

  private void ended(int id, Outcome outcome) {
    switch (outcome) {
      case Outcome.Done(Result result) -> history.complete(id, resultOf(result), world.now());
      case Outcome.NotLeader _ -> history.fail(id, world.now());
      case Outcome.Unknown() -> {
        history.unknown(id);
        process += 1_000;
      }
      case Outcome.Busy _, Outcome.NoMemory _, Outcome.Refused _ ->
          throw new IllegalStateException("a request ended as " + outcome);
    }
    world.after(
        random.nextLong(Scheduler.MILLI, cluster.swarm().clients().thinkNanosMax()), this::next);
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
}
