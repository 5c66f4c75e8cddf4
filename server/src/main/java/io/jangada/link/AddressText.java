package io.jangada.link;

import io.jangada.net.HostPort;
import io.jangada.net.TlsFailure;
import io.netty.channel.ConnectTimeoutException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.util.List;
import java.util.Locale;

/// Addresses, and what went wrong with them, as text for people.
final class AddressText {
  /// What systems call the usual mishaps, which libraries wrap in words of their own.
  private static final List<String> MISHAPS =
      List.of(
          "Connection refused",
          "Connection reset",
          "Connection timed out",
          "Broken pipe",
          "No route to host",
          "Network is unreachable",
          "Address already in use",
          "Permission denied",
          "Too many open files");

  private AddressText() {}

  /// `host:port`.
  static String text(SocketAddress address) {
    return address instanceof InetSocketAddress inet ? HostPort.text(inet) : "" + address;
  }

  static String host(InetSocketAddress address) {
    return address == null ? "an unknown address" : HostPort.host(address);
  }

  static String reason(Throwable cause) {
    if (TlsFailure.isCauseOf(cause)) return TlsFailure.of(cause).text();
    String message = cause.getMessage() == null ? cause.toString() : cause.getMessage();
    if (cause instanceof ConnectTimeoutException) return "no answer";
    for (Throwable each = cause; each != null; each = each.getCause())
      for (String mishap : MISHAPS)
        if (("" + each.getMessage()).contains(mishap)) return mishap.toLowerCase(Locale.ROOT);
    return message;
  }
}
