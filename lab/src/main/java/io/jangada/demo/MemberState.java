package io.jangada.demo;

import io.jangada.harness.AdminClient;
import io.jangada.node.Status;
import io.jangada.raft.Membership;

/// How one member stands.
///
/// @param leader whom it follows, itself if it leads; [Membership#NONE] for nobody
/// @param snapshot the last entry in its newest snapshot; 0 for none
record MemberState(int id, String role, long term, int leader, Log log, long snapshot, long keys) {
  /// Positions in the log.
  record Log(long last, long commit, long applied) {}

  static MemberState of(Status status) {
    return new MemberState(
        status.id(),
        status.role(),
        status.term(),
        status.leader(),
        new Log(status.last().index(), status.commit(), status.applied()),
        status.snapshot().index(),
        status.keys());
  }

  static MemberState of(AdminClient.MemberStatus status) {
    AdminClient.Progress at = status.progress();
    return new MemberState(
        status.id(),
        status.role(),
        status.term(),
        status.leader().orElse(Membership.NONE),
        new Log(at.last(), at.commit(), at.applied()),
        at.snapshot(),
        at.keys());
  }

  boolean leads() {
    return leader == id;
  }
}
