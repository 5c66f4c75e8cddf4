package io.jangada.cli.etcd;

import java.util.List;
import java.util.Optional;

/// Where a port listens, from the URLs of a flag. There is one port, and one address or all of
/// them: several URLs that mean more than that are refused.
///
/// @param address of this machine
/// @param isWidened whether it listens on more addresses than the URLs say
record EtcdListening(boolean isTls, String address, int port, boolean isWidened) {
  private static final String ALL_V4 = "0.0.0.0";
  private static final String ALL_V6 = "::";

  /// Empty, with a complaint, where the flag says what cannot be had.
  static Optional<EtcdListening> of(EtcdFlag flag, EtcdArguments arguments) {
    List<EtcdUrl> urls = EtcdUrl.list(flag, arguments);
    if (urls.isEmpty()) return Optional.empty();
    EtcdUrl first = urls.getFirst();
    if (urls.stream().anyMatch(url -> url.port() != first.port() || url.isTls() != first.isTls())) {
      arguments.refuse(flag, "URLs of one port, all http or all https");
      return Optional.empty();
    }
    List<String> hosts =
        urls.stream().filter(url -> !url.isLoopback()).map(EtcdUrl::host).distinct().toList();
    Optional<EtcdUrl> all = urls.stream().filter(EtcdUrl::isAll).findFirst();
    if (all.isPresent()) return Optional.of(at(first, all(all.get()), false));
    if (hosts.size() > 1) {
      arguments.refuse(flag, "one address beside those of loopback, or 0.0.0.0 for all");
      return Optional.empty();
    }
    boolean both = hosts.size() == 1 && urls.stream().anyMatch(EtcdUrl::isLoopback);
    if (!both) return Optional.of(at(first, first.host(), false));
    return Optional.of(at(first, hosts.getFirst().contains(":") ? ALL_V6 : ALL_V4, true));
  }

  private static String all(EtcdUrl url) {
    return url.host().isEmpty() ? ALL_V4 : url.host();
  }

  private static EtcdListening at(EtcdUrl url, String address, boolean isWidened) {
    return new EtcdListening(url.isTls(), address, url.port(), isWidened);
  }
}
