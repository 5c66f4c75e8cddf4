package io.jangada.raft;

/// What a leader knows of one peer.
///
/// @param match up to here the peer's disk is known to hold the leader's log (Fig. 2, matchIndex)
/// @param contactTicks how long ago its last message came, or the leader was elected; a process
///   that was paused counts a tick for the pause
/// @param installing whether it is being sent a snapshot
public record PeerProgress(long match, long contactTicks, boolean installing) {}
