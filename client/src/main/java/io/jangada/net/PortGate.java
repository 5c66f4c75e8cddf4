package io.jangada.net;

import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.socket.SocketChannel;
import io.netty.handler.ssl.SslHandler;
import java.net.InetSocketAddress;
import java.util.EnumMap;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Consumer;

/// What each connection to a port passes before the port's protocol has it: the TLS handshake where
/// the port has TLS, and a look at the first byte, so that a client that speaks TLS where none is
/// spoken, or the reverse, gets a clear word, and the log too.
///
/// A handshake has a deadline. When too many are unfinished, the oldest of them is closed for the
/// next: it had the most time. For any thread.
public final class PortGate {
  /// @param handshakesMax how many may be unfinished at a time
  /// @param handshakeMillisMax for one, from the connection's beginning
  public record Limits(int handshakesMax, long handshakeMillisMax) {
    public static final Limits DEFAULT = new Limits(1_000, 5_000);
  }

  private final String port;
  private final ReloadingTls tls;
  private final Limits limits;
  private final RefusalLog log;
  private final LongAdder finished = new LongAdder();
  private final Map<TlsFailure.Kind, LongAdder> refused = new EnumMap<>(TlsFailure.Kind.class);

  /// The oldest first. Its monitor guards it.
  private final Set<TlsHandshake> unfinished = new LinkedHashSet<>();

  /// @param port what clients it is for, for people
  /// @param tls null for a port without TLS
  public PortGate(String port, ReloadingTls tls, Limits limits) {
    this.port = port;
    this.tls = tls;
    this.limits = limits;
    this.log = new RefusalLog(port, System::nanoTime);
    for (TlsFailure.Kind kind : TlsFailure.Kind.values()) refused.put(kind, new LongAdder());
  }

  /// A port without TLS.
  public static PortGate plain(String port) {
    return new PortGate(port, null, Limits.DEFAULT);
  }

  /// The first handler of each connection that a port accepts.
  ///
  /// @param accepted adds the protocol's handlers; called on the connection's loop, with TLS when
  ///   the handshake is done. They then hear that the connection is active
  public ChannelHandler handler(Consumer<SocketChannel> accepted) {
    return new ChannelInitializer<SocketChannel>() {
      @Override
      protected void initChannel(SocketChannel channel) {
        channel.pipeline().addLast(new FirstByte(PortGate.this, tls != null));
        if (tls == null) accepted.accept(channel);
        else shakeHands(channel, accepted);
      }
    };
  }

  private void shakeHands(SocketChannel channel, Consumer<SocketChannel> accepted) {
    SslHandler handler = tls.context().acceptor(channel.alloc());
    handler.setHandshakeTimeoutMillis(limits.handshakeMillisMax);
    channel.pipeline().addLast(handler, new TlsHandshake(this, channel, accepted));
  }

  void begun(TlsHandshake handshake) {
    TlsHandshake oldest = null;
    synchronized (unfinished) {
      unfinished.add(handshake);
      if (unfinished.size() > limits.handshakesMax) {
        Iterator<TlsHandshake> all = unfinished.iterator();
        oldest = all.next();
        all.remove();
      }
    }
    if (oldest != null)
      oldest.refuse(
          new TlsFailure(TlsFailure.Kind.TIMEOUT, "too many TLS handshakes are unfinished"));
  }

  void left(TlsHandshake handshake) {
    synchronized (unfinished) {
      unfinished.remove(handshake);
    }
  }

  void countFinished() {
    finished.increment();
  }

  /// A client that connects and leaves without a word, as those do that only look whether the port
  /// is there, is counted and not logged.
  void countRefused(InetSocketAddress from, TlsFailure why) {
    refused.get(why.kind()).increment();
    if (why.kind() != TlsFailure.Kind.CLOSED) log.refused(from, why);
  }

  /// What clients it is for, for people.
  public String port() {
    return port;
  }

  /// Null for a port without TLS.
  public ReloadingTls tls() {
    return tls;
  }

  /// How many handshakes were finished.
  public long handshakes() {
    return finished.sum();
  }

  /// How many handshakes have begun and are not finished.
  public int handshakesUnfinished() {
    synchronized (unfinished) {
      return unfinished.size();
    }
  }

  /// How many connections were refused for that reason.
  public long refused(TlsFailure.Kind kind) {
    return refused.get(kind).sum();
  }
}
