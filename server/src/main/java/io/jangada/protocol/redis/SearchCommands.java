package io.jangada.protocol.redis;

import io.jangada.bytes.Bytes;

/// The commands that look for keys.
final class SearchCommands {
  private SearchCommands() {}

  static void addTo(CommandTable table) {
    table.add("keys", 2, SearchCommands::keys);
  }

  static Glob glob(Bytes pattern) throws RefusedException {
    if (pattern.length() > Glob.LENGTH_MAX)
      throw new RefusedException("ERR a pattern has at most " + Glob.LENGTH_MAX + " bytes");
    return new Glob(pattern);
  }

  private static Asked keys(Arguments arguments) throws RefusedException {
    Glob glob = glob(arguments.get(1));
    return new Asked.OfConnection(
        connection ->
            connection.later(
                null, KeysReading.BYTES_MAX, slot -> KeysReading.begin(connection, glob, slot)));
  }
}
