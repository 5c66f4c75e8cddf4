package io.jangada.protocol.udp3700;

import java.io.IOException;
import java.io.PrintStream;
import java.util.ArrayList;
import java.util.List;

/// One replica of the 3700kvstore: `<UDP port> <own id> <id of second replica> …`. The port is
/// where the medium listens for this replica; everything that is said, to clients and to other
/// replicas, goes through there.
///
/// One thread does it all: it sleeps until there is a datagram or a tick is due, takes what has
/// come, does what there is to do, and sends all that it has to say. There is nothing to end with:
/// SIGTERM ends the process as it stands. It ends by itself when its medium is gone.
public final class ReplicaProgram {
  private static final String USAGE =
      "usage: 3700kvstore <UDP port> <your ID> <ID of second replica> [<ID of third replica> ...]";

  private static final int EXIT_DONE = 0;
  private static final int EXIT_USAGE = 2;
  private static final int EXIT_BROKEN = 70;

  /// Datagrams that are taken before anything is done about them.
  private static final int BATCH_MAX = 256;

  private static final long WARM_UP_ENDS_NANOS = 300_000_000;

  private ReplicaProgram() {}

  public static void main(String[] args) {
    System.exit(run(args, Setup.USUAL, System.err));
  }

  /// Serves until something breaks or the medium is gone. Returns the process's exit code.
  static int run(String[] args, Setup setup, PrintStream log) {
    int mediumPort;
    ReplicaIds ids;
    try {
      mediumPort = port(args);
      List<String> others = new ArrayList<>();
      for (int i = 2; i < args.length; i++) others.add(args[i]);
      ids = new ReplicaIds(args[1], others);
    } catch (IllegalArgumentException e) {
      log.println(e.getMessage() + "\n" + USAGE);
      return EXIT_USAGE;
    }
    return run(mediumPort, ids, setup, log);
  }

  static int run(int mediumPort, ReplicaIds ids, Setup setup, PrintStream log) {
    try (Port port = Port.open(mediumPort, ids.ownId())) {
      MediumWatch watch = MediumWatch.of(mediumPort, System.nanoTime());
      return serve(port, watch, new Start(ids, setup, log));
    } catch (IOException e) {
      log.println("no socket: " + e.getMessage());
      return EXIT_BROKEN;
    }
  }

  private static int port(String[] args) {
    if (args.length < 3) throw new IllegalArgumentException("a port and two ids are needed");
    try {
      int port = Integer.parseInt(args[0]);
      if (port >= 1 && port <= 65_535) return port;
    } catch (NumberFormatException e) {
      // Said below.
    }
    throw new IllegalArgumentException("'" + args[0] + "' is no UDP port");
  }

  private record Start(ReplicaIds ids, Setup setup, PrintStream log) {}

  private static int serve(Port port, MediumWatch watch, Start start) {
    ReplicaIds ids = start.ids;
    PrintStream log = start.log;
    RateLimitedLog remarks = new RateLimitedLog(ids.ownId(), System::nanoTime);
    try {
      long seed = System.nanoTime() ^ (ProcessHandle.current().pid() << 32) ^ ids.own();
      DatagramHandler handler =
          new DatagramHandler(
              ids,
              start.setup,
              new DatagramHandler.Surroundings(System::nanoTime, port::send, remarks, seed));
      remarks.printTo(log);
      warmUp(port, handler);
      while (!watch.look(System.nanoTime())) {
        long look = watch.lookNanos() - System.nanoTime();
        if (runTurn(port, handler, Math.min(look, handler.waitNanos())))
          watch.seen(System.nanoTime());
      }
      log.println(ids.ownId() + ": stops: no process holds the medium's port any more");
      return EXIT_DONE;
    } catch (Throwable broken) {
      log.println("broken: " + broken);
      for (StackTraceElement frame : broken.getStackTrace()) log.println("  at " + frame);
      return EXIT_BROKEN;
    }
  }

  /// Ends some time before the quiet time does, for the JVM to compile what it has learned.
  private static void warmUp(Port port, DatagramHandler handler) throws IOException {
    if (!handler.isQuietFor(WARM_UP_ENDS_NANOS)) return;
    try (WarmUp warmUp = new WarmUp()) {
      while (handler.isQuietFor(WARM_UP_ENDS_NANOS) && warmUp.hasMore()) {
        warmUp.step();
        runTurn(port, handler, 0);
      }
    }
  }

  /// Returns whether there was a datagram.
  private static boolean runTurn(Port port, DatagramHandler handler, long waitNanos) {
    port.await(waitNanos);
    int count = 0;
    for (byte[] datagram; count < BATCH_MAX && (datagram = port.receive()) != null; count++)
      handler.receive(datagram);
    handler.cycle();
    return count > 0;
  }
}
