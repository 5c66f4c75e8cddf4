package io.jangada.cli.etcd;

import io.jangada.net.HostPort;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// A URL of etcd's flags, which always has a port and no path.
///
/// @param host a name or an address without brackets; empty for all addresses
record EtcdUrl(boolean isTls, String host, int port) {
  private static final Pattern FORM =
      Pattern.compile(
          "(https?)://(?:\\[([0-9A-Fa-f:.%]+)]|([0-9A-Za-z._%-]{0,255})):([0-9]{1,5})/?");
  private static final int PORT_MAX = 65_535;

  private static Optional<EtcdUrl> read(String text) {
    Matcher matcher = FORM.matcher(text);
    if (!matcher.matches()) return Optional.empty();
    int port = Integer.parseInt(matcher.group(4));
    String host = matcher.group(2) != null ? matcher.group(2) : matcher.group(3);
    return port < 1 || port > PORT_MAX
        ? Optional.empty()
        : Optional.of(new EtcdUrl(matcher.group(1).equals("https"), host, port));
  }

  /// The URLs in `text`, with commas between them; complains of those that are none.
  ///
  /// @param flag in which they stand
  static List<EtcdUrl> list(String text, EtcdFlag flag, EtcdArguments arguments) {
    List<EtcdUrl> urls = new ArrayList<>();
    for (String one : text.split(",", -1)) {
      Optional<EtcdUrl> url = read(one.strip());
      url.ifPresent(urls::add);
      if (url.isEmpty())
        arguments.complain(
            one.strip().startsWith("unix")
                ? "%s has %s: there are no Unix sockets, only addresses and ports."
                    .formatted(arguments.source(flag), one.strip())
                : "%s has '%s'; it must be a URL with a port, as in http://10.0.0.1:2379."
                    .formatted(arguments.source(flag), one.strip()));
    }
    return urls;
  }

  static List<EtcdUrl> list(EtcdFlag flag, EtcdArguments arguments) {
    return list(arguments.text(flag), flag, arguments);
  }

  boolean isLoopback() {
    return host.equals("localhost") || host.startsWith("127.") || host.equals("::1");
  }

  /// Whether it stands for all addresses of a machine.
  boolean isAll() {
    return host.isEmpty() || host.equals("0.0.0.0") || host.equals("::");
  }

  @Override
  public String toString() {
    return (isTls ? "https://" : "http://") + HostPort.text(host, port);
  }
}
