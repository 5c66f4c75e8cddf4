package io.jangada.front.text;

import io.jangada.net.Loops;
import io.jangada.node.Replica;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;
import io.netty.channel.socket.SocketChannel;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/// The text protocol's side of a member: it listens, and serves whoever connects.
///
/// It listens from the start, and holds what comes until there is a replica to [#serve].
public final class TextFront implements AutoCloseable {
  private static final int BACKLOG = 4_096;

  private final Shared shared;
  private final Map<EventLoop, Lane> lanes = new ConcurrentHashMap<>();
  private final Channel listener;

  private TextFront(TextSettings settings, Loops loops) throws IOException {
    shared = new Shared(settings);
    ServerBootstrap bootstrap =
        new ServerBootstrap()
            .group(loops.group())
            .channel(loops.serverSocketClass())
            .option(ChannelOption.SO_BACKLOG, BACKLOG)
            .option(ChannelOption.SO_REUSEADDR, true)
            .childOption(ChannelOption.TCP_NODELAY, true)
            .childOption(ChannelOption.AUTO_READ, false)
            .childOption(ChannelOption.ALLOW_HALF_CLOSURE, true)
            .childHandler(
                new ChannelInitializer<SocketChannel>() {
                  @Override
                  protected void initChannel(SocketChannel channel) {
                    Lane lane = lanes.computeIfAbsent(channel.eventLoop(), Lane::new);
                    channel.pipeline().addLast(new Connection(shared, lane));
                  }
                });
    var bound = bootstrap.bind(settings.listen()).awaitUninterruptibly();
    if (!bound.isSuccess())
      throw new IOException(
          "cannot listen on " + settings.listen() + ": " + bound.cause().getMessage(),
          bound.cause());
    listener = bound.channel();
  }

  /// Begins to listen.
  ///
  /// @throws IOException when it cannot; the message says where and why
  public static TextFront start(TextSettings settings, Loops loops) throws IOException {
    return new TextFront(settings, loops);
  }

  /// Where it listens.
  public InetSocketAddress address() {
    return (InetSocketAddress) listener.localAddress();
  }

  /// From now on commands are carried out, those that came before included.
  public void serve(Replica replica, AdminDesk desk) {
    shared.serve(replica, desk);
  }

  @Override
  public void close() {
    listener.close().awaitUninterruptibly();
  }
}
