package io.jangada.store;

import java.io.IOException;
import java.util.Comparator;

/// Damaged files of the log, set aside in the directory `damaged` for people to look at: file
/// `damaged/2.<name>` was `log/<name>` when damage was found for the second time. Those of the last
/// two times are kept.
final class DamagedFiles {
  static final String DIRECTORY = "damaged";
  private static final int KEPT = 2;

  private DamagedFiles() {}

  /// Moves all files of the log there. It can be done again when it was interrupted.
  ///
  /// @param damages how often damage was found, this time included
  static void setLogAside(Disk disk, int damages) throws IOException {
    disk.makeDirectory(DIRECTORY);
    disk.syncDirectory("");
    SegmentPool.delete(disk);
    // From the end: as long as some are left, the beginning is, and no log looks whole without it.
    for (String name :
        disk.list(DurableLog.DIRECTORY).stream().sorted(Comparator.reverseOrder()).toList())
      disk.rename(DurableLog.DIRECTORY + "/" + name, DIRECTORY + "/" + damages + "." + name);
    disk.syncDirectory(DIRECTORY);
    disk.syncDirectory(DurableLog.DIRECTORY);
    for (String name : disk.list(DIRECTORY))
      if (name.matches("[0-9]{1,9}\\..*") && isOld(name, damages))
        disk.delete(DIRECTORY + "/" + name);
  }

  private static boolean isOld(String name, int damages) {
    return Integer.parseInt(name.substring(0, name.indexOf('.'))) <= damages - KEPT;
  }
}
