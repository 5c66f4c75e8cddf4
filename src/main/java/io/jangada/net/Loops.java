package io.jangada.net;

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
  private final EventLoopGroup group;

  /// @param name of the threads
  /// @param threads 1 or more
  public Loops(String name, int threads) {
    IoHandlerFactory io = Epoll.isAvailable() ? KeptEpoll.newFactory() : NioIoHandler.newFactory();
    group = new MultiThreadIoEventLoopGroup(threads, new DefaultThreadFactory(name, true), io);
  }

  public EventLoopGroup group() {
    return group;
  }

  public Class<? extends SocketChannel> socketClass() {
    return Epoll.isAvailable() ? EpollSocketChannel.class : NioSocketChannel.class;
  }

  public Class<? extends ServerSocketChannel> serverSocketClass() {
    return Epoll.isAvailable() ? EpollServerSocketChannel.class : NioServerSocketChannel.class;
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
