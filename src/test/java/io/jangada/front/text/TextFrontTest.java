package io.jangada.front.text;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The protocol over real sockets, command by command, as `docs/PROTOCOLS.md` has it.
class TextFrontTest {
  @TempDir private Path directory;
  private Served served;

  @BeforeEach
  void start() throws IOException {
    served = Served.usual(directory);
  }

  @AfterEach
  void close() throws IOException {
    served.close();
  }

  private static long version(String ok) {
    assertThat(ok).matches("OK [0-9]+");
    return Long.parseLong(ok.substring(3));
  }

  @Test
  void aValueIsSetAndRead() throws IOException {
    Client client = served.client();
    long version = version(client.ask("set name 0 3\r\nabc\r\n"));
    assertThat(client.ask("get name\r\n")).isEqualTo("VALUE 3");
    assertThat(client.text(5)).isEqualTo("abc\r\n");
    assertThat(client.ask("getm name\r\n")).isEqualTo("VALUE " + version + " 0 3");
    assertThat(client.text(5)).isEqualTo("abc\r\n");
  }

  @Test
  void setDoesNotOverwrite() throws IOException {
    Client client = served.client();
    version(client.ask("set name 0 3\r\nabc\r\n"));
    assertThat(client.ask("set name 0 3\r\nxyz\r\n")).isEqualTo("ERR_VERSION");
    assertThat(client.ask("get name\r\n")).isEqualTo("VALUE 3");
    assertThat(client.text(5)).isEqualTo("abc\r\n");
  }
}
