package io.jangada.cli.cluster;

import io.jangada.bytes.Bytes;
import io.jangada.cli.Durations;
import io.jangada.kv.KvLimits;
import java.io.IOException;
import java.io.InputStream;
import picocli.CommandLine.Option;

/// A value to store, and for how long: what `set` and `cas` have in common.
final class NewValue implements Environment.Surrounded {
  private static final long MILLIS_PER_SECOND = 1_000;

  @Option(
      names = "--ttl",
      paramLabel = "TIME",
      description = "The time to live in whole seconds: 90s, 5m, 2h (default: never expires).")
  private String ttl;

  private Environment surroundings = Environment.ofProcess();

  @Override
  public void surround(Environment surroundings) {
    this.surroundings = surroundings;
  }

  /// @param argument the value as an argument, or null to read it from standard input
  Bytes bytes(String argument, ClusterOptions cluster) {
    if (argument != null) return cluster.bytes(argument);
    InputStream in = surroundings.in();
    try {
      byte[] all = in.readNBytes(KvLimits.VALUE_BYTES_HARD_MAX + 1);
      if (all.length <= KvLimits.VALUE_BYTES_HARD_MAX) return Bytes.wrap(all);
    } catch (IOException e) {
      throw cluster.wrong("standard input: " + e.getMessage());
    }
    throw cluster.wrong(
        "standard input is larger than the "
            + KvLimits.VALUE_BYTES_HARD_MAX
            + " bytes allowed for a value");
  }

  /// 0 for never.
  long ttlSeconds(ClusterOptions cluster) {
    if (ttl == null) return 0;
    if (ttl.matches("[0-9]{1,18}")) return Long.parseLong(ttl);
    long millis = Durations.parseMillis(ttl);
    if (millis < 1 || millis % MILLIS_PER_SECOND != 0)
      throw cluster.wrong("--ttl: '" + ttl + "' is not whole seconds such as 90s, 5m or 2h");
    return millis / MILLIS_PER_SECOND;
  }
}
