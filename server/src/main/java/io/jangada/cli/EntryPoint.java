package io.jangada.cli;

import io.jangada.cli.etcd.EtcdProgram;
import io.jangada.server.ServerMain;
import java.util.Arrays;

/// The main class of the jar: a server, or everything else. It stands apart from [Main] because the
/// JVM loads all that a main class mentions, and a server that starts needs no command line.
///
/// `bin/kvstore` and `bin/etcd` come by here because the JVM heeds what a jar's manifest says of
/// native code only where the jar itself is run; a flag would cost the start-up cache.
public final class EntryPoint {
  /// What `bin/kvstore` says first.
  private static final String KVSTORE = "kvstore";

  /// What `bin/etcd` says first.
  private static final String ETCD = "etcd";

  private EntryPoint() {}

  public static void main(String[] args) {
    switch (args.length > 0 ? args[0] : "") {
      case KVSTORE -> ServerMain.main(Arrays.copyOfRange(args, 1, args.length));
      case ETCD -> EtcdProgram.main(Arrays.copyOfRange(args, 1, args.length));
      default -> Main.main(args);
    }
  }
}
