package io.jangada.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collection;
import java.util.Optional;

/// What processes of this machine used, as Linux tells it in `/proc`.
///
/// @param cpuMillis processor time since they began
/// @param residentBytes memory they hold now
public record ProcessMeter(long cpuMillis, long residentBytes) {
  /// The kernel counts processor time in hundredths of a second for programs to see.
  private static final int MILLIS_PER_TICK = 10;

  private static final int KIBIBYTE = 1 << 10;

  /// Where the fields of `stat` are, counted from what follows the name in brackets.
  private static final int USER_TICKS = 11;

  private static final int SYSTEM_TICKS = 12;

  /// All of these together; empty where `/proc` does not tell, or one of them is gone.
  public static Optional<ProcessMeter> read(Collection<Long> pids) {
    long cpu = 0;
    long resident = 0;
    try {
      for (long pid : pids) {
        Path folder = Path.of("/proc", "" + pid);
        String stat = Files.readString(folder.resolve("stat"));
        String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ");
        cpu +=
            MILLIS_PER_TICK
                * (Long.parseLong(fields[USER_TICKS]) + Long.parseLong(fields[SYSTEM_TICKS]));
        resident += KIBIBYTE * number(folder.resolve("status"), "VmRSS:");
      }
      return Optional.of(new ProcessMeter(cpu, resident));
    } catch (IOException e) {
      return Optional.empty();
    }
  }

  private static long number(Path file, String name) throws IOException {
    for (String line : Files.readAllLines(file))
      if (line.startsWith(name)) return Long.parseLong(line.replaceAll("[^0-9]", ""));
    throw new IOException(file + " has no " + name);
  }
}
