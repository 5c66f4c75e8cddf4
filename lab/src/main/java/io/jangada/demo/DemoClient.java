package io.jangada.demo;

import io.jangada.kv.Operation;
import io.jangada.node.Outcome;
import io.jangada.raft.Membership;

/// Whoever asks the cluster for the person at the shell.
interface DemoClient {
  long PATIENCE_MILLIS = 5_000;

  /// @param outcome [Outcome.Unknown] when any of the askings may have had, or may have, an effect
  /// @param by who led when the answer came
  /// @param tookNanos from the first asking
  record Answer(Outcome outcome, Leadership.Lead by, long tookNanos) {}

  /// Asks the leader, whoever that is, until there is a definite answer or patience ends.
  Answer ask(Operation operation) throws InterruptedException;

  /// Asks one member, once.
  Answer askOnce(int member, Operation operation) throws InterruptedException;

  /// A read has no effect that there could be a doubt about.
  static Outcome settled(Operation operation, Outcome outcome) {
    boolean unread = outcome instanceof Outcome.Unknown && operation instanceof Operation.Get;
    return unread ? new Outcome.NotLeader(Membership.NONE) : outcome;
  }
}
