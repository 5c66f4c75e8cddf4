package io.jangada.cli;

import io.jangada.server.ServerMain;
import java.util.Arrays;

/// The main class of the jar: a server, or everything else. It stands apart from [Main] because the
/// JVM loads all that a main class mentions, and a server that starts needs no command line.
///
/// `bin/kvstore` comes by here because the JVM heeds what a jar's manifest says of native code only
/// where the jar itself is run; a flag would cost the start-up cache.
public final class EntryPoint {
  /// What `bin/kvstore` says first.
  private static final String KVSTORE = "kvstore";

  private EntryPoint() {}

  public static void main(String[] args) {
    if (args.length > 0 && args[0].equals(KVSTORE))
      ServerMain.main(Arrays.copyOfRange(args, 1, args.length));
    else Main.main(args);
  }
}
