package io.jangada.protocol.memcached;

import static org.assertj.core.api.Assertions.assertThat;

import io.jangada.server.Fleet;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// memcached's classic commands at each member of a cluster.
@Timeout(60)
class MemcachedTest {
  private static String talk(InetSocketAddress to, String... lines) throws IOException {
    try (Socket socket = new Socket(to.getAddress(), to.getPort())) {
      socket
          .getOutputStream()
          .write((String.join("\r\n", lines) + "\r\n").getBytes(StandardCharsets.ISO_8859_1));
      socket.shutdownOutput();
      return new String(socket.getInputStream().readAllBytes(), StandardCharsets.ISO_8859_1);
    }
  }

  /// The keys of a `get` are asked for one by one: also where nothing more comes.
  @Test
  void theKeysOfOneLineAreAllAskedFor(@TempDir Path folder) throws Exception {
    try (Fleet fleet = Fleet.withMemcached(folder, 1)) {
      fleet.startAll();
      fleet.leader();
      InetSocketAddress at = fleet.memcachedAt(0);
      try (Socket socket = new Socket(at.getAddress(), at.getPort())) {
        String keys =
            IntStream.range(0, 3_000).mapToObj(i -> " k" + i).collect(Collectors.joining());
        String lines = "set k7 0 0 1\r\nx\r\nget" + keys + "\r\n";
        socket.getOutputStream().write(lines.getBytes(StandardCharsets.ISO_8859_1));
        String wanted = "STORED\r\nVALUE k7 0 1\r\nx\r\nEND\r\n";
        byte[] said = socket.getInputStream().readNBytes(wanted.length());
        assertThat(new String(said, StandardCharsets.ISO_8859_1)).isEqualTo(wanted);
      }
    }
  }

  @Test
  void eachMemberServes(@TempDir Path folder) throws Exception {
    try (Fleet fleet = Fleet.withMemcached(folder, 3)) {
      fleet.startAll();
      fleet.leader();
      for (int id = 0; id < 3; id++) {
        String said =
            talk(
                fleet.memcachedAt(id),
                "delete n noreply",
                "set boat 7 0 4",
                "sail",
                "append boat 0 0 2",
                "or",
                "get boat none boat",
                "incr n 1",
                "set n 0 0 1",
                "9",
                "incr n 2",
                "decr n 20",
                "add boat 0 0 1",
                "x",
                "set boat 0 0 3 noreply",
                "abc",
                "gets boat",
                "touch boat 100",
                "delete boat",
                "set gone 0 -1 1",
                "x",
                "get gone",
                "set long 0 0 2",
                "abcdef",
                "version",
                "bogus",
                "set k 0 0 1 noreply",
                "v",
                "gat 0 k",
                "quit",
                "version");
        assertThat(said.replaceAll("VALUE boat 0 3 [0-9]+", "VALUE boat 0 3 cas").lines())
            .containsExactly(
                "STORED",
                "STORED",
                "VALUE boat 7 6",
                "sailor",
                "VALUE boat 7 6",
                "sailor",
                "END",
                "NOT_FOUND",
                "STORED",
                "11",
                "0",
                "NOT_STORED",
                "VALUE boat 0 3 cas",
                "abc",
                "END",
                "TOUCHED",
                "DELETED",
                "STORED",
                "END",
                "CLIENT_ERROR bad data chunk",
                "ERROR",
                said.lines()
                    .filter(line -> line.startsWith("VERSION 1.6.27-jangada-"))
                    .findFirst()
                    .orElseThrow(),
                "ERROR",
                "VALUE k 0 1",
                "v",
                "END");
      }
    }
  }
}
