package io.jangada.demo;

import io.jangada.bytes.ByteWriter;
import io.jangada.bytes.Bytes;
import io.jangada.kv.Operation;
import io.jangada.kv.RequestId;
import io.jangada.node.Outcome;
import io.jangada.node.Replica;
import io.jangada.raft.Membership;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.random.RandomGenerator;

/// A client in the servers' own process: it hands its requests to the leader if it knows one and to
/// any server otherwise, and tries again as long as there is time. All attempts of one command
/// carry the same request id, so that it is done once however often it arrives.
final class DemoClient {
  private static final long PATIENCE_NANOS = 5_000_000_000L;

  /// A little longer than a member takes to say that it cannot tell.
  private static final long ATTEMPT_NANOS_MAX = 1_500_000_000;

  private static final long LOOK_NANOS = 10_000_000;
  private static final long PAUSE_NANOS = 20_000_000;

  /// @param outcome [Outcome.Unknown] when any of the attempts may have had, or may have, an effect
  /// @param by who led when the answer came
  /// @param tookNanos from the first attempt
  record Answer(Outcome outcome, Leadership.Lead by, long tookNanos) {}

  private final DemoCluster cluster;
  private final Bytes name;
  private long sequence;
  private int turn;

  DemoClient(DemoCluster cluster, RandomGenerator random) {
    this.cluster = cluster;
    this.name = new ByteWriter(16).putLong(random.nextLong()).putLong(random.nextLong()).toBytes();
  }

  /// Asks the leader until there is a definite answer or patience ends.
  Answer ask(Operation operation) throws InterruptedException {
    long began = System.nanoTime();
    RequestId id = new RequestId.Numbered(name, ++sequence);
    boolean doubtful = false;
    Outcome last;
    do {
      int member = choose();
      last = attempt(member, operation, id, began + PATIENCE_NANOS);
      switch (last) {
        case Outcome.Done _ -> {
          return answer(last, began);
        }
        case Outcome.Refused _, Outcome.NoMemory _ -> {
          return answer(doubtful ? new Outcome.Unknown() : last, began);
        }
        case Outcome.Unknown _ -> doubtful = true;
        case Outcome.NotLeader _, Outcome.Busy _ ->
            cluster.leadership().awaitOtherThan(cluster.leadership().now(), PAUSE_NANOS);
      }
    } while (System.nanoTime() - began < PATIENCE_NANOS && cluster.canServe());
    return answer(settled(operation, doubtful ? new Outcome.Unknown() : last), began);
  }

  /// Asks one member, once.
  Answer askOnce(int member, Operation operation) throws InterruptedException {
    long began = System.nanoTime();
    RequestId id = new RequestId.Numbered(name, ++sequence);
    Outcome outcome = attempt(member, operation, id, began + PATIENCE_NANOS);
    return answer(settled(operation, outcome), began);
  }

  private Answer answer(Outcome outcome, long began) {
    return new Answer(outcome, cluster.leadership().now(), System.nanoTime() - began);
  }

  /// The leader, or those who are up in turn.
  private int choose() {
    Leadership.Lead lead = cluster.leadership().now();
    if (lead.isKnown() && cluster.isUp(lead.member())) return lead.member();
    int chosen = Membership.NONE;
    for (int tried = 0; tried < cluster.ids().size() && chosen == Membership.NONE; tried++) {
      int next = turn++ % cluster.ids().size() + 1;
      if (cluster.isUp(next)) chosen = next;
    }
    return chosen;
  }

  /// Waits for an answer, for another leader, or for the end of patience.
  private Outcome attempt(int member, Operation operation, RequestId id, long deadline)
      throws InterruptedException {
    Optional<Replica> replica =
        member == Membership.NONE ? Optional.empty() : cluster.replica(member);
    if (replica.isEmpty()) return new Outcome.NotLeader(Membership.NONE);
    Leadership.Lead asked = cluster.leadership().now();
    CompletableFuture<Outcome> reply = new CompletableFuture<>();
    boolean command = operation instanceof Operation.Command;
    replica.get().submit(operation, command ? id : null, reply::complete);
    long until = Math.min(deadline, System.nanoTime() + ATTEMPT_NANOS_MAX);
    while (System.nanoTime() < until) {
      try {
        return reply.get(LOOK_NANOS, TimeUnit.NANOSECONDS);
      } catch (TimeoutException e) {
        Leadership.Lead now = cluster.leadership().now();
        boolean elsewhere = now.isKnown() && now.member() != member && !now.equals(asked);
        if (elsewhere) break;
      } catch (ExecutionException e) {
        throw new IllegalStateException(e);
      }
    }
    return new Outcome.Unknown();
  }

  /// A read has no effect that there could be a doubt about.
  private static Outcome settled(Operation operation, Outcome outcome) {
    boolean unread = outcome instanceof Outcome.Unknown && operation instanceof Operation.Get;
    return unread ? new Outcome.NotLeader(Membership.NONE) : outcome;
  }
}
