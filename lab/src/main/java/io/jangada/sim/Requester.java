package io.jangada.sim;

import io.jangada.kv.Operation;
import io.jangada.kv.RequestId;
import io.jangada.kv.Result;
import io.jangada.node.Outcome;
import io.jangada.node.ReadConsistency;
import io.jangada.raft.Membership;
import java.util.List;
import java.util.function.Consumer;
import java.util.random.RandomGenerator;

/// Asks for one thing at a time, at any member, over a way that may lose the request or the reply.
/// When no certain answer comes it asks again under the same request id, and in the end gives up,
/// not knowing.
final class Requester {
  private static final int TRIES_MAX = 6;

  /// What is asked for.
  ///
  /// @param reading null for one that goes to the leader
  /// @param member that is asked while it is up; 0 for any
  record Request(Operation operation, RequestId id, ReadConsistency reading, int member) {}

  /// One request, through all its tries.
  private static final class Asked {
    final Request request;
    final Consumer<Outcome> whenEnded;
    int tries;
    boolean doubtful;
    boolean ended;

    Asked(Request request, Consumer<Outcome> whenEnded) {
      this.request = request;
      this.whenEnded = whenEnded;
    }

    boolean isRead() {
      return request.operation instanceof Operation.Read;
    }
  }

  private final Cluster cluster;
  private final Scheduler world;
  private final RandomGenerator random;
  private int favourite;
  private int answering;
  private boolean wasAskedOnce;

  Requester(Cluster cluster, RandomGenerator random) {
    this.cluster = cluster;
    this.world = cluster.world();
    this.random = random;
  }

  /// Which member gave the latest answer.
  int answering() {
    return answering;
  }

  /// Whether that was asked for once.
  boolean wasAskedOnce() {
    return wasAskedOnce;
  }

  /// Asks for something.
  ///
  /// @param whenEnded gets [Outcome.Done]; or [Outcome.NotLeader], when it had no effect and will
  ///   have none; or [Outcome.Unknown]
  void ask(Request request, Consumer<Outcome> whenEnded) {
    attempt(new Asked(request, whenEnded));
  }

  private void attempt(Asked asked) {
    asked.tries++;
    int of = asked.tries;
    List<Member> up = cluster.upMembers();
    Member member = up.isEmpty() ? null : choose(up, asked.request.member);
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

  private Member choose(List<Member> up, int wanted) {
    for (Member member : up) if (member.id == wanted) return member;
    for (Member member : up) if (member.id == favourite && random.nextInt(4) != 0) return member;
    return up.get(random.nextInt(up.size()));
  }

  private void submit(Member member, Asked asked, int of) {
    Consumer<Outcome> reply =
        outcome -> {
          if (random.nextInt(50) == 0) return;
          world.after(
              random.nextLong(20_000, 2_000_000),
              () -> {
                if (!asked.ended) answered(asked, member, of, outcome);
              });
        };
    Request request = asked.request;
    if (request.reading != null && request.operation instanceof Operation.Read read)
      member.replica().read(cluster.caller(), read, request.reading, reply);
    else member.replica().submit(cluster.caller(), request.operation, request.id, reply);
  }

  private void answered(Asked asked, Member member, int of, Outcome outcome) {
    switch (outcome) {
      case Outcome.Done(Result.Forgotten()) -> giveUp(asked);
      case Outcome.Done(Result result) -> {
        answering = member.id;
        wasAskedOnce = asked.tries == 1;
        check(asked.request, result);
        end(asked, outcome);
      }
      case Outcome.NotLeader(int leader) -> {
        favourite = leader == Membership.NONE ? 0 : leader;
        refused(asked, of);
      }
      case Outcome.Busy _, Outcome.NoMemory _, Outcome.Refused _ -> refused(asked, of);
      case Outcome.Unknown() -> {}
    }
  }

  private void check(Request request, Result result) {
    ReferenceModel meaning = cluster.laws().meaning();
    if (request.operation instanceof Operation.Range range) {
      meaning.check(range, result);
    } else if (request.id != null && !(request.operation instanceof Operation.Read)) {
      meaning.answers().check(request.id, result);
    }
  }

  private void refused(Asked asked, int of) {
    if (of != asked.tries) return;
    // No other try can have had an effect.
    if (of == 1) asked.doubtful = false;
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
    boolean remembered = asked.request.id != null && !cluster.swarm().demand().forgetful();
    return asked.isRead() || remembered || !asked.doubtful;
  }

  private void giveUp(Asked asked) {
    boolean surelyNot = asked.isRead() || !asked.doubtful;
    end(asked, surelyNot ? new Outcome.NotLeader(Membership.NONE) : new Outcome.Unknown());
  }

  private static void end(Asked asked, Outcome outcome) {
    asked.ended = true;
    asked.whenEnded.accept(outcome);
  }
}
