package io.jangada.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What the system knows of the sockets that a server's ports accept.
class PortsTest {
  /// A port that takes both kinds of addresses is in the second.
  private static final List<Path> SOCKETS =
      List.of(Path.of("/proc/net/tcp"), Path.of("/proc/net/tcp6"));

  private static final int ESTABLISHED = 1;
  private static final int KEEP_ALIVE = 2;

  @TempDir private Path folder;

  /// The timer of an accepted socket, as `proc_net_tcp(5)` has it: its kind, and when it goes off
  /// in hundredths of a second.
  private record Timer(int kind, long hundredths) {}

  private static Timer timer(int port, int clientPort) throws IOException {
    String local = String.format(Locale.ROOT, ":%04X", port);
    String remote = String.format(Locale.ROOT, ":%04X", clientPort);
    List<String> lines = new ArrayList<>();
    for (Path each : SOCKETS) if (Files.isReadable(each)) lines.addAll(Files.readAllLines(each));
    for (String line : lines) {
      String[] words = line.strip().split(" +");
      if (!words[1].endsWith(local) || !words[2].endsWith(remote)) continue;
      if (Integer.parseInt(words[3], 16) != ESTABLISHED) continue;
      String[] timer = words[5].split(":");
      return new Timer(Integer.parseInt(timer[0], 16), Long.parseLong(timer[1], 16));
    }
    return new Timer(0, 0);
  }

  @Test
  void everyPortNoticesThatAClientIsGone() throws Exception {
    Assumptions.assumeTrue(Files.isReadable(SOCKETS.getFirst()), "no /proc here");
    try (Fleet fleet = new Fleet(folder, 1)) {
      fleet.start(0);
      ServerConfig.Entry place = fleet.at(0);
      for (int port : List.of(place.clientPort(), place.logPort(), place.port(OptionalPort.HTTP)))
        try (Socket client = new Socket()) {
          client.connect(new InetSocketAddress("127.0.0.1", port));
          boolean asks = fleet.until(() -> timer(port, client.getLocalPort()).kind() == KEEP_ALIVE);
          assertThat(asks).as("port %d asks whether its client is there", port).isTrue();
          assertThat(timer(port, client.getLocalPort()).hundredths()).isBetween(0L, 60 * 100L);
        }
    }
  }
}
