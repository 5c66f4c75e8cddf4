package io.jangada.store;

import io.jangada.bytes.Bytes;
import io.jangada.raft.EntryId;
import io.jangada.raft.Membership;
import io.jangada.raft.SnapshotMeta;
import java.util.Collections;
import java.util.SortedSet;
import java.util.TreeSet;

/// Something to be done with snapshots, away from the replica's thread. Each is answered by one
/// [SnapshotDone]; what it does is said at the method of [SnapshotStore].
public sealed interface SnapshotTask {
  /// @see SnapshotStore#begin
  record Begin(EntryId last, Membership membership) implements SnapshotTask {}

  /// @see SnapshotStore#append
  record Append(Bytes chunk) implements SnapshotTask {}

  /// @see SnapshotStore#finish
  record Finish() implements SnapshotTask {}

  /// @see SnapshotStore#abandonTaken
  record Abandon() implements SnapshotTask {}

  /// Asks what is there of a snapshot that another member is about to send.
  ///
  /// @see SnapshotStore#received
  record Offer(SnapshotMeta meta) implements SnapshotTask {}

  /// With the last chunk the snapshot is completed.
  ///
  /// @see SnapshotStore#receive
  /// @see SnapshotStore#complete
  record Receive(SnapshotMeta meta, int number, Bytes chunk) implements SnapshotTask {}

  /// @see SnapshotStore#readChunk
  record Read(EntryId last, int number) implements SnapshotTask {}

  /// @see SnapshotStore#setAside
  record SetAside(EntryId last) implements SnapshotTask {}

  /// @see SnapshotStore#retain
  record Retain(long indexMin, SortedSet<Long> kept) implements SnapshotTask {
    public Retain {
      kept = Collections.unmodifiableSortedSet(new TreeSet<>(kept));
    }
  }

  /// Writes the incarnation: the one task that is not about snapshots.
  ///
  /// @see IncarnationFile#write
  record Mark(IncarnationFile file) implements SnapshotTask {}

  /// What it counts against limits in bytes, about.
  default long sizeBytes() {
    return 64
        + switch (this) {
          case Append append -> append.chunk.length();
          case Receive receive -> receive.chunk.length();
          case Begin begin -> 0;
          case Finish finish -> 0;
          case Abandon abandon -> 0;
          case Offer offer -> 0;
          case Read read -> 0;
          case Retain retain -> 0;
          case Mark mark -> 0;
          case SetAside setAside -> 0;
        };
  }
}
