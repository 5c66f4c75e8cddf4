package io.jangada.protocol.etcd;

import io.jangada.kv.KvLimits;
import io.jangada.net.PortGate;
import io.jangada.protocol.port.PortLimits;
import java.net.InetSocketAddress;
import java.util.Objects;

/// The settings of an [EtcdListener].
///
/// @param address where to listen; port 0 for any that is free
/// @param gate what connections pass first: TLS, where there is any
/// @param limits what bounds memory
/// @param kv the longest key and value that are taken
/// @param requests what requests may ask for
public record EtcdSettings(
    InetSocketAddress address, PortGate gate, PortLimits limits, KvLimits kv, Requests requests) {
  /// @param bytesMax of one request, as a whole
  /// @param txnOpsMax in one list of a transaction
  /// @param progressMillis how often a watch without events is told how far it is, if it wants that
  public record Requests(int bytesMax, int txnOpsMax, long progressMillis) {
    public static final Requests DEFAULT = new Requests(1_536 << 10, 128, 600_000);
  }

  /// What the wire may add to the largest request.
  private static final int ENVELOPE_BYTES = 512 << 10;

  public EtcdSettings {
    Objects.requireNonNull(address);
    Objects.requireNonNull(gate);
    Objects.requireNonNull(limits);
    Objects.requireNonNull(kv);
    Objects.requireNonNull(requests);
  }

  /// The longest message that is read.
  int messageBytesMax() {
    return requests.bytesMax + ENVELOPE_BYTES;
  }
}
