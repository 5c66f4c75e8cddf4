package io.jangada.link;

import io.netty.channel.EventLoop;
import java.net.InetSocketAddress;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.IntFunction;
import java.util.function.IntSupplier;

/// What all links of a member share.
///
/// @param loop which all of them run on
/// @param port where this member listens
/// @param identity the cluster of this member, as far as it knows
/// @param addressOf where a peer listens; null when that is not known
record LinkContext(
    LinkSettings settings,
    EventLoop loop,
    IntSupplier port,
    AtomicReference<ClusterIdentity> identity,
    IntFunction<InetSocketAddress> addressOf,
    TcpLinks.Watcher watcher) {}
