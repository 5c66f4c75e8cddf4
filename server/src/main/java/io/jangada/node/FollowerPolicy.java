package io.jangada.node;

/// What a member that does not lead does with requests that only a leader serves.
public enum FollowerPolicy {
  /// It passes them on to the leader, and the answers back.
  FORWARD,

  /// It names the leader. While none is known the requests wait until one is: those of a member
  /// that comes to lead itself are served, the others end as [Outcome.NotLeader]. One without a
  /// leader's name goes only to requests that waited as long as they may, or when the member stops.
  HOLD
}
