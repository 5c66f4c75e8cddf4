package io.jangada.sim;

import io.jangada.bytes.Bytes;
import io.jangada.check.MapHistory;
import io.jangada.check.MapOp;
import io.jangada.kv.KeyRange;
import io.jangada.kv.KeyValue;
import io.jangada.kv.KvStore;
import io.jangada.kv.Operation;
import io.jangada.kv.RequestId;
import io.jangada.kv.Result;
import io.jangada.node.Outcome;
import io.jangada.node.ReadConsistency;
import io.jangada.node.Replica;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.random.RandomGenerator;

/// A client of ranges, transactions and changes of values: asks for one thing at a time
/// ([Requester]), lists a range in pieces at one member, and reads what was. What it saw goes into
/// the history of the whole map.
///
/// A guard that failed, and a change that cannot be made, are answered without the revision of the
/// store: they are recorded as not done, which they were.
final class MapClient {
  private static final int PIECES_MAX = 30;

  private final Cluster cluster;
  private final Scheduler world;
  private final MapHistory.Recorder history;
  private final RandomGenerator random;
  private final Requester requester;
  private final MapRequests requests;
  private final Bytes name;
  private int process;
  private long sequence;
  private long seen;
  private boolean stopped;
  private boolean idle = true;

  /// Those of unknown outcome that have a name.
  private final SortedMap<Integer, Open> open = new TreeMap<>();

  private record Open(MapRequest request, RequestId id) {}

  MapClient(Cluster cluster, MapHistory.Recorder history, int number) {
    this.cluster = cluster;
    this.world = cluster.world();
    this.history = history;
    this.random = cluster.split();
    this.requester = new Requester(cluster, random);
    this.requests = new MapRequests(random, cluster.swarm().order().keys());
    this.name = Bytes.utf8("map-client-" + number);
    this.process = number;
  }

  void start() {
    world.after(random.nextLong(500 * Scheduler.MILLI), this::next);
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
    switch (random.nextInt(8)) {
      case 0, 1 -> readNewest();
      case 2 -> readPast();
      case 3 -> list();
      case 4 -> changeOther();
      default -> change();
    }
  }

  private void thinkLater() {
    long thinkNanosMax = 2 * cluster.swarm().clients().thinkNanosMax();
    world.after(random.nextLong(Scheduler.MILLI, thinkNanosMax), this::next);
  }

  private void change() {
    MapRequest request = requests.command();
    int id = history.invoke(process, request.op(), world.now());
    RequestId named = random.nextInt(10) == 0 ? null : new RequestId.Numbered(name, ++sequence);
    requester.ask(
        new Requester.Request(request.operation(), named, null, 0),
        outcome -> {
          if (outcome instanceof Outcome.Unknown && named != null)
            open.put(id, new Open(request, named));
          ended(id, request, outcome);
        });
  }

  private void changeOther() {
    var id = new RequestId.Numbered(name, ++sequence);
    requester.ask(new Requester.Request(requests.other(), id, null, 0), _ -> thinkLater());
  }

  private void readNewest() {
    ask(requests.read(requests.range(), 0), random.nextInt(3));
  }

  /// Reads at a revision that it has seen, or the state of a member that lags.
  private void readPast() {
    boolean lags = random.nextBoolean();
    long revision = lags || seen == 0 ? 0 : Math.max(1, seen - random.nextLong(20));
    MapRequest read = requests.read(requests.range(), revision);
    var stale = new MapRequest(read.operation(), new MapOp.Stale(read.op()));
    ask(stale, lags ? 3 : random.nextInt(2));
  }

  private void ask(MapRequest request, int how) {
    int id = history.invoke(process, request.op(), world.now());
    var asked = new Requester.Request(request.operation(), null, reading(how), 0);
    requester.ask(asked, outcome -> ended(id, request, outcome));
  }

  private static ReadConsistency reading(int how) {
    return switch (how) {
      case 0 -> null;
      case 3 -> new ReadConsistency.BoundedStale(1_000);
      default -> new ReadConsistency.Follower();
    };
  }

