package io.jangada.node;

import io.jangada.bytes.Bytes;
import io.jangada.raft.SnapshotMeta;

/// A replica's reply to a backup's request.
public sealed interface Backup {
  /// A durable snapshot that holds all that was applied here when it was asked for. Its chunks can
  /// be read, and it is kept, for [#HELD_MILLIS] from now on and from every chunk that is read.
  record Snapshot(SnapshotMeta meta) implements Backup {}

  record Chunk(Bytes data) implements Backup {}

  /// Try again later.
  record Busy(String reason) implements Backup {}

  /// The backup cannot be made, or not gone on with.
  record Failed(String reason) implements Backup {}

  /// How long a snapshot is kept for a backup that does not go on.
  long HELD_MILLIS = 60_000;
}
