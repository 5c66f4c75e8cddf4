package io.jangada.protocol.udp3700;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardProtocolFamily;
import java.nio.channels.DatagramChannel;
import java.util.function.BooleanSupplier;

/// Detects that the medium is gone: a replica without one serves no client and would run for ever.
/// The medium is there while datagrams come. After a silence the replica tries to bind the medium's
/// port, which succeeds when no process holds it. The medium is gone once the port is free for a
/// minute, since a medium may start late, or at once where this replica's parent process has ended.
final class MediumWatch {
  static final long LOOK_NANOS = 5_000_000_000L;
  static final long GONE_NANOS = 60_000_000_000L;

  private final BooleanSupplier isThere;
  private final BooleanSupplier isOrphan;
  private long thereNanos;
  private long lookNanos;

  /// @param isThere whether a process holds the medium's port
  /// @param isOrphan whether the process that started this one has ended
  MediumWatch(BooleanSupplier isThere, BooleanSupplier isOrphan, long nowNanos) {
    this.isThere = isThere;
    this.isOrphan = isOrphan;
    seen(nowNanos);
  }

  static MediumWatch of(int port, long nowNanos) {
    long parent = parent();
    return new MediumWatch(() -> isBound(port), () -> parent() != parent, nowNanos);
  }

  private static long parent() {
    return ProcessHandle.current().parent().map(ProcessHandle::pid).orElse(0L);
  }

  private static boolean isBound(int port) {
    try (DatagramChannel channel = DatagramChannel.open(StandardProtocolFamily.INET)) {
      channel.bind(
          new InetSocketAddress(InetAddress.getByAddress(new byte[] {127, 0, 0, 1}), port));
      return false;
    } catch (IOException e) {
      // Nor is it free where there are no descriptors left, and that is no reason to end.
      return true;
    }
  }

  /// A datagram came.
  void seen(long nowNanos) {
    thereNanos = nowNanos;
    lookNanos = nowNanos + LOOK_NANOS;
  }

  /// When [#look] has to look, unless a datagram comes before.
  long lookNanos() {
    return lookNanos;
  }

  /// Looks at the port, if it is time to. Returns whether the medium is gone.
  boolean look(long nowNanos) {
    if (nowNanos - lookNanos < 0) return false;
    lookNanos = nowNanos + LOOK_NANOS;
    if (isThere.getAsBoolean()) {
      thereNanos = nowNanos;
      return false;
    }
    return isOrphan.getAsBoolean() || nowNanos - thereNanos >= GONE_NANOS;
  }
}
