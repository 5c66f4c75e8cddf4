package io.jangada.harness;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.jangada.bytes.Bytes;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ProtocolException;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// The text protocol from the client's side, against canned bytes.
class TextConnectionTest {
  private static final int MILLIS_MAX = 20_000;

  /// A server that says its piece, byte by byte, and gives back what it was told.
  private static final class Canned implements AutoCloseable {
    private final ServerSocket listener;
    private final CompletableFuture<String> heard = new CompletableFuture<>();

    Canned(String says, boolean closes) throws IOException {
      listener = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
      Thread.ofPlatform().daemon().start(() -> serve(says, closes));
    }

    private void serve(String says, boolean closes) {
      try (Socket socket = listener.accept()) {
        socket.setTcpNoDelay(true);
        for (byte one : says.getBytes(StandardCharsets.ISO_8859_1))
          socket.getOutputStream().write(one);
        if (closes) socket.shutdownOutput();
        InputStream in = socket.getInputStream();
        heard.complete(new String(in.readAllBytes(), StandardCharsets.ISO_8859_1));
      } catch (IOException e) {
        heard.completeExceptionally(e);
      }
    }

    TextConnection connect(int millisMax) throws IOException {
      var address = new InetSocketAddress(listener.getInetAddress(), listener.getLocalPort());
      return TextConnection.open(address, millisMax);
    }

    String heard() {
      return heard.orTimeout(MILLIS_MAX, TimeUnit.MILLISECONDS).join();
    }

    @Override
    public void close() throws IOException {
      listener.close();
    }
  }

  @Test
  void everyReplyIsUnderstood() throws IOException {
    String all =
        "OK 7\r\nVALUE 3\r\na\r\n\r\nVALUE 9 0 2\r\nbc\r\nVALUE 0\r\n\r\nDELETED\r\n"
            + "ERR_NOT_FOUND\r\nERR_VERSION\r\nERR_VERION\r\nERR_CMD_ERR\r\nERR_INTERNAL\r\n"
            + "ERR_FORGOTTEN\r\nREDIRECT 2\r\nOK -1\r\n";
    try (Canned server = new Canned(all, false);
        TextConnection connection = server.connect(MILLIS_MAX)) {
      assertThat(connection.receive()).isEqualTo(new TextReply.Ok(7));
      assertThat(connection.receive()).isEqualTo(new TextReply.Value(Bytes.utf8("a\r\n")));
      assertThat(connection.receive()).isEqualTo(new TextReply.Meta(9, 0, Bytes.utf8("bc")));
      assertThat(connection.receive()).isEqualTo(new TextReply.Value(Bytes.EMPTY));
      assertThat(connection.receive()).isEqualTo(new TextReply.Deleted());
      assertThat(connection.receive()).isEqualTo(new TextReply.NotFound());
      assertThat(connection.receive()).isEqualTo(new TextReply.OtherVersion());
      assertThat(connection.receive()).isEqualTo(new TextReply.OtherVersion());
      assertThat(connection.receive()).isEqualTo(new TextReply.CommandError());
      assertThat(connection.receive()).isEqualTo(new TextReply.InternalError());
      assertThat(connection.receive()).isEqualTo(new TextReply.Forgotten());
      assertThat(connection.receive()).isEqualTo(new TextReply.Redirect(2));
      assertThat(connection.receive()).isEqualTo(new TextReply.Ok(-1));
    }
  }

  @Test
  void everyCommandIsSpelledAsThePageSays() throws IOException {
    String replies = "OK 1\r\nOK 2\r\nVALUE 1\r\nx\r\nERR_NOT_FOUND\r\nDELETED\r\n";
    try (Canned server = new Canned(replies, false)) {
      try (TextConnection connection = server.connect(MILLIS_MAX)) {
        connection.set("k", 5, Bytes.utf8("a\nb"));
        connection.cas("k", 0, 1, Bytes.utf8("c"));
        connection.get("k");
        connection.getm("k");
        connection.delete("k");
      }
      assertThat(server.heard())
          .isEqualTo("set k 5 3\r\na\nbcas k 0 1 1\r\ncget k\r\ngetm k\r\ndelete k\r\n");
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "STORED\r\n",
        "OK\r\n",
        "OK x\r\n",
        "OK 1 2\r\n",
        "OK 1 \r\n",
        "OK 1\n",
        "VALUE -1\r\n",
        "VALUE 99999999999\r\n",
        "VALUE 1\r\nxy",
        "VALUE 1 2 3 4\r\n",
        "REDIRECT\r\n",
        "DELETED 1\r\n",
        " OK 1\r\n",
        "OK 12345678901234567890\r\n",
        "OK 1"
      })
  void whatIsNoReplyIsRefused(String says) throws IOException {
    try (Canned server = new Canned(says, true);
        TextConnection connection = server.connect(MILLIS_MAX)) {
      assertThatThrownBy(connection::receive).isInstanceOf(ProtocolException.class);
    }
  }

  @Test
  void aReplyThatDoesNotComeIsNotWaitedForForEver() throws IOException {
    try (Canned server = new Canned("OK ", false);
        TextConnection connection = server.connect(50)) {
      assertThatThrownBy(connection::receive)
          .isInstanceOf(SocketTimeoutException.class)
          .hasMessageContaining("50 ms");
    }
  }
}
