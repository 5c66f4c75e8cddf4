package io.jangada.store;

import io.jangada.bytes.Bytes;
import io.jangada.raft.SnapshotMeta;
import java.io.IOException;

/// How a [SnapshotTask] ended.
public sealed interface SnapshotDone {
  /// A `Begin`, `Append`, `Abandon`, `SetAside` or `Retain` was done.
  record Accepted(SnapshotTask task) implements SnapshotDone {}

  /// After `Finish`: the snapshot is durable.
  record Taken(SnapshotMeta meta) implements SnapshotDone {}

  /// After `Offer` or `Receive`: so many chunks are here, but not all of them.
  record Received(SnapshotMeta meta, int chunks) implements SnapshotDone {}

  /// After `Offer` or `Receive`: the snapshot is whole, checked and durable.
  record Installed(SnapshotMeta meta) implements SnapshotDone {}

  /// After `Read`.
  record Chunk(SnapshotMeta meta, int number, Bytes chunk) implements SnapshotDone {}

  /// After `Mark`: the directory says so for good.
  record Marked(IncarnationFile file) implements SnapshotDone {}

  /// It could not be done. A snapshot that was being taken is forgotten. One that was being
  /// received is forgotten, too, unless the disk was full: then the same chunk can be sent again.
  record Failed(SnapshotTask task, IOException cause) implements SnapshotDone {}
}
