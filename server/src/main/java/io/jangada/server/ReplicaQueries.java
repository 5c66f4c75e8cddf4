package io.jangada.server;

import io.jangada.node.Outcome;
import io.jangada.node.Replica;
import io.jangada.node.Status;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import java.util.function.Supplier;

/// Asks a replica, and waits for the answer where a thread may wait.
final class ReplicaQueries {
  private static final long STATUS_MILLIS_MAX = 2_000;

  private final Supplier<Replica> source;
  private final long outcomeMillisMax;

  /// @param source gives the replica, null as long as there is none
  /// @param outcomeMillisMax how long an outcome is waited for; more than a request may take
  ReplicaQueries(Supplier<Replica> source, long outcomeMillisMax) {
    this.source = source;
    this.outcomeMillisMax = outcomeMillisMax;
  }

  /// How things stand; empty when the replica is not there yet, has stopped, or does not say in
  /// time.
  Optional<Status> status() {
    return get(statusLater(), STATUS_MILLIS_MAX).flatMap(status -> status);
  }

  /// The same for a thread that must not wait; completed on the replica's.
  CompletableFuture<Optional<Status>> statusLater() {
    Replica replica = source.get();
    CompletableFuture<Optional<Status>> status = new CompletableFuture<>();
    if (replica == null || !replica.status(now -> status.complete(Optional.of(now))))
      status.complete(Optional.empty());
    return status.completeOnTimeout(Optional.empty(), STATUS_MILLIS_MAX, TimeUnit.MILLISECONDS);
  }

  /// How something ended that a method of the replica was asked for.
  Outcome outcome(Consumer<Consumer<Outcome>> asked) {
    return outcome(outcomeMillisMax, asked);
  }

  /// @param millisMax how long it is waited for
  static Outcome outcome(long millisMax, Consumer<Consumer<Outcome>> asked) {
    CompletableFuture<Outcome> outcome = new CompletableFuture<>();
    asked.accept(outcome::complete);
    return get(outcome, millisMax).orElse(new Outcome.Unknown());
  }

  private static <T> Optional<T> get(CompletableFuture<T> future, long millis) {
    try {
      return Optional.of(future.get(millis, TimeUnit.MILLISECONDS));
    } catch (TimeoutException | ExecutionException e) {
      return Optional.empty();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return Optional.empty();
    }
  }
}
