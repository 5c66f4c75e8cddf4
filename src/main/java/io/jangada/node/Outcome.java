package io.jangada.node;

import io.jangada.kv.Result;

/// How a request ended. What a front makes of it is that front's affair, but none may treat
/// [Unknown] as a failure: the request may have taken effect, or may yet.
public sealed interface Outcome {
  /// It took effect, once, and this is its result.
  record Done(Result result) implements Outcome {}

  /// It had no effect and will have none: this member does not lead.
  ///
  /// @param leader who leads, or [io.jangada.raft.Membership#NONE] while nobody is known to
  record NotLeader(int leader) implements Outcome {}

  /// It had no effect and will have none: a limit is reached. Try again later.
  record Busy(String reason) implements Outcome {}

  /// It had no effect and will have none: it makes no sense here.
  record Refused(String reason) implements Outcome {}

  /// It may or may not have taken effect, or may yet.
  record Unknown() implements Outcome {}
}
