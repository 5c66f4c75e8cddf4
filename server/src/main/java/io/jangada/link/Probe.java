package io.jangada.link;

import io.jangada.bytes.MalformedException;
import io.jangada.net.HostPort;
import io.jangada.net.TlsContext;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.io.IOException;
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
/// @param credentials as all members have them
public record Probe(
    Supplier<ClusterIdentity> cluster, int from, int port, LinkSettings.Credentials credentials) {
  private static final int BUFFER_BYTES = 2 * Handshake.FRAME_BYTES_MAX;

  /// Why `member` cannot be added at `address`: it is not to be reached, is of another cluster, or
  /// holds data; empty when it can.
  ///
  /// @param millisMax how long all of it may take
  public Optional<String> rejection(int member, InetSocketAddress address, int millisMax) {
    String place = HostPort.text(address);
    if (address.isUnresolved()) return Optional.of("there is no host " + address.getHostString());
    long deadline = System.nanoTime() + millisMax * 1_000_000L;
    try (Socket plain = new Socket()) {
      plain.connect(address, millisMax);
      plain.setSoTimeout(millisMax);
      Socket socket = secured(plain, address);
      Handshake.Verdict verdict = shakeHands(socket, member, deadline);
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
      return Optional.of("no connection to " + place + ": " + AddressText.reason(e));
    } catch (MalformedException e) {
      return Optional.of("no member at " + place + ": " + e.getMessage());
    }
  }

  private Socket secured(Socket plain, InetSocketAddress address) throws IOException {
    if (credentials.tls() == null) return plain;
    TlsContext tls = credentials.tls().context();
    return tls.dial(plain, HostPort.host(address), address.getPort());
  }

  private Handshake.Verdict shakeHands(Socket socket, int member, long deadlineNanos)
      throws IOException {
    int version = Greeting.version(credentials.secret());
    Greeting greeting = new Greeting(credentials.secret(), version);
    ByteBuf out = Unpooled.buffer();
    greeting.writeHello(out, new Handshake.Hello(cluster.get(), from, member, port));
    send(socket, out);
    ByteBuf in = Unpooled.buffer(BUFFER_BYTES, BUFFER_BYTES);
    int answered = -1;
    while (answered < 0) {
      receive(socket, in, deadlineNanos);
      answered = Handshake.readVersion(in, "the server");
    }
    greeting.checkVersion(answered);
    while (true) {
      if (!greeting.isProved()) {
        if (greeting.answerChallenge(in, out)) send(socket, out);
      } else {
        Handshake.Verdict verdict = Handshake.readVerdict(in, version);
        if (verdict != null) return verdict;
      }
      receive(socket, in, deadlineNanos);
    }
  }

  private static void send(Socket socket, ByteBuf out) throws IOException {
    out.readBytes(socket.getOutputStream(), out.readableBytes());
    socket.getOutputStream().flush();
  }

  private static void receive(Socket socket, ByteBuf in, long deadlineNanos) throws IOException {
    long leftMillis = (deadlineNanos - System.nanoTime()) / 1_000_000;
    if (leftMillis <= 0) throw new SocketTimeoutException();
    socket.setSoTimeout((int) leftMillis);
    byte[] read = new byte[in.writableBytes()];
    int length = socket.getInputStream().read(read);
    if (length < 0) throw new IOException("it closed the connection");
    in.writeBytes(read, 0, length);
  }
}
