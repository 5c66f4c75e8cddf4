package io.jangada.server;

import io.jangada.node.PeerMessage;
import io.jangada.protocol.etcd.EtcdListener;

/// What a server has for etcd's clients beside what all such ports have: what is shown on the port,
/// and what members say to each other for those clients, which a server without the port answers as
/// well.
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

  /// @param listener the caller's, who closes it after this
  static EtcdSide withPort(EtcdListener listener) {
    return new EtcdSide(listener);
  }

  /// Has `member` answer. To be called before the port serves.
  void serve(EtcdMember member) {
    this.member = member;
    if (listener == null) return;
    listener.use(member);
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

  @Override
  public void close() {
    if (member != null) member.close();
  }
}
