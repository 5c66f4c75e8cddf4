/// The Raft protocol as a pure state machine: inputs in, one [io.jangada.raft.Ready] out. It does
/// no I/O, asks no clock and starts no thread; start reading at [io.jangada.raft.RaftNode].
package io.jangada.raft;
