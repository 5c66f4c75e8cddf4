/// The Raft protocol as a pure state machine: inputs in, one [io.jangada.raft.Ready] out. It does
/// no I/O, asks no clock and starts no thread.
///
/// Start reading at [io.jangada.raft.RaftNode], which takes inputs and gives each to its topic:
/// `Elections`, `Replication`, `Reconfiguration` (membership and transfer) and `Snapshots`. They
/// share a `Context` (log, memberships, time, outbox) and a `RaftState` (term, vote, role), and
/// none of them knows the node. What only one role has is in `Follower`, `Candidate` or `Leader`; a
/// leader knows its `Peers`, each with a `Progress` and a `PeerIdentity`, sends snapshots by
/// `Installs` and minds its traffic by `Pacing`.
package io.jangada.raft;
