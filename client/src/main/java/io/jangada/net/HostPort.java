package io.jangada.net;

import io.netty.util.NetUtil;
import java.net.Inet6Address;
import java.net.InetSocketAddress;

/// Places on the network as people write them: `host:port`, or `[address]:port` for an IPv6
/// address, which is shortened.
public final class HostPort {
  private HostPort() {}

  public static String text(String host, int port) {
    return (host.indexOf(':') < 0 ? host : "[" + host + "]") + ":" + port;
  }

  public static String text(InetSocketAddress address) {
    return text(host(address), address.getPort());
  }

  /// A name as it was given, or an address.
  public static String host(InetSocketAddress address) {
    String host = address.getHostString();
    boolean isPlain = host.indexOf(':') >= 0 && host.indexOf('%') < 0;
    return isPlain && address.getAddress() instanceof Inet6Address six
        ? NetUtil.toAddressString(six)
        : host;
  }
}
