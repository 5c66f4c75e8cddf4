package io.jangada.net;

import io.netty.channel.IoHandle;
import io.netty.channel.IoHandler;
import io.netty.channel.IoHandlerContext;
import io.netty.channel.IoHandlerFactory;
import io.netty.channel.IoOps;
import io.netty.channel.IoRegistration;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollIoOps;
import io.netty.util.concurrent.ThreadAwareExecutor;

/// Epoll that keeps a socket registered while neither reads nor writes are wanted.
///
/// Netty 4.2.18 takes such a socket out of the epoll set and forgets that it did (its pull request
/// 16689): the next time a read or write is wanted, the system knows no such descriptor, and the
/// connection is closed. That happens to a client that sends no more while it is not being read,
/// and takes the replies slowly. Asking for edges, and for nothing else, keeps the socket where it
/// is and wakes no thread more than once.
final class KeptEpoll implements IoHandler {
  private final IoHandler epoll;

  private KeptEpoll(IoHandler epoll) {
    this.epoll = epoll;
  }

  static IoHandlerFactory newFactory() {
    IoHandlerFactory factory = EpollIoHandler.newFactory();
    return new IoHandlerFactory() {
      @Override
      public IoHandler newHandler(ThreadAwareExecutor thread) {
        return new KeptEpoll(factory.newHandler(thread));
      }

      @Override
      public boolean isChangingThreadSupported() {
        return factory.isChangingThreadSupported();
      }
    };
  }

  @Override
  public void initialize() {
    epoll.initialize();
  }

  @Override
  public int run(IoHandlerContext context) {
    return epoll.run(context);
  }

  @Override
  public void prepareToDestroy() {
    epoll.prepareToDestroy();
  }

  @Override
  public void destroy() {
    epoll.destroy();
  }

  @Override
  public IoRegistration register(IoHandle handle) throws Exception {
    return new Kept(epoll.register(handle));
  }

  @Override
  public void wakeup() {
    epoll.wakeup();
  }

  @Override
  public boolean isCompatible(Class<? extends IoHandle> handleType) {
    return epoll.isCompatible(handleType);
  }

  private static final class Kept implements IoRegistration {
    private final IoRegistration registration;

    /// Set from the loop, or before it knows of the socket.
    private boolean added;

    Kept(IoRegistration registration) {
      this.registration = registration;
    }

    @Override
    public <T> T attachment() {
      return registration.attachment();
    }

    @Override
    public long submit(IoOps ops) {
      boolean nothing = EpollIoOps.NONE.equals(ops);
      if (!nothing) added = true;
      return registration.submit(nothing && added ? EpollIoOps.EPOLLET : ops);
    }

    @Override
    public boolean isValid() {
      return registration.isValid();
    }

    @Override
    public boolean cancel() {
      return registration.cancel();
    }
  }
}
