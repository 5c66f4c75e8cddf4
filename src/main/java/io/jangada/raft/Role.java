package io.jangada.raft;

/// What a member is at the moment (§5.1), with the state that only that role has. It is made when
/// the role begins and dropped when it ends.
sealed interface Role permits Follower, Candidate, Leader {}
