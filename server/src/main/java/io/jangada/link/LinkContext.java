package io.jangada.link;

import io.netty.channel.EventLoop;
import java.net.InetSocketAddress;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.IntFunction;
import java.util.function.IntSupplier;

/// What all links of a member share.
///
/// @param loop which all of them run on
/// @param addressOf where a peer listens; null when that is not known
record LinkContext(
    LinkSettings settings,
    EventLoop loop,
    Local local,
    IntFunction<InetSocketAddress> addressOf,
    TcpLinks.Watcher watcher) {
  /// This member.
  ///
  /// @param port where it listens
  /// @param identity its cluster, as far as it knows
  record Local(IntSupplier port, AtomicReference<ClusterIdentity> identity) {}
}
