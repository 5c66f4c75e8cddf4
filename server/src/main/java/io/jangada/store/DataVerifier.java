package io.jangada.store;

import io.jangada.bytes.MalformedException;
import io.jangada.raft.SnapshotMeta;
import io.jangada.store.DataReport.SegmentReport;
import io.jangada.store.DataReport.SnapshotReport;
import io.jangada.store.SegmentReader.End;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// Reads everything in a data directory that no replica is using, and says what it found. Changes
/// nothing.
public final class DataVerifier {
  private final Disk disk;
  private final List<SegmentReport> segments = new ArrayList<>();
  private final List<SnapshotReport> snapshots = new ArrayList<>();
  private final List<String> problems = new ArrayList<>();

  private DataVerifier(Disk disk) {
    this.disk = disk;
  }

  /// @throws IdentityException when it is no data directory, or one of another format
  /// @throws DirectoryLockedException when a replica is using it
  public static DataReport verify(Disk disk) throws IOException {
    if (!disk.exists(Identity.FILE))
      throw new IdentityException("there is no file '" + Identity.FILE + "': no data directory");
    Identity identity = Identity.read(disk);
    try (DataDirectory claimed = DataDirectory.claim(disk, identity)) {
      return new DataVerifier(disk).report(claimed.isNew(), identity);
    }
  }

  private DataReport report(boolean isNew, Identity identity) throws IOException {
    if (isNew) throw new IllegalStateException("an identity was read and is not there");
    for (String name : LogRecovery.segmentNames(disk)) segments.add(segment(name));
    for (String name : SnapshotStore.names(disk)) snapshots.add(snapshot(name));
    Optional<LogState> state = Optional.empty();
    try {
      LogRecovery.Found found = LogRecovery.read(disk, identity);
      if (found == null) DataOpening.needLog(disk, IncarnationFile.read(disk));
      else state = Optional.of(found.replay().state());
    } catch (CorruptLogException | CorruptIncarnationException | IdentityException e) {
      problems.add(e.getMessage());
    }
    for (SnapshotReport each : snapshots) each.problem().ifPresent(problems::add);
    state.ifPresent(this::needSnapshot);
    return new DataReport(
        identity, segments, snapshots, state.map(DataReport.LogReport::of), problems);
  }

  private void needSnapshot(LogState state) {
    long compactedTo = state.compacted().index();
    boolean covered =
        compactedTo == 0
            || snapshots.stream()
                .filter(each -> each.problem().isEmpty())
                .flatMap(each -> each.meta().stream())
                .anyMatch(meta -> meta.last().index() >= compactedTo);
    if (!covered)
      problems.add(
          "the log goes on after entry "
              + state.compacted()
              + ", and there is no good snapshot of what came before");
  }

  private SegmentReport segment(String name) throws IOException {
    try (SegmentReader reader = new SegmentReader(disk, name)) {
      long groups = 0;
      long records = 0;
      long indexMin = 0;
      long indexMax = 0;
      for (var group = reader.next(); group != null; group = reader.next(), groups++) {
        records += group.records().size();
        for (LogRecord each : group.records()) {
          if (!(each instanceof LogRecord.Append(var entry))) continue;
          indexMin = indexMin == 0 ? entry.index() : Math.min(indexMin, entry.index());
          indexMax = Math.max(indexMax, entry.index());
        }
      }
      long sizeBytes = reader.header().place().sizeBytes();
      var contents = new DataReport.Contents(groups, records, indexMin, indexMax);
      return new SegmentReport(name, sizeBytes, reader.position(), contents, end(reader));
    } catch (MalformedException | IdentityException e) {
      return new SegmentReport(name, 0, 0, DataReport.Contents.NONE, e.getMessage());
    }
  }

  private static String end(SegmentReader reader) throws IOException {
    return switch (reader.end()) {
      case End.Free() -> "free";
      case End.Torn(long to) -> "torn";
      case End.Damaged(String what, var later) -> what;
    };
  }

  private SnapshotReport snapshot(String name) throws IOException {
    Optional<SnapshotMeta> meta = Optional.empty();
    try (SnapshotReader reader = new SnapshotReader(disk, name)) {
      meta = Optional.of(reader.meta());
      reader.verify();
      return new SnapshotReport(name, meta, Optional.empty());
    } catch (CorruptSnapshotException e) {
      return new SnapshotReport(name, meta, Optional.of(e.getMessage()));
    }
  }
}
