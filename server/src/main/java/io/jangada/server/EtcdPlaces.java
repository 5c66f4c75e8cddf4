package io.jangada.server;

import io.jangada.net.HostPort;
import io.jangada.protocol.etcd.Member.Place;
import io.jangada.raft.Membership;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/// Where etcd's clients are told that members are: what each has recorded in the membership itself,
/// and until then what this server's configuration says of it.
final class EtcdPlaces {
  private static final Place UNKNOWN = new Place("", List.of(), List.of());

  private final ServerConfig config;
  private final ServerConfig.Entry own;
  private final Addresses addresses;
  private final ServerTls tls;

  EtcdPlaces(ServerConfig config, ServerConfig.Entry own, Addresses addresses, ServerTls tls) {
    this.config = config;
    this.own = own;
    this.addresses = addresses;
    this.tls = tls;
  }

  Place of(int id) {
    Optional<Address> recorded = addresses.recorded(id);
    Optional<Address> known =
        recorded
            .filter(address -> address.etcd() != null)
            .or(() -> configured(id))
            .or(() -> recorded);
    return known.map(this::place).orElse(UNKNOWN);
  }

  private Place place(Address address) {
    String scheme = tls.peers() == null ? "http://" : "https://";
    Address.ForEtcd etcd = address.etcd();
    return new Place(
        etcd == null ? "" : etcd.name(),
        List.of(scheme + address.peer()),
        etcd == null ? List.of() : etcd.clientUrls());
  }

  private Optional<Address> configured(int id) {
    if (id == own.id()) return Optional.of(own());
    return config.find(id).map(entry -> address(entry, entry.port(OptionalPort.ETCD), ""));
  }

  /// What this server has recorded of itself.
  Address own() {
    return address(own, config.port(OptionalPort.ETCD, own), clientUrls());
  }

  /// The server that the configuration has at the same place for peers.
  Optional<Integer> configuredAt(Address place) {
    return config.servers().stream()
        .map(ServerConfig.Entry::id)
        .filter(
            id -> addresses.configured(id).filter(at -> at.peer().equals(place.peer())).isPresent())
        .findFirst();
  }

  /// A number greater than that of any server that is known.
  int unusedId(Set<Integer> members) {
    int greatest = 0;
    for (int id : members) greatest = Math.max(greatest, id);
    for (ServerConfig.Entry one : config.servers()) greatest = Math.max(greatest, one.id());
    return greatest + 1;
  }

  private String clientUrls() {
    return config.settings().value(Setting.ETCD_CLIENT_URLS).map(Settings.Value::text).orElse("");
  }

  /// With as many URLs as a membership has room for.
  private Address address(ServerConfig.Entry entry, int etcdPort, String clientUrls) {
    List<String> urls = new ArrayList<>();
    if (!clientUrls.isEmpty()) urls.addAll(List.of(clientUrls.split(",")));
    else if (etcdPort != 0)
      urls.add(
          (tls.hasClientTls() ? "https://" : "http://")
              + HostPort.text(entry.hostname(), etcdPort));
    while (true) {
      var etcd = new Address.ForEtcd(config.name(entry.id()), urls);
      Address address = new Address(entry.hostname(), entry.logPort(), entry.clientPort(), etcd);
      if (urls.isEmpty() || address.toString().length() <= Membership.ADDRESS_BYTES_MAX)
        return address;
      urls.removeLast();
    }
  }
}
