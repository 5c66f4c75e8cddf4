package io.jangada.node;

import io.jangada.kv.KvStore;
import io.jangada.kv.Operation;
import io.jangada.kv.auth.Caller;
import io.jangada.raft.Input;
import io.jangada.raft.RaftNode;
import java.util.ArrayList;
import java.util.List;
import java.util.function.LongSupplier;

/// The commands that a leader proposes by itself, when it is time: to count revisions, to keep
/// history or not, to give it up, and to remove what is due. All of it is done by entries of the
/// log (TRAPS: never by a member's own clock). One turn of proposals at a time is enough in a term.
final class LeaderCommands {
  private final ReplicaSettings.History settings;
  private final CommandStamper stamps;
  private final CompactionSchedule compaction;

  /// The index of the latest proposal of this term, 0 before the first.
  private long proposed;

  LeaderCommands(ReplicaSettings.History settings, CommandStamper stamps) {
    this.settings = settings;
    this.stamps = stamps;
    this.compaction = new CompactionSchedule(settings);
  }

  /// What was proposed in another term may never be committed.
  void termBegan() {
    proposed = 0;
  }

  /// Whether other commands are to wait: the first of all is that revisions are counted. It is
  /// proposed once it is known that none was applied before.
  boolean isFirstDue() {
    KvStore kv = stamps.state().kv();
    return settings.countsRevisions() && kv.isPristine() && !kv.countsRevisions() && proposed == 0;
  }

  /// Takes note of how things stand, leading or not.
  void look(long now) {
    compaction.look(CompactionSchedule.Moment.of(stamps.state(), stamps.clock().millis(now)));
  }

  /// Proposes what is to be done, if anything is.
  ///
  /// @param ticket gives the number of a new request
  void propose(RaftNode raft, boolean isMemoryShort, LongSupplier ticket, long now) {
    if (!raft.isEstablished() || raft.applied() < proposed || stamps.state().isBehind()) return;
    for (Operation.Command command : next(raft, isMemoryShort, now)) {
      long before = raft.last().index();
      raft.step(
          new Input.Propose(ticket.getAsLong(), stamps.envelope(callerOf(command), command, now)));
      if (raft.last().index() == before) return;
      proposed = raft.last().index();
      if (command instanceof Operation.Compact) compaction.proposed();
    }
  }

  /// Says that a member asks where that matters: releases that know no users would not understand
  /// it.
  private Caller callerOf(Operation.Command command) {
    boolean isChecked =
        command instanceof Operation.Compact || command instanceof Operation.KeepHistory;
    return isChecked && stamps.state().kv().users().isEnabled() ? Caller.MEMBER : null;
  }

  /// What is to be done first. In a new store history is kept from the first revision on.
  private List<Operation.Command> next(RaftNode raft, boolean isMemoryShort, long now) {
    KvStore kv = stamps.state().kv();
    boolean isFirstDue = isFirstDue();
    if (isFirstDue && raft.applied() < raft.commit()) return List.of();
    List<Operation.Command> due = new ArrayList<>(2);
    if (isFirstDue) due.add(new Operation.CountRevisions());
    if (settings.decides() && kv.keepsHistory() != settings.isKept())
      due.add(new Operation.KeepHistory(settings.isKept()));
    if (!due.isEmpty()) return due;
    long target = compaction.target(isMemoryShort);
    if (target > 0) return List.of(new Operation.Compact(target));
    boolean isExpiryDue = stamps.clock().millis(now) >= kv.nextDeadlineMillis();
    return isExpiryDue ? List.of(new Operation.Expire()) : List.of();
  }
}
