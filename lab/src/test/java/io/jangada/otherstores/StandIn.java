package io.jangada.otherstores;

import io.jangada.client.Endpoint;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;

/// A server that keeps what it is told, until its [#liesAt]th read, which it gets wrong.
abstract class StandIn implements AutoCloseable {
  static final int NEVER = -1;

  final Map<String, byte[]> values = new ConcurrentHashMap<>();
  private final ServerSocket listener;
  private final AtomicInteger reads = new AtomicInteger();
  private final int liesAt;

  StandIn(int liesAt) throws IOException {
    this.liesAt = liesAt;
    listener = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    Thread.ofPlatform().daemon().start(this::accept);
  }

  final Endpoint endpoint() {
    return new Endpoint("127.0.0.1", listener.getLocalPort());
  }

  private void accept() {
    try {
      while (true) {
        Socket socket = listener.accept();
        Thread.ofPlatform().daemon().start(() -> serve(socket));
      }
    } catch (IOException closed) {
      // That was the end.
    }
  }

  private void serve(Socket socket) {
    try (socket) {
      socket.setTcpNoDelay(true);
      DataInputStream in = new DataInputStream(socket.getInputStream());
      serve(in, new DataOutputStream(socket.getOutputStream()));
    } catch (IOException gone) {
      // The client is done.
    }
  }

  abstract void serve(DataInputStream in, DataOutputStream out) throws IOException;

  /// What is there, or null; once something else.
  final byte[] read(String key) {
    byte[] value = values.get(key);
    if (reads.incrementAndGet() != liesAt) return value;
    byte[] wrong = value.clone();
    wrong[0] ^= 1;
    return wrong;
  }

  @Override
  public void close() throws IOException {
    listener.close();
  }
}
