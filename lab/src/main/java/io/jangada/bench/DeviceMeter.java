package io.jangada.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/// What was written to the block device under a directory, by any process, as Linux counts it in
/// `/proc/diskstats`. What it tells of a single process is of no use for this: where the cache
/// holds files in large pieces, it counts a whole one for each byte that changes.
///
/// @param writes requests that were completed since the machine began; a flush is one
/// @param writtenBytes what they wrote
record DeviceMeter(long writes, long writtenBytes) {
  private static final Path STATISTICS = Path.of("/proc/diskstats");

  /// Whatever the device has.
  private static final int SECTOR_BYTES = 512;

  // The fields of a line.
  private static final int NAME = 2;
  private static final int WRITES = 7;
  private static final int WRITTEN_SECTORS = 9;

  /// Empty where this is no Linux, or the directory is on no device of its own, such as in memory.
  static Optional<DeviceMeter> read(Path directory) {
    try {
      Path device = Path.of(Files.getFileStore(directory).name());
      if (!device.isAbsolute()) return Optional.empty();
      String name = device.toRealPath().getFileName().toString();
      for (String line : Files.readAllLines(STATISTICS)) {
        String[] fields = line.strip().split(" +");
        if (fields.length > WRITTEN_SECTORS && fields[NAME].equals(name))
          return Optional.of(
              new DeviceMeter(
                  Long.parseLong(fields[WRITES]),
                  SECTOR_BYTES * Long.parseLong(fields[WRITTEN_SECTORS])));
      }
      return Optional.empty();
    } catch (IOException e) {
      return Optional.empty();
    }
  }
}
