package io.jangada.protocol.text;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Somebody else's client, where the machine has one. Every netcat ends when the server closes, and
/// so a script that ends with `quit` gets all its replies from any of them.
class NetcatTest {
  @TempDir private Path directory;

  private static boolean hasNetcat() {
    return Arrays.stream(System.getenv("PATH").split(File.pathSeparator))
        .anyMatch(folder -> Files.isExecutable(Path.of(folder, "nc")));
  }

  @Test
  void aScriptThroughNetcatGetsAllItsReplies() throws IOException, InterruptedException {
    assumeTrue(hasNetcat(), "nc is on the PATH");
    try (Served served = Served.usual(directory)) {
      String address = served.front.address().getAddress().getHostAddress();
      Process netcat =
          new ProcessBuilder("nc", address, "" + served.front.address().getPort()).start();
      try {
        String script = "set name 60 3\nabc\nget name\ngetm name\nfrob\ndelete name\nquit\n";
        netcat.getOutputStream().write(script.getBytes(StandardCharsets.US_ASCII));
        netcat.getOutputStream().close();
        assertThat(netcat.waitFor(Client.BOUND_MILLIS, TimeUnit.MILLISECONDS)).isTrue();
        assertThat(new String(netcat.getInputStream().readAllBytes(), StandardCharsets.US_ASCII))
            .matches(
                "OK (\\d+)\r\nVALUE 3\r\nabc\r\nVALUE \\1 60 3\r\nabc\r\n"
                    + "ERR_CMD_ERR\r\nDELETED\r\n");
      } finally {
        netcat.destroyForcibly();
      }
    }
  }
}
