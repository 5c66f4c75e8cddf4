package io.jangada.server;

import io.jangada.raft.Membership;
import java.util.Optional;

/// Where the servers of a cluster are: the configuration is asked first, then the membership in
/// force, which knows those that were added later. For any thread.
final class Addresses {
  private final ServerConfig config;
  private volatile Membership membership;

  Addresses(ServerConfig config) {
    this.config = config;
  }

  /// A membership came into force.
  void inForce(Membership membership) {
    this.membership = membership;
  }

  Optional<Address> of(int id) {
    Optional<Address> configured = configured(id);
    return configured.isPresent() ? configured : recorded(id);
  }

  Optional<Address> configured(int id) {
    return config.find(id).map(e -> new Address(e.hostname(), e.logPort(), e.clientPort()));
  }

  /// What the membership says.
  Optional<Address> recorded(int id) {
    Membership known = membership;
    String address = known == null ? null : known.addresses().get(id);
    return address == null ? Optional.empty() : Address.read(address);
  }

  /// Whether the membership says exactly this of the member.
  boolean isRecorded(int id, Address address) {
    Membership known = membership;
    return known != null && address.toString().equals(known.addresses().get(id));
  }
}
