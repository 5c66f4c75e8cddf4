package io.jangada.link;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/// Stands between a member and the one it connects to, passes on what both say, and records what
/// the first one says on one connection.
final class Wiretap implements AutoCloseable {
  private static final int BUFFER_BYTES = 8_192;

  private final InetSocketAddress to;
  private final ServerSocket listener;
  private final CompletableFuture<byte[]> recorded = new CompletableFuture<>();

  Wiretap(InetSocketAddress to) throws IOException {
    this.to = to;
    this.listener = new ServerSocket(0, 1, to.getAddress());
    Thread.ofPlatform().daemon(true).start(this::record);
  }

  /// Where the member is to connect.
  InetSocketAddress address() {
    return new InetSocketAddress(listener.getInetAddress(), listener.getLocalPort());
  }

  private void record() {
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    try (Socket from = listener.accept();
        Socket on = new Socket(to.getAddress(), to.getPort())) {
      Thread.ofPlatform().daemon(true).start(() -> copy(on, from));
      InputStream in = from.getInputStream();
      byte[] some = new byte[BUFFER_BYTES];
      for (int length; (length = in.read(some)) >= 0; ) {
        all.write(some, 0, length);
        on.getOutputStream().write(some, 0, length);
      }
    } catch (IOException over) {
      // The connection was reset: what came is there.
    }
    recorded.complete(all.toByteArray());
  }

  private static void copy(Socket from, Socket to) {
    try {
      from.getInputStream().transferTo(to.getOutputStream());
    } catch (IOException over) {
      return;
    }
  }

  /// All that was said, once the connection is over.
  byte[] recorded() throws Exception {
    return recorded.get(Ends.BOUND_SECONDS, TimeUnit.SECONDS);
  }

  /// Says all of it again on a connection of its own. Returns what is answered.
  byte[] replay() throws Exception {
    return replay(recorded().length);
  }

  /// @param bytes how much of it to say: what is not read could cost the answer
  byte[] replay(int bytes) throws Exception {
    try (Socket socket = new Socket(to.getAddress(), to.getPort())) {
      socket.setSoTimeout((int) (Ends.BOUND_SECONDS * 1_000));
      socket.getOutputStream().write(recorded(), 0, bytes);
      return socket.getInputStream().readAllBytes();
    } catch (java.net.SocketException reset) {
      return new byte[0];
    }
  }

  @Override
  public void close() throws IOException {
    listener.close();
  }
}
