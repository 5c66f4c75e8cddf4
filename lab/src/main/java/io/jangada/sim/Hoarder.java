package io.jangada.sim;

import io.jangada.bytes.Bytes;
import io.jangada.kv.Condition;
import io.jangada.kv.KvStore;
import io.jangada.kv.Operation;
import io.jangada.node.MemoryLimits;
import io.jangada.node.Outcome;
import io.jangada.node.Replica;
import java.util.List;
import java.util.function.Consumer;
import java.util.random.RandomGenerator;

/// Writes more than members with little memory may take, and deletes some of it, until the storm is
/// over. Then it deletes all that it wrote and writes once more: that must be done, however full
/// the cluster was.
final class Hoarder {
  /// What log and requests may add to memory between two looks: all that is not committed, twice.
  private static final long SLACK_BYTES = 600_000;

  private static final int VALUE_BYTES_MAX = 20_000;

  private final Cluster cluster;
  private final Scheduler world;
  private final RandomGenerator random;
  private final Bytes value = Bytes.wrap(new byte[VALUE_BYTES_MAX]);
  private boolean stormy = true;
  private int written;
  private int deleted;
  private boolean isDone;
  private long tries;

  Hoarder(Cluster cluster) {
    this.cluster = cluster;
    this.world = cluster.world();
    this.random = cluster.split();
  }

  void start() {
    world.after(random.nextLong(500) * Scheduler.MILLI, this::hoard);
  }

  /// The storm is over.
  void tidy() {
    stormy = false;
    next();
  }

  /// Whether all is deleted, and another write was done.
  boolean isDone() {
    return isDone;
  }

  /// A member's memory has a bound.
  static void check(Replica replica, MemoryLimits limits) {
    KvStore kv = replica.kv();
    long bytes = kv.dataMemoryBytes() + kv.sessionMemoryBytes();
    bytes += Math.max(limits.logBytes(), replica.raft().logUse().memoryBytes());
    SafetyChecker.check(
        bytes < limits.bytesMax() + limits.bytesMax() / 4 + SLACK_BYTES,
        "memory has a bound: member "
            + replica.raft().id()
            + " takes "
            + bytes
            + " bytes, may take "
            + limits.bytesMax());
  }

  private void hoard() {
    if (!stormy) return;
    world.after(random.nextLong(5, 60) * Scheduler.MILLI, this::hoard);
    if (random.nextInt(8) == 0) ask(deleting(random.nextInt(written + 1)), _ -> {});
    else ask(writing(written++, random.nextInt(500, VALUE_BYTES_MAX)), _ -> {});
  }

  /// Deletes key after key, each until that is done, and then writes until one write is.
  private void next() {
    if (isDone) return;
    long mine = ++tries;
    Operation operation = deleted < written ? deleting(deleted) : writing(written, 1_000);
    ask(
        operation,
        outcome -> {
          if (tries != mine || !(outcome instanceof Outcome.Done)) return;
          if (deleted < written) deleted++;
          else isDone = true;
          world.after(Scheduler.MILLI / 10, this::next);
        });
    world.after(
        200 * Scheduler.MILLI,
        () -> {
          if (tries == mine) next();
        });
  }

  private void ask(Operation operation, Consumer<Outcome> reply) {
    List<Member> up = cluster.upMembers();
    if (up.isEmpty()) return;
    Member leader = cluster.leader();
    Member asked = leader == null ? up.get(random.nextInt(up.size())) : leader;
    asked
        .replica()
        .submit(
            cluster.caller(),
            operation,
            null,
            outcome -> {
              if (outcome instanceof Outcome.NoMemory) cluster.trace(asked.id, "is out of memory");
              reply.accept(outcome);
            });
  }

  private static Bytes key(int number) {
    return Bytes.utf8("hoard-" + number);
  }

  private Operation writing(int number, int bytes) {
    return new Operation.Write(key(number), value.slice(0, bytes), 0, new Condition.Always());
  }

  private static Operation deleting(int number) {
    return new Operation.Delete(key(number), new Condition.Always());
  }
}
