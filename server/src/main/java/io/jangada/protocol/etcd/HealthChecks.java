package io.jangada.protocol.etcd;

import io.jangada.bytes.Bytes;
import io.jangada.kv.Operation;
import io.jangada.node.Outcome;
import io.jangada.node.ReadConsistency;
import io.jangada.node.Replica;
import io.jangada.node.Status;
import io.jangada.protocol.port.PortState;
import io.jangada.raft.Membership;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;

/// Whether a member is well, looked at in several ways. Answers are sentences that say what is
/// wrong, empty for nothing; they come on any thread.
final class HealthChecks {
  /// How long an answer is waited for, as etcd waits.
  private static final long MILLIS_MAX = 7_000;

  private static final Bytes KEY = Bytes.utf8("health");
  private static final String NOT_STARTED = "the member has not started";

  enum Check {
    DATA_CORRUPTION,
    SERIALIZABLE_READ,
    LINEARIZABLE_READ,
    NON_LEARNER;

    /// As clients name it.
    String text() {
      return name().toLowerCase(Locale.ROOT);
    }

    /// Whether a member that fails it is better started again.
    boolean isOfLife() {
      return this == SERIALIZABLE_READ;
    }
  }

  private final PortState port;

  HealthChecks(PortState port) {
    this.port = port;
  }

  CompletableFuture<String> trouble(Check check) {
    return switch (check) {
      case DATA_CORRUPTION ->
          status(now -> now.health().dataDiffers() ? "its data is not that of the others" : "");
      case NON_LEARNER ->
          status(
              now -> now.membership().voters().contains(now.role().id()) ? "" : "it is a learner");
      case SERIALIZABLE_READ -> read(new ReadConsistency.Local());
      case LINEARIZABLE_READ -> read(new ReadConsistency.Follower());
    };
  }

  /// All in one, in etcd's words.
  ///
  /// @param excluded alarms that do not count
  /// @param isLocal whether it does not matter if the others can be reached
  CompletableFuture<String> trouble(List<String> excluded, boolean isLocal) {
    return status(now -> raised(now, excluded, isLocal))
        .thenCompose(
            found -> {
              if (!found.isEmpty()) return CompletableFuture.completedFuture(found);
              Check last = isLocal ? Check.SERIALIZABLE_READ : Check.LINEARIZABLE_READ;
              return trouble(last).thenApply(why -> why.isEmpty() ? "" : "RANGE ERROR:" + why);
            });
  }

  private static String raised(Status now, List<String> excluded, boolean isLocal) {
    List<String> alarms = new ArrayList<>();
    if (now.usage().memory().isFull()) alarms.add("NOSPACE");
    if (now.health().dataDiffers()) alarms.add("CORRUPT");
    alarms.removeAll(excluded);
    if (!alarms.isEmpty()) return "ALARM " + alarms.getFirst();
    return isLocal || now.role().leader() != Membership.NONE ? "" : "RAFT NO LEADER";
  }

  private CompletableFuture<String> status(Function<Status, String> look) {
    CompletableFuture<String> answer = new CompletableFuture<>();
    Replica replica = port.replica();
    if (replica == null) answer.complete(NOT_STARTED);
    else if (!replica.status(now -> answer.complete(look.apply(now))))
      answer.complete("the member is too busy, or has stopped");
    return inTime(answer);
  }

  private CompletableFuture<String> read(ReadConsistency consistency) {
    CompletableFuture<String> answer = new CompletableFuture<>();
    Replica replica = port.replica();
    if (replica == null) answer.complete(NOT_STARTED);
    else
      replica.read(
          null,
          new Operation.Get(KEY),
          consistency,
          // That the key may be for users alone does not matter: the member has answered.
          outcome -> answer.complete(failure(outcome)));
    return inTime(answer);
  }

  private static String failure(Outcome outcome) {
    return switch (outcome) {
      case Outcome.Done _ -> "";
      case Outcome.NotLeader _ -> Errors.NO_LEADER.message();
      case Outcome.Busy(String reason) -> reason;
      case Outcome.NoMemory _ -> Outcome.NoMemory.REASON;
      case Outcome.Refused(String reason) -> reason;
      case Outcome.Unknown _ -> Errors.TIMED_OUT.message();
    };
  }

  private static CompletableFuture<String> inTime(CompletableFuture<String> answer) {
    return answer.completeOnTimeout("no answer in time", MILLIS_MAX, TimeUnit.MILLISECONDS);
  }
}
