package io.jangada.node;

import io.jangada.raft.EntryId;

/// Names a chunk of a snapshot that [Backup.Snapshot] named.
///
/// @param last the snapshot's last entry
/// @param number 0 for the first chunk
public record BackupChunk(EntryId last, int number) {}
