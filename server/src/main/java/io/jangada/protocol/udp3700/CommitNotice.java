package io.jangada.protocol.udp3700;

import io.jangada.node.PeerMessage;
import io.jangada.raft.Membership;
import io.jangada.raft.Message;
import io.jangada.raft.PeerProgress;
import io.jangada.raft.RaftNode;

/// Sees to it that some follower learns soon that the last put is committed, which means that its
/// client has its reply: otherwise the next leader would reply again. Mostly the next entries carry
/// that. When none come in time, a follower gets a datagram that needs no reply.
final class CommitNotice {
  static final long PATIENCE_NANOS = 20_000_000;

  private long index;
  private long dueNanos = Long.MAX_VALUE;

  /// The client of the put at `index` is being answered.
  void answered(long index, long nowNanos) {
    this.index = index;
    if (dueNanos == Long.MAX_VALUE) dueNanos = nowNanos + PATIENCE_NANOS;
  }

  /// A message goes to a peer; it may carry the commit index anyhow.
  void sent(PeerMessage message) {
    if (!(message instanceof PeerMessage.Raft(Message.AppendEntries append, long _))) return;
    long last = append.prev().index() + append.entries().size();
    if (append.commit() >= index && last >= index) dueNanos = Long.MAX_VALUE;
  }

  /// When [#due] has something; `Long.MAX_VALUE` for never.
  long nextNanos() {
    return dueNanos;
  }

  /// What is to be sent now, or null.
  PeerMessage due(RaftNode raft, long nowNanos) {
    if (dueNanos == Long.MAX_VALUE || nowNanos - dueNanos < 0) return null;
    dueNanos = Long.MAX_VALUE;
    int peer = holder(raft);
    if (peer == Membership.NONE) return null;
    return new PeerMessage.ReadIndexReply(raft.id(), peer, raft.term(), 0, index);
  }

  /// The peer with the latest message of those that have the entry; NONE where this replica does
  /// not lead.
  private int holder(RaftNode raft) {
    int best = Membership.NONE;
    for (int peer : raft.membership().voters()) {
      PeerProgress progress = raft.progressOf(peer);
      if (progress == null || progress.match() < index) continue;
      if (best == Membership.NONE || progress.contactTicks() < raft.progressOf(best).contactTicks())
        best = peer;
    }
    return best;
  }
}
