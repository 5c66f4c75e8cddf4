package io.jangada.protocol.memcached;

import io.jangada.net.Loops;
import io.jangada.node.Replica;
import io.jangada.protocol.auth.Audit;
import io.jangada.protocol.auth.Authenticator;
import io.jangada.protocol.port.ClientListener;
import io.jangada.protocol.port.Counters;
import io.jangada.protocol.port.PortSettings;
import io.jangada.protocol.port.PortState;
import io.jangada.protocol.port.ReplyBatcher;
import io.netty.channel.socket.SocketChannel;
import java.io.IOException;
import java.net.InetSocketAddress;

/// The side of a member that memcached's clients see: it listens, and serves those that connect.
///
/// It listens from the start, and holds what comes until there is a replica to [#serve]. The loops
/// are the caller's, and are to be closed after the listener.
public final class MemcachedListener implements AutoCloseable {
  private final PortSettings settings;
  private final PortState port;
  private final ClientListener listener;

  private MemcachedListener(PortSettings settings, Loops loops) throws IOException {
    this.settings = settings;
    port = new PortState(settings.limits());
    listener = ClientListener.start(settings.place(), port, loops, this::accept);
  }

  /// Begins to listen.
  ///
  /// @throws IOException when it cannot; the message says where and why
  public static MemcachedListener start(PortSettings settings, Loops loops) throws IOException {
    return new MemcachedListener(settings, loops);
  }

  private void accept(SocketChannel channel, ReplyBatcher lane, boolean isBeyondMax) {
    channel.pipeline().addLast(new MemcachedConnection(this, lane, channel, isBeyondMax));
  }

  PortSettings settings() {
    return settings;
  }

  PortState port() {
    return port;
  }

  /// Where it listens.
  public InetSocketAddress address() {
    return listener.address();
  }

  /// From now on commands are carried out, those that came before included. To be called once.
  public void serve(Replica replica, Authenticator authenticator, Audit audit) {
    port.serve(replica, authenticator, audit);
  }

  /// How many clients are connected.
  public long connections() {
    return listener.sum(Counters.OPENED) - listener.sum(Counters.CLOSED);
  }

  /// Takes no more connections, begins no more commands, answers those that were begun, and closes
  /// each connection when it is done.
  ///
  /// @param timeoutMillis how long to wait for that
  /// @return whether all are done; the listener is still to be closed
  public boolean drain(long timeoutMillis) {
    return listener.drain(timeoutMillis);
  }

  /// Stops listening and closes all connections, whatever they are doing. What was begun may still
  /// take effect.
  @Override
  public void close() {
    listener.close();
  }
}
