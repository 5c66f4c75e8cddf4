package io.jangada.node;

import io.jangada.kv.Operation;
import io.jangada.kv.Result;
import io.jangada.raft.Input;
import io.jangada.raft.RaftNode;
import io.jangada.store.DurableLog;
import java.util.function.LongSupplier;

/// The commands that a leader puts into its log: those of clients, their keep-alives gathered, and
/// its own.
final class Proposals {
  private static final Outcome NO_USER =
      new Outcome.Done(new Result.Refused(Result.Reason.NO_USER));

  private static final Outcome DISK_FULL = new Outcome.Busy("the disk is full");
  private static final Outcome NO_ROOM = new Outcome.Busy("the disk is behind");

  /// What a proposal goes through, and what has to have room for it.
  record Parts(RaftNode raft, DurableLog log, WaitingRequests waiting, Memory memory) {}

  private final Parts parts;
  private final CommandStamper stamps;
  private final KeepAlives keepAlives;
  private final LeaderCommands own;
  private boolean diskFull;

  Proposals(Parts parts, CommandStamper stamps, ReplicaSettings.History history) {
    this.parts = parts;
    this.stamps = stamps;
    this.keepAlives = new KeepAlives(parts.waiting, stamps);
    this.own = new LeaderCommands(history, stamps);
  }

  /// The log's disk has no space, or has some again.
  void diskFull(boolean full) {
    diskFull = full;
  }

  boolean isDiskFull() {
    return diskFull;
  }

  /// Another term began, or another member leads.
  void termBegan() {
    own.termBegan();
    parts.memory.termBegan();
  }

  /// Whether commands need not wait. A client that writes faster than the disk is slowed down and
  /// not refused; but a full disk may stay full.
  boolean takesCommands() {
    return diskFull || parts.raft.takesProposals() && hasRoom();
  }

  private boolean hasRoom() {
    return parts.log.hasRoom() && !parts.memory.isTight() && !own.isFirstDue();
  }

  /// Proposes a client's command, or refuses it.
  void submit(Event.Submit submit, Operation.Command command, long deadlineNanos, long now) {
    if (stamps.state().kv().isOfNobody(submit.caller(), submit.requestId())) {
      submit.reply().accept(NO_USER);
    } else if (diskFull) {
      refuse(submit);
    } else if (!hasRoom()) {
      submit.reply().accept(NO_ROOM);
    } else if (parts.memory.isTooMuch(submit)) {
      parts.memory.refuse(submit);
    } else if (command instanceof Operation.KeepAlive keepAlive) {
      if (!keepAlives.hasRoomFor(keepAlive)) keepAlives.propose(parts.raft, now);
      keepAlives.add(keepAlive, submit, deadlineNanos);
    } else {
      long ticket = parts.waiting.submit(null, submit.reply(), deadlineNanos);
      Operation.Command bounded = stamps.state().kv().limits().bounded(command);
      var envelope = stamps.envelope(submit, bounded, now);
      parts.raft.step(new Input.Propose(ticket, envelope));
      parts.memory.proposed(submit, parts.raft.last().index());
    }
  }

  /// Refuses a command for want of space on the disk.
  void refuse(Event.Submit submit) {
    submit.reply().accept(DISK_FULL);
  }

  /// Time goes by.
  ///
  /// @param ticket gives the number of a new request
  void tick(LongSupplier ticket, long now) {
    own.look(now);
    boolean isLeader = parts.raft.isLeader();
    if (!isLeader || !diskFull && takesCommands()) keepAlives.propose(parts.raft, now);
    if (!diskFull) own.propose(parts.raft, parts.memory.isHistoryTooMuch(), ticket, now);
  }
}
