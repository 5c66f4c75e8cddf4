package io.jangada.server;

import io.jangada.net.HostPort;
import io.jangada.net.Loops;
import io.jangada.net.PortGate;
import io.jangada.node.PeerMessage;
import io.jangada.node.Replica;
import io.jangada.protocol.auth.Audit;
import io.jangada.protocol.auth.Authenticator;
import io.jangada.protocol.etcd.EtcdListener;
import io.jangada.protocol.etcd.EtcdSettings;
import java.io.IOException;
import java.util.Optional;

/// What a server has for etcd's clients: a port, if it is configured, and what members say to each
/// other for those clients, which a server without that port answers as well.
final class EtcdSide implements AutoCloseable {
  /// Null for none.
  private final EtcdListener listener;

  private volatile EtcdMember member;

  private EtcdSide(EtcdListener listener) {
    this.listener = listener;
  }

  /// A server without the port.
  static EtcdSide withoutPort() {
    return new EtcdSide(null);
  }

  static EtcdSide start(EtcdSettings settings, Loops loops, EventLog eventLog) throws IOException {
    EtcdListener listener = EtcdListener.start(settings, loops);
    eventLog.info("listens for etcd's clients on " + HostPort.text(listener.address()));
    return new EtcdSide(listener);
  }

  /// What connections to the port pass first; empty where there is none.
  Optional<PortGate> gate() {
    return Optional.ofNullable(listener).map(EtcdListener::gate);
  }

  boolean hasPort() {
    return listener != null;
  }

  void serve(Replica replica, EtcdMember member, Authenticator authenticator, Audit audit) {
    this.member = member;
    if (listener == null) return;
    listener.serve(replica, new EtcdListener.With(member, authenticator, audit));
    member.publish();
  }

  /// Has the figures of the port shown with the server's, and the server's on the port.
  void show(Metrics metrics, HttpEndpoint endpoint) {
    if (listener == null) return;
    metrics.show(listener);
    listener.show(endpoint::metrics);
  }

  void receive(PeerMessage.Admin message) {
    EtcdMember known = member;
    if (known != null) known.receive(message);
  }

  void drain(long millisMax) {
    if (listener != null) listener.drain(millisMax);
  }

  @Override
  public void close() {
    if (member != null) member.close();
    if (listener != null) listener.close();
  }
}
