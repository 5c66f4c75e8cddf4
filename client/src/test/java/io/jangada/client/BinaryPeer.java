package io.jangada.client;

import io.jangada.bytes.ByteReader;
import io.jangada.bytes.ByteWriter;
import io.jangada.bytes.Bytes;
import java.io.BufferedInputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/// A server of the binary protocol on the loopback that says what a test tells it to.
final class BinaryPeer implements AutoCloseable {
  /// What came, and where to answer it.
  record Asked(long number, int kind, Bytes body, Line line) {
    ByteReader reader() {
      return new ByteReader(body);
    }

    void answer(int kind, Consumer<ByteWriter> body) {
      ByteWriter out = new ByteWriter(64).putInt(0).putLong(number).put(kind);
      body.accept(out);
      out.setInt(0, out.length() - Integer.BYTES);
      line.write(out.toBytes());
    }

    void done(Consumer<ByteWriter> result) {
      answer(Frames.DONE, out -> result.accept(out.put(1)));
    }

    void reason(int kind, String reason) {
      answer(kind, out -> out.putText(reason));
    }
  }

  /// A connection.
  record Line(Socket socket) {
    synchronized void write(Bytes bytes) {
      try {
        socket.getOutputStream().write(bytes.toArray());
      } catch (IOException e) {
        // the other side left
      }
    }

    void close() throws IOException {
      socket.close();
    }
  }

  private final ServerSocket listener;
  private final Set<Socket> sockets = ConcurrentHashMap.newKeySet();
  private final BlockingQueue<Asked> arriving = new LinkedBlockingQueue<>();

  BinaryPeer() throws IOException {
    listener = new ServerSocket(0, 100, InetAddress.getLoopbackAddress());
    Thread.startVirtualThread(this::accept);
  }

  Endpoint endpoint() {
    return new Endpoint("127.0.0.1", listener.getLocalPort());
  }

  /// The next frame that arrives, or has arrived and was not taken yet. What watches ask now and
  /// then is passed over where it is not what is expected.
  Asked take(int kind) throws InterruptedException {
    Asked next = arriving.poll(30, TimeUnit.SECONDS);
    while (kind != Frames.PROGRESS && next != null && next.kind == Frames.PROGRESS)
      next = arriving.poll(30, TimeUnit.SECONDS);
    if (next == null) throw new AssertionError("nothing came");
    if (next.kind != kind) throw new AssertionError("kind " + next.kind + ", not " + kind);
    return next;
  }

  private void accept() {
    try {
      while (true) {
        Socket socket = listener.accept();
        sockets.add(socket);
        Thread.startVirtualThread(() -> serve(new Line(socket)));
      }
    } catch (IOException e) {
      // closed
    }
  }

  private void serve(Line line) {
    try (Socket socket = line.socket) {
      var in = new DataInputStream(new BufferedInputStream(socket.getInputStream()));
      OutputStream out = socket.getOutputStream();
      if (in.readLong() != Frames.PREFACE) throw new IOException("another preface");
      out.write(new ByteWriter(8).putLong(Frames.PREFACE).toBytes().toArray());
      while (true) {
        byte[] frame = new byte[in.readInt()];
        in.readFully(frame);
        ByteReader head = new ByteReader(Bytes.wrap(frame));
        long number = head.getLong();
        int kind = head.get();
        arriving.add(new Asked(number, kind, head.getRaw(head.remaining()), line));
      }
    } catch (IOException e) {
      // the other side left, or the test is over
    }
  }

  /// Refuses connections from now on, and cuts those there are.
  @Override
  public void close() throws IOException {
    listener.close();
    for (Socket socket : sockets) socket.close();
  }
}
