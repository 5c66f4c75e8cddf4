package io.jangada.node;

import io.jangada.raft.Membership;
import io.jangada.raft.RaftNode;

/// Since when a member has its role in its term, and whether another leader was seen.
final class RoleWatch {
  private int leader = Membership.NONE;
  private long term;
  private String role = "";
  private long sinceNanos;

  RoleWatch(long now) {
    sinceNanos = now;
  }

  /// When the role, or the term, began.
  long sinceNanos() {
    return sinceNanos;
  }

  /// Takes note of what is so now. Returns whether the leader or the term is another one.
  boolean note(RaftNode raft, long now) {
    if (!role.equals(raft.roleName()) || term != raft.term()) sinceNanos = now;
    role = raft.roleName();
    boolean changed = raft.leader() != leader || raft.term() != term;
    leader = raft.leader();
    term = raft.term();
    return changed;
  }
}
