package io.jangada.link;

import io.jangada.bytes.MalformedException;
import io.jangada.net.HostPort;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.util.Optional;
import java.util.function.Supplier;

/// Finds out whether a member can be reached at an address, by a handshake and nothing more. For
/// threads that may wait.
///
/// @param cluster what is known of the cluster that the member must be of
/// @param from the sender
/// @param port where the sender listens for peers
public record Probe(Supplier<ClusterIdentity> cluster, int from, int port) {
  private static final int BUFFER_BYTES = 2 * Handshake.FRAME_BYTES_MAX;

  /// Why `member` cannot be added at `address`: it is not to be reached, is of another cluster, or
  /// holds data; empty when it can.
  ///
  /// @param millisMax how long all of it may take
  public Optional<String> rejection(int member, InetSocketAddress address, int millisMax) {
    String place = HostPort.text(address);
    if (address.isUnresolved()) return Optional.of("there is no host " + address.getHostString());
    long deadline = System.nanoTime() + millisMax * 1_000_000L;
    try (Socket socket = new Socket()) {
      socket.connect(address, millisMax);
      hello(socket, member);
      Handshake.Verdict verdict = verdict(socket, deadline);
      if (!verdict.welcome()) return Optional.of(place + " refuses: " + verdict.reason());
      if (!verdict.cluster().hasData()) return Optional.empty();
      return Optional.of(
          "server "
              + member
              + " holds data of "
              + verdict.cluster()
              + ": a server is added with an empty data directory");
    } catch (SocketTimeoutException e) {
      return Optional.of("no reply from " + place + " within " + millisMax + " ms");
    } catch (IOException e) {
      return Optional.of("no connection to " + place + ": " + e.getMessage());
    } catch (MalformedException e) {
      return Optional.of("no member at " + place + ": " + e.getMessage());
    }
  }

  private void hello(Socket socket, int member) throws IOException {
    ByteBuf out = Unpooled.buffer();
    Handshake.write(out, new Handshake.Hello(cluster.get(), from, member, port), Handshake.VERSION);
    out.readBytes(socket.getOutputStream(), out.readableBytes());
    socket.getOutputStream().flush();
  }

  private static Handshake.Verdict verdict(Socket socket, long deadlineNanos) throws IOException {
    ByteBuf in = Unpooled.buffer(BUFFER_BYTES, BUFFER_BYTES);
    InputStream stream = socket.getInputStream();
    int version = -1;
    while (true) {
      if (version < 0) version = Handshake.readVersion(in, "the server");
      if (version >= 0 && version != Handshake.VERSION)
        throw new MalformedException("it speaks version " + version);
      Handshake.Verdict verdict = version < 0 ? null : Handshake.readVerdict(in, version);
      if (verdict != null) return verdict;
      long leftMillis = (deadlineNanos - System.nanoTime()) / 1_000_000;
      if (leftMillis <= 0) throw new SocketTimeoutException();
      socket.setSoTimeout((int) leftMillis);
      byte[] read = new byte[in.writableBytes()];
      int length = stream.read(read);
      if (length < 0) throw new IOException("it closed the connection");
      in.writeBytes(read, 0, length);
    }
  }
}
