package io.jangada.protocol.memcached;

import static org.assertj.core.api.Assertions.assertThat;

import io.jangada.server.Fleet;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// What conversations do not show.
@Timeout(60)
class MemcachedTest {
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
}