  private void ended(int id, MapRequest request, Outcome outcome) {
    MapRequest.Answer answer =
        outcome instanceof Outcome.Done(Result result) ? request.answer(result) : null;
    if (answer != null) {
      history.complete(id, answer.revision(), answer.result(), world.now());
      seen = Math.max(seen, answer.revision());
    } else if (outcome instanceof Outcome.Unknown) {
      process += 1_000;
    } else {
      history.fail(id);
    }
    thinkLater();
  }

  /// Lists a range piece by piece.
  private void list() {
    KeyRange keys = requests.range();
    boolean descending = random.nextBoolean();
    MapOp op = new MapOp.Range(MapRequest.recorded(keys), Integer.MAX_VALUE, descending);
    int id = history.invoke(process, op, world.now());
    int limit = random.nextInt(1, 4);
    new Listing(id, keys, new Operation.Page(descending, limit)).next(keys, 0, 0);
  }

  /// Whose state a member reads: its own one, which a snapshot replaces, or that of another when it
  /// leads no more.
  private record Standing(KvStore store, long term, boolean leads) {
    static Standing of(Replica replica) {
      return new Standing(replica.kv(), replica.raft().term(), replica.raft().isLeader());
    }
  }

  /// A range that is being listed.
  private final class Listing {
    final int id;
    final KeyRange keys;
    final Operation.Page page;
    final List<KeyValue> entries = new ArrayList<>();
    final Map<Integer, Standing> before = new TreeMap<>();
    final long beganNanos = world.now();
    long count;
    int pieces;
    int member;

    Listing(int id, KeyRange keys, Operation.Page page) {
      this.id = id;
      this.keys = keys;
      this.page = page;
      for (Member each : cluster.upMembers()) before.put(each.id, Standing.of(each.replica()));
    }

    /// @param member that gave the pieces before; 0 for none
    void next(KeyRange rest, long revision, int member) {
      var range = new Operation.Range(rest, revision, Operation.Selection.ALL, page);
      var asked = new Requester.Request(range, null, new ReadConsistency.Follower(), member);
      requester.ask(asked, outcome -> got(rest, outcome));
    }

    private void got(KeyRange asked, Outcome outcome) {
      if (!(outcome instanceof Outcome.Done(Result.Ranged piece)) || ++pieces > PIECES_MAX) {
        if (outcome instanceof Outcome.Done(Result.Compacted _)) checkOver();
        history.fail(id);
        thinkLater();
        return;
      }
      if (asked == keys) count = piece.count();
      entries.addAll(piece.entries());
      if (piece.rest() == null) {
        history.complete(
            id, piece.revision(), MapRequest.items(entries, count, false), world.now());
        seen = Math.max(seen, piece.revision());
        thinkLater();
      } else {
        member = requester.answering();
        int wanted = random.nextInt(10) == 0 ? 0 : member;
        world.after(
            random.nextLong(20 * Scheduler.MILLI),
            () -> next(piece.rest(), piece.revision(), wanted));
      }
    }

    /// A member that goes on with a range has what the range began with, as long as it has memory,
    /// its clock does not leap, and it stands as it did.
    private void checkOver() {
      boolean isSame = requester.answering() == member && requester.wasAskedOnce();
      Member same = cluster.member(member);
      boolean isOld = beganNanos <= cluster.leaptNanos();
      if (cluster.swarm().hoards() || isOld || !isSame || !same.isUp()) return;
      SafetyChecker.check(
          !Standing.of(same.replica()).equals(before.get(member)),
          "a range that was begun can be read to its end: member " + member);
    }
  }

  /// Nothing of it is under way any more: what is in the log was done, and all else was not.
  void settle() {
    CommittedAnswers answers = cluster.laws().meaning().answers();
    open.forEach(
        (id, asked) -> {
          Result result = answers.first(asked.id);
          MapRequest.Answer answer = result == null ? null : asked.request.answer(result);
          if (answer == null) history.fail(id);
          else history.complete(id, answer.revision(), answer.result(), world.now());
        });
    open.clear();
  }
}
