package io.jangada.store;

import io.jangada.raft.EntryId;
import io.jangada.raft.HardState;
import io.jangada.raft.SnapshotMeta;
import java.util.List;
import java.util.Optional;

/// The findings of a look at a data directory.
///
/// @param identity of the data
/// @param log what the segments come to, when they are good
/// @param problems what is wrong, a sentence each; none when a replica can start from it
public record DataReport(
    Identity identity,
    List<SegmentReport> segments,
    List<SnapshotReport> snapshots,
    Optional<LogReport> log,
    List<String> problems) {
  public boolean isGood() {
    return problems.isEmpty();
  }

  /// The whole log.
  ///
  /// @param compacted the place before the first entry
  /// @param last the last entry
  public record LogReport(HardState hardState, EntryId compacted, EntryId last) {
    static LogReport of(LogState state) {
      return new LogReport(state.hardState(), state.compacted(), state.last());
    }
  }

  /// One segment of the log.
  ///
  /// @param usedBytes up to where it holds good groups
  /// @param end what follows the good groups: `free`, `torn`, or what is damaged
  public record SegmentReport(
      String name, long sizeBytes, long usedBytes, Contents contents, String end) {}

  /// @param indexMin the lowest index of an entry, 0 when there is none
  /// @param indexMax the highest
  public record Contents(long groups, long records, long indexMin, long indexMax) {
    static final Contents NONE = new Contents(0, 0, 0, 0);
  }

  /// One snapshot.
  ///
  /// @param meta what its head says, when that can be read
  /// @param problem what is wrong with it; empty when every byte of it was checked
  public record SnapshotReport(
      String name, Optional<SnapshotMeta> meta, Optional<String> problem) {}
}
