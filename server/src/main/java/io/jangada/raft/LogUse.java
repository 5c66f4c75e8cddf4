package io.jangada.raft;

/// How large a log is.
///
/// @param entryBytes of all entries held
/// @param uncommittedBytes of those that are not known to be committed
/// @param memoryBytes what the log takes in memory, about, with pages that are kept though empty
public record LogUse(long entryBytes, long uncommittedBytes, long memoryBytes) {}
