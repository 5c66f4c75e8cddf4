package io.jangada.raft;

import java.util.List;

/// How a follower's log becomes its leader's, and what a leader does about acknowledgements (§5.3,
/// §5.4).
final class Replication {
  private final Context context;
  private final RaftLog log;
  private final MembershipLog memberships;
  private final Outbox out;
  private final RaftState state;
  private final Reconfiguration changes;
  private final Snapshots snapshots;

  /// The id of this member.
  private final int id;

  Replication(Context context, RaftState state, Reconfiguration changes, Snapshots snapshots) {
    this.context = context;
    this.log = context.log;
    this.memberships = context.memberships;
    this.out = context.out;
    this.state = state;
    this.changes = changes;
    this.snapshots = snapshots;
    this.id = context.config.id();
  }

  // ---- followers ----

  void appendEntries(Message.AppendEntries append) {
    Follower follower = state.follow(append.from());
    follower.round = Math.max(follower.round, append.round());
    EntryId prev = append.prev();
    List<Entry> entries = append.entries();
    if (prev.index() < log.compacted().index()) {
      // What is compacted here was committed, so the leader's log holds the same.
      entries = entries.stream().filter(entry -> entry.index() > log.compacted().index()).toList();
      prev = log.compacted();
    }
    if (!log.matches(prev)) {
      out.messages.add(refusal(append));
      return;
    }
    long missing = log.firstMissing(entries);
    for (Entry entry : entries) {
      if (entry.index() < missing) continue;
      if (entry.index() <= log.lastIndex()) truncate(entry.index() - 1);
      log.append(entry);
      if (entry.kind() == Entry.Kind.MEMBERSHIP) context.activate(entry);
    }
    long same = prev.index() + entries.size();
    follower.matched = Math.max(follower.matched, same);
    log.commitTo(Math.min(append.commit(), Math.max(same, log.commit())));
    if (!follower.ackOwed) follower.owedTick = context.tick();
    follower.ackOwed = true;
  }

  private Message refusal(Message.AppendEntries append) {
    long index = append.prev().index();
    EntryId conflict = log.conflictAt(index);
    return new Message.AppendEntriesReply(
        id,
        append.from(),
        state.term(),
        false,
        index,
        conflict,
        append.round(),
        state.incarnation());
  }

  private void truncate(long last) {
    log.truncateAfter(last);
    out.events.add(new RaftEvent.LogTruncated(log.last()));
    if (memberships.truncateAfter(last))
      out.events.add(
          new RaftEvent.ConfigurationChanged(memberships.currentIndex(), memberships.current()));
  }

  /// Sends the leader how far the disk is. No match is sent before the term is durable: a member
  /// that forgot the term could let an earlier leader truncate what it acknowledged.
  void acknowledge(Follower follower) {
    if (!state.disk.isHardStateDurable()) return;
    long match = Math.min(follower.matched, log.durable());
    if (!follower.takeAcknowledgement(match, context.tick(), context.config)) return;
    out.messages.add(
        new Message.AppendEntriesReply(
            id,
            follower.leader,
            state.term(),
            true,
            match,
            EntryId.ZERO,
            follower.round,
            state.incarnation()));
  }

  /// A leader named the commit index otherwise than by a message of the protocol. That says no more
  /// than a heartbeat could, and comes when a reader waits for it.
  void committed(Input.Committed input) {
    if (input.term() != state.term()
        || !(state.role() instanceof Follower follower)
        || follower.leader != input.leader()) return;
    log.commitTo(Math.max(log.commit(), Math.min(input.index(), follower.matched)));
  }

  // ---- leaders ----

  /// A peer acknowledged more than was known.
  void acknowledged(Leader leader, int peer) {
    advanceCommit(leader);
    if (state.role() != leader) return;
    if (leader.transferTo() == peer) leader.sendTimeoutNow();
    changes.beginDue(leader);
    SnapshotMeta newest = snapshots.newest();
    if (newest != null && leader.peers.get(peer).markCaughtUp(newest.last().index()))
      snapshots.compact();
  }

  /// Commits what a quorum holds now, and does what follows from that.
  void advanceCommit(Leader leader) {
    if (leader.advanceCommit()) changes.committed(leader);
  }
}
