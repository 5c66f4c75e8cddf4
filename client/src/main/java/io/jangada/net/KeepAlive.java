package io.jangada.net;

import io.netty.channel.ChannelOption;
import io.netty.channel.epoll.EpollChannelOption;
import io.netty.channel.socket.nio.NioChannelOption;
import java.util.LinkedHashMap;
import java.util.Map;
import jdk.net.ExtendedSocketOptions;

/// How a socket notices that the other side went without a word, as a machine does that lost its
/// power. It asks after a minute of silence and every half minute from then on, and is closed after
/// three minutes. Left to itself, a system begins to ask after two hours.
final class KeepAlive {
  static final int IDLE_SECONDS = 60;
  static final int INTERVAL_SECONDS = 30;
  static final int PROBES_MAX = 4;

  /// For how long what was sent may stay unacknowledged, or find the other side's buffers full.
  /// While that is so nothing is asked, so it needs a bound of its own.
  static final int UNTAKEN_MILLIS_MAX = 180_000;

  private KeepAlive() {}

  /// The options of a socket.
  ///
  /// @param epoll whether it is one of epoll
  static Map<ChannelOption<?>, Object> options(boolean epoll) {
    Map<ChannelOption<?>, Object> options = new LinkedHashMap<>();
    options.put(ChannelOption.SO_KEEPALIVE, true);
    if (epoll) {
      options.put(EpollChannelOption.TCP_KEEPIDLE, IDLE_SECONDS);
      options.put(EpollChannelOption.TCP_KEEPINTVL, INTERVAL_SECONDS);
      options.put(EpollChannelOption.TCP_KEEPCNT, PROBES_MAX);
      options.put(EpollChannelOption.TCP_USER_TIMEOUT, UNTAKEN_MILLIS_MAX);
    } else {
      options.put(NioChannelOption.of(ExtendedSocketOptions.TCP_KEEPIDLE), IDLE_SECONDS);
      options.put(NioChannelOption.of(ExtendedSocketOptions.TCP_KEEPINTERVAL), INTERVAL_SECONDS);
      options.put(NioChannelOption.of(ExtendedSocketOptions.TCP_KEEPCOUNT), PROBES_MAX);
    }
    return options;
  }
}
