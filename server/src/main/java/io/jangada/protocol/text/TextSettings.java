package io.jangada.protocol.text;

import io.jangada.kv.KvLimits;
import io.jangada.net.PortGate;
import io.jangada.node.ReadConsistency;
import io.jangada.protocol.port.PortLimits;
import java.net.InetSocketAddress;
import java.util.EnumSet;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.function.IntFunction;

/// The settings of a [TextListener].
///
/// @param dialect how to read the protocol where there are two ways to
/// @param limits what bounds memory
/// @param kv the longest key and value that are taken
public record TextSettings(
    Listening listening, Dialect dialect, PortLimits limits, KvLimits kv, Replying replying) {

  /// @param address where to listen; port 0 for any that is free
  /// @param reserved what is kept beyond the most connections
  /// @param gate what connections pass first: TLS, where there is any
  public record Listening(InetSocketAddress address, Reserved reserved, PortGate gate) {
    public Listening {
      Objects.requireNonNull(address);
      Objects.requireNonNull(reserved);
      Objects.requireNonNull(gate);
    }
  }

  /// @param reading what `get` and `getm` promise, and who serves them
  /// @param addresses where clients reach a member, as `host:port`; empty for one whose id may not
  ///   stand in a `REDIRECT`: clients look it up in their own list of servers, so it must be one of
  ///   them
  /// @param version what `version` answers
  public record Replying(
      ReadConsistency reading, IntFunction<Optional<String>> addresses, String version) {
    public Replying {
      Objects.requireNonNull(reading);
      Objects.requireNonNull(addresses);
      require(
          version.chars().allMatch(c -> c >= ' ' && c < 0x7f), "version must be printable ASCII");
    }
  }

  /// How to read the protocol on the points of which its description, its first program and its
  /// users disagree. [#DEFAULT] is what `docs/PROTOCOLS.md` describes first.
  ///
  /// @param variants what differs from the description
  public record Dialect(Set<Variant> variants) {
    public static final Dialect DEFAULT = of(Variant.NO_REPLY);

    public Dialect {
      variants = Set.copyOf(variants);
    }

    public static Dialect of(Variant... variants) {
      return new Dialect(Set.of(variants));
    }

    /// This one with the variant, or without it.
    public Dialect with(Variant variant, boolean included) {
      EnumSet<Variant> changed = EnumSet.noneOf(Variant.class);
      changed.addAll(variants);
      if (included) changed.add(variant);
      else changed.remove(variant);
      return new Dialect(changed);
    }

    public boolean has(Variant variant) {
      return variants.contains(variant);
    }
  }

  /// A point of a [Dialect].
  public enum Variant {
    /// The version error is spelled `ERR_VERION`.
    SEED_SPELLING,
    /// `set` of a key that is there replaces the value.
    SET_OVERWRITES,
    /// `getm` shows the seconds that are left, rounded up, and not those given.
    EXPTIME_LEFT,
    /// An empty line gets `ERR_CMD_ERR`, unless it ends the data of a `set` or `cas`.
    EMPTY_LINES_ANSWERED,
    /// `set` and `cas` may end in `noreply`, and then get no reply of any kind.
    NO_REPLY,
    /// The versions that clients see are each key's number of changes, which begins with 1 whenever
    /// the key comes to be, and not the log's indexes.
    VERSIONS_PER_KEY
  }

  /// What is kept beyond the most connections.
  ///
  /// @param adminsMax connections that send nothing but `admin` lines; they are served
  /// @param newConnectionsMax connections that have not sent a line yet, or that were turned away
  ///   and are not gone yet
  /// @param firstLineMillis how long they have for it
  public record Reserved(int adminsMax, int newConnectionsMax, int firstLineMillis) {
    public static final Reserved DEFAULT = new Reserved(16, 256, 1_000);

    public Reserved {
      require(adminsMax >= 1, "adminsMax must be 1 or more");
      require(newConnectionsMax >= 1, "newConnectionsMax must be 1 or more");
      require(firstLineMillis >= 1, "firstLineMillis must be 1 or more");
    }
  }

  public TextSettings {
    Objects.requireNonNull(dialect);
    Objects.requireNonNull(limits);
    Objects.requireNonNull(kv);
  }

  /// The usual settings, for a cluster whose members' ids are all known.
  public static TextSettings of(InetSocketAddress listen) {
    return new TextSettings(
        new Listening(listen, Reserved.DEFAULT, PortGate.plain("client")),
        Dialect.DEFAULT,
        PortLimits.DEFAULT,
        KvLimits.DEFAULT,
        new Replying(new ReadConsistency.Linearizable(), _ -> Optional.of(""), "jangada"));
  }

  public TextSettings withReserved(Reserved reserved) {
    Listening changed = new Listening(listening.address, reserved, listening.gate);
    return new TextSettings(changed, dialect, limits, kv, replying);
  }

  public TextSettings withGate(PortGate gate) {
    Listening changed = new Listening(listening.address, listening.reserved, gate);
    return new TextSettings(changed, dialect, limits, kv, replying);
  }

  public TextSettings withDialect(Dialect dialect) {
    return new TextSettings(listening, dialect, limits, kv, replying);
  }

  public TextSettings withLimits(PortLimits limits) {
    return new TextSettings(listening, dialect, limits, kv, replying);
  }

  public TextSettings withKv(KvLimits kv) {
    return new TextSettings(listening, dialect, limits, kv, replying);
  }

  public TextSettings withReading(ReadConsistency reading) {
    return withReplying(new Replying(reading, replying.addresses, replying.version));
  }

  public TextSettings withAddresses(IntFunction<Optional<String>> addresses) {
    return withReplying(new Replying(replying.reading, addresses, replying.version));
  }

  public TextSettings withVersion(String version) {
    return withReplying(new Replying(replying.reading, replying.addresses, version));
  }

  private TextSettings withReplying(Replying replying) {
    return new TextSettings(listening, dialect, limits, kv, replying);
  }

  private static void require(boolean condition, String message) {
    if (!condition) throw new IllegalArgumentException(message);
  }
}
