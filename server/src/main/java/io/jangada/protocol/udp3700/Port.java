package io.jangada.protocol.udp3700;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.nio.channels.DatagramChannel;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.charset.StandardCharsets;

/// The one socket of a replica. All that it sends goes to the medium's port, whatever its
/// destination; the medium knows the replica by the address from which it said hello.
///
/// Like the network itself, it loses what there is no room for.
final class Port implements AutoCloseable {
  /// The longest datagram that there is.
  static final int DATAGRAM_BYTES_MAX = 65_507;

  /// As much as the system grants.
  private static final int SOCKET_BUFFER_BYTES = 4 << 20;

  private static final long NANOS_PER_MILLI = 1_000_000;

  private final DatagramChannel channel;
  private final Selector selector;
  private final InetSocketAddress medium;
  private final ByteBuffer in = ByteBuffer.allocateDirect(DATAGRAM_BYTES_MAX + 1);

  private Port(DatagramChannel channel, Selector selector, InetSocketAddress medium) {
    this.channel = channel;
    this.selector = selector;
    this.medium = medium;
  }

  /// Opens a socket and says hello through it: this is all that has to be fast at a start.
  ///
  /// @param mediumPort where the medium listens for this replica
  static Port open(int mediumPort, String id) throws IOException {
    InetAddress loopback = loopback();
    DatagramChannel channel = DatagramChannel.open(java.net.StandardProtocolFamily.INET);
    channel.bind(new InetSocketAddress(loopback, 0));
    InetSocketAddress medium = new InetSocketAddress(loopback, mediumPort);
    String hello =
        "{\"src\":\"" + id + "\",\"dst\":\"FFFF\",\"leader\":\"FFFF\",\"type\":\"hello\"}";
    channel.send(ByteBuffer.wrap(hello.getBytes(StandardCharsets.US_ASCII)), medium);
    channel.setOption(java.net.StandardSocketOptions.SO_RCVBUF, SOCKET_BUFFER_BYTES);
    channel.setOption(java.net.StandardSocketOptions.SO_SNDBUF, SOCKET_BUFFER_BYTES);
    channel.configureBlocking(false);
    Selector selector = Selector.open();
    channel.register(selector, SelectionKey.OP_READ);
    return new Port(channel, selector, medium);
  }

  private static InetAddress loopback() throws UnknownHostException {
    return InetAddress.getByAddress(new byte[] {127, 0, 0, 1});
  }

  void send(ByteBuffer datagram) {
    try {
      channel.send(datagram, medium);
    } catch (IOException e) {
      throw new UncheckedIOException("the socket cannot send", e);
    }
  }

  /// The next datagram, or null when there is none.
  byte[] receive() {
    try {
      in.clear();
      if (channel.receive(in) == null) return null;
      byte[] datagram = new byte[in.flip().remaining()];
      in.get(datagram);
      return datagram;
    } catch (IOException e) {
      throw new UncheckedIOException("the socket cannot receive", e);
    }
  }

  /// Waits for a datagram, or for the time to be over.
  void await(long nanos) {
    try {
      if (nanos <= 0) selector.selectNow();
      else selector.select(Math.max(1, nanos / NANOS_PER_MILLI));
      selector.selectedKeys().clear();
    } catch (IOException e) {
      throw new UncheckedIOException("the socket cannot be waited for", e);
    }
  }

  @Override
  public void close() throws IOException {
    selector.close();
    channel.close();
  }
}
