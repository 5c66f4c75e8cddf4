package io.jangada.client;

import io.jangada.net.Loops;
import io.jangada.net.ReloadingTls;
import io.jangada.net.TlsException;
import io.jangada.net.TlsFiles;
import io.jangada.net.TlsPolicy;
import io.netty.bootstrap.Bootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.ConnectTimeoutException;
import io.netty.channel.EventLoop;
import java.net.InetSocketAddress;
import java.util.concurrent.RejectedExecutionException;

/// Makes connections to servers, with TLS or without.
final class Dialler {
  private final ReloadingTls tls;

  private Dialler(ReloadingTls tls) {
    this.tls = tls;
  }

  /// @param tls null for connections without TLS
  /// @throws IllegalArgumentException when its files cannot be used
  static Dialler of(ClientTls tls) {
    if (tls == null) return new Dialler(null);
    TlsPolicy policy = tls.insecure() ? TlsPolicy.INSECURE : TlsPolicy.DEFAULT;
    TlsFiles files = new TlsFiles(tls.certificate(), tls.key(), tls.trustedCa(), null);
    try {
      return new Dialler(ReloadingTls.open("client's", files, policy));
    } catch (TlsException e) {
      throw new IllegalArgumentException(e.getMessage(), e);
    }
  }

  /// How many times as long as it may take to reach a server it may take until the connection can
  /// be used: names are resolved before, and hands are shaken after it.
  int timesOfConnect() {
    return tls == null ? 2 : 4;
  }

  /// Connects; the connection hears what comes of it on the loop.
  void dial(Connection connection, Loops loops, EventLoop loop, int connectMillis) {
    Endpoint endpoint = connection.endpoint();
    Bootstrap bootstrap =
        new Bootstrap()
            .group(loop)
            .channel(loops.socketClass())
            .option(ChannelOption.TCP_NODELAY, true)
            .option(ChannelOption.SO_KEEPALIVE, true)
            .option(ChannelOption.CONNECT_TIMEOUT_MILLIS, connectMillis)
            .handler(pipeline(connection));
    // A name may take its time to be resolved, and files theirs to be read.
    Runnable preparing =
        () -> {
          if (tls != null) tls.reloadIfChanged();
          var address = new InetSocketAddress(endpoint.host(), endpoint.port());
          try {
            loop.execute(() -> connect(bootstrap, connection, address));
          } catch (RejectedExecutionException e) {
            // The client's threads have ended, and all calls with them.
          }
        };
    Thread thread = new Thread(preparing, "jangada-resolve");
    thread.setDaemon(true);
    thread.start();
  }

  private ChannelInitializer<Channel> pipeline(Connection connection) {
    return new ChannelInitializer<>() {
      @Override
      protected void initChannel(Channel channel) {
        Endpoint to = connection.endpoint();
        if (tls != null)
          channel.pipeline().addLast(tls.context().dialler(channel.alloc(), to.host(), to.port()));
        channel.pipeline().addLast(connection);
      }
    };
  }

  private static void connect(
      Bootstrap bootstrap, Connection connection, InetSocketAddress address) {
    if (connection.isEnded()) return;
    if (address.isUnresolved()) {
      connection.end("cannot be reached: no such host");
      return;
    }
    bootstrap
        .connect(address)
        .addListener(
            (ChannelFutureListener)
                done -> {
                  if (!done.isSuccess())
                    connection.end("cannot be reached: " + reason(bootstrap, done.cause()));
                });
  }

  /// The system's words for it are lost among others.
  private static String reason(Bootstrap bootstrap, Throwable cause) {
    if (cause instanceof ConnectTimeoutException)
      return "no answer within "
          + bootstrap.config().options().get(ChannelOption.CONNECT_TIMEOUT_MILLIS)
          + " ms";
    String message = "" + cause.getMessage();
    return message.contains("Connection refused") ? "connection refused" : message;
  }
}
