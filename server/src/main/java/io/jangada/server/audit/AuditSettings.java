package io.jangada.server.audit;

import java.nio.file.Path;

/// What is recorded, and where.
///
/// @param server its id, which stands in every line
/// @param writes keys whose changes are recorded
/// @param reads keys of which it is recorded that they were read
/// @param samplePercent how many of these requests are recorded, 0 to 100; watches all are
public record AuditSettings(
    int server, Place place, KeySelection writes, KeySelection reads, int samplePercent) {
  /// @param bytesMax when the file is this large another is begun; 1 or more
  /// @param filesMax how many there are at most, with the one that is written; 1 or more
  public record Place(Path file, long bytesMax, int filesMax) {}
}
