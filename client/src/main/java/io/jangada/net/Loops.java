package io.jangada.net;

import io.netty.bootstrap.Bootstrap;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.IoHandlerFactory;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.ServerSocketChannel;
import io.netty.channel.socket.SocketChannel;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.util.concurrent.DefaultThreadFactory;
import java.util.concurrent.TimeUnit;

/// The event loops that sockets run on, each a daemon thread: epoll where the machine has it, NIO
/// elsewhere.
public final class Loops implements AutoCloseable {
  private final boolean epoll;
  private final EventLoopGroup group;

  /// @param name of the threads
  /// @param threads 1 or more
  public Loops(String name, int threads) {
    this(name, threads, Epoll.isAvailable());
  }

  /// @param epoll false for NIO
  Loops(String name, int threads, boolean epoll) {
    this.epoll = epoll;
    IoHandlerFactory io = epoll ? KeptEpoll.newFactory() : NioIoHandler.newFactory();
    group = new MultiThreadIoEventLoopGroup(threads, new DefaultThreadFactory(name, true), io);
  }

  public EventLoopGroup group() {
    return group;
  }

  public Class<? extends SocketChannel> socketClass() {
    return epoll ? EpollSocketChannel.class : NioSocketChannel.class;
  }

  public Class<? extends ServerSocketChannel> serverSocketClass() {
    return epoll ? EpollServerSocketChannel.class : NioServerSocketChannel.class;
  }

  /// The beginning of a port that listens here. Its sockets notice when the other side is gone, and
  /// it goes on by itself after a connection that it could not accept.
  ///
  /// @param port what clients it is for, for people
  public ServerBootstrap listener(String port) {
    return listener(group, port);
  }

  /// The same with all sockets on one of the loops.
  public ServerBootstrap listener(EventLoopGroup one, String port) {
    ServerBootstrap bootstrap =
        new ServerBootstrap()
            .group(one)
            .channel(serverSocketClass())
            .option(ChannelOption.SO_REUSEADDR, true)
            .childOption(ChannelOption.TCP_NODELAY, true)
            .handler(new AcceptPause(port, System::nanoTime));
    KeepAlive.options(epoll).forEach((option, value) -> set(bootstrap, option, value));
    return bootstrap;
  }

  @SuppressWarnings("unchecked")
  private static <T> void set(ServerBootstrap bootstrap, ChannelOption<T> option, Object value) {
    bootstrap.childOption(option, (T) value);
  }

  /// The beginning of a connection to elsewhere that notices when the other side is gone.
  public Bootstrap dialler() {
    Bootstrap bootstrap =
        new Bootstrap().channel(socketClass()).option(ChannelOption.TCP_NODELAY, true);
    KeepAlive.options(epoll).forEach((option, value) -> set(bootstrap, option, value));
    return bootstrap;
  }

  @SuppressWarnings("unchecked")
  private static <T> void set(Bootstrap bootstrap, ChannelOption<T> option, Object value) {
    bootstrap.option(option, (T) value);
  }

  /// `epoll` or `nio`.
  public static String kind() {
    return Epoll.isAvailable() ? "epoll" : "nio";
  }

  /// Closes every socket of these loops; returns at once, the threads end by themselves.
  @Override
  public void close() {
    group.shutdownGracefully(0, 1, TimeUnit.SECONDS);
  }
}
