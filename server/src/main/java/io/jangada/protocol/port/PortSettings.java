package io.jangada.protocol.port;

import io.jangada.kv.KvLimits;
import io.jangada.node.ReadConsistency;
import java.net.InetSocketAddress;
import java.util.Objects;
import java.util.Optional;
import java.util.function.IntFunction;

/// What the settings of the ports have in common whose clients know no leader.
///
/// @param limits what bounds memory
/// @param kv the longest key and value that are taken
public record PortSettings(
    ClientListener.Place place, PortLimits limits, KvLimits kv, Clients clients) {
  /// What clients may rely on and ask for.
  ///
  /// @param reading what reads promise
  /// @param flushes whether one command may remove all keys
  /// @param release which release of Jangada they are told of
  /// @param members where such clients reach a member; empty where that is not known
  public record Clients(
      ReadConsistency reading,
      boolean flushes,
      String release,
      IntFunction<Optional<InetSocketAddress>> members) {
    public Clients {
      Objects.requireNonNull(reading);
      Objects.requireNonNull(release);
      Objects.requireNonNull(members);
    }

    /// Where other members are not known.
    public Clients(ReadConsistency reading, boolean flushes, String release) {
      this(reading, flushes, release, _ -> Optional.empty());
    }
  }

  public PortSettings {
    Objects.requireNonNull(place);
    Objects.requireNonNull(limits);
    Objects.requireNonNull(kv);
    Objects.requireNonNull(clients);
  }
}
