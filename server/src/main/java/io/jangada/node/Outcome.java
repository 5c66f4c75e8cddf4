package io.jangada.node;

import io.jangada.kv.Result;
import io.jangada.raft.Ready;

/// How a request ended. What a client protocol makes of it is its affair, but none may treat
/// [Unknown] as a failure: the request may have taken effect, or may yet.
public sealed interface Outcome {
  /// It took effect, once, and this is its result.
  record Done(Result result) implements Outcome {}

  /// It had no effect and will have none: this member does not lead.
  ///
  /// @param leader the leader, or [io.jangada.raft.Membership#NONE] while none is known
  record NotLeader(int leader) implements Outcome {}

  /// It had no effect and will have none: a limit is reached. Try again later.
  record Busy(String reason) implements Outcome {
    /// What members say to each other for [NoMemory] is this with its reason.
    ///
    /// @param reason as another member said it
    public static Outcome said(String reason) {
      return reason.equals(NoMemory.REASON) ? new NoMemory() : new Busy(reason);
    }
  }

  /// It had no effect and will have none: the data takes all the memory that it may. Reads, deletes
  /// and what does not add to the data go on.
  record NoMemory() implements Outcome {
    /// Why, for people.
    public static final String REASON = "out of memory";
  }

  /// It had no effect and will have none: it makes no sense here.
  record Refused(String reason) implements Outcome {}

  /// It may or may not have taken effect, or may yet.
  record Unknown() implements Outcome {}

  /// The outcome of a request that the protocol dropped.
  ///
  /// @param leader the leader, or [io.jangada.raft.Membership#NONE] while none is known
  static Outcome of(Ready.Reason reason, int leader) {
    return switch (reason) {
      case NOT_LEADER -> new NotLeader(leader);
      case BUSY -> new Busy("too many entries are uncommitted, or leadership is being transferred");
      case MEMBERSHIP_BUSY -> new Busy("another membership change is under way");
      case UNREADY -> new Refused("too few of the future voters have joined and answer");
      case INVALID -> new Refused("the change or transfer is not possible here");
    };
  }
}
