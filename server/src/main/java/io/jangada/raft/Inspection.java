package io.jangada.raft;

/// What only tests and the simulator ask of a [RaftNode], to hold it against the laws. It changes
/// nothing, and shows the node as it is when asked.
public final class Inspection {
  private final RaftLog log;
  private final RaftState state;

  Inspection(RaftLog log, RaftState state) {
    this.log = log;
    this.state = state;
  }

  /// The place before the first entry that is held.
  public EntryId compacted() {
    return log.compacted();
  }

  /// The entry at `index`, or null where none is held.
  public Entry entryAt(long index) {
    return index > log.compacted().index() && index <= log.lastIndex() ? log.get(index) : null;
  }

  /// What a leader knows of a peer's log: the match index; -1 where this member does not lead or
  /// the peer is no member.
  public long matchOf(int peer) {
    Progress progress = state.role() instanceof Leader leader ? leader.peers.get(peer) : null;
    return progress == null ? -1 : progress.match();
  }
}
