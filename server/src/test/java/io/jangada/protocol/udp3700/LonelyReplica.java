package io.jangada.protocol.udp3700;

import java.util.List;

/// A replica that believes it is alone, whatever its arguments say: what a store would be that does
/// not replicate. The medium and the checker must find it out.
final class LonelyReplica {
  private LonelyReplica() {}

  public static void main(String[] args) {
    ReplicaIds alone = new ReplicaIds(args[1], List.of());
    Setup setup = Setup.USUAL.withQuietMillis(0);
    System.exit(ReplicaProgram.run(Integer.parseInt(args[0]), alone, setup, System.err));
  }
}
