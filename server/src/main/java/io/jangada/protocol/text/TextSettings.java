package io.jangada.protocol.text;

import io.jangada.kv.KvLimits;
import io.jangada.node.ReadConsistency;
import java.net.InetSocketAddress;
import java.util.EnumSet;
import java.util.Objects;
import java.util.Set;
import java.util.function.IntPredicate;

/// The settings of a [TextListener].
///
/// @param dialect how to read the protocol where there are two ways to
/// @param limits what bounds memory
/// @param kv the longest key and value that are taken
public record TextSettings(
    Listening listening, Dialect dialect, Limits limits, KvLimits kv, Replying replying) {

  /// @param address where to listen; port 0 for any that is free
  /// @param reserved what is kept beyond the most connections
  public record Listening(InetSocketAddress address, Reserved reserved) {
    public Listening {
      Objects.requireNonNull(address);
      Objects.requireNonNull(reserved);
    }
  }

  /// @param reading what `get` and `getm` promise, and who serves them
  /// @param knows whether a member's id may stand in a `REDIRECT`: clients look it up in their own
  ///   list of servers, so it must be one of them
  /// @param version what `version` answers
  public record Replying(ReadConsistency reading, IntPredicate knows, String version) {
    public Replying {
      Objects.requireNonNull(reading);
      Objects.requireNonNull(knows);
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

  /// @param connectionsMax beyond, a connection gets a line that says so and is closed, unless it
  ///   is for administration
  public record Limits(int connectionsMax, PerConnection perConnection, Together together) {
    public static final Limits DEFAULT =
        new Limits(
            10_000,
            new PerConnection(1_024, 4 << 20),
            new Together(12_288, 48L << 20, 64L << 20, 64L << 20));

    public Limits {
      require(connectionsMax >= 1, "connectionsMax must be 1 or more");
    }
  }

  /// @param commandsMax commands under way on one connection; beyond, it is not read
  /// @param bytesMax keys and values of these, and also values found that wait for their turn to be
  ///   sent; a single larger one goes alone
  public record PerConnection(int commandsMax, int bytesMax) {
    public PerConnection {
      require(commandsMax >= 1, "commandsMax must be 1 or more");
      require(bytesMax >= 1, "bytesMax must be 1 or more");
    }
  }

  /// Of all connections.
  ///
  /// @param commandsMax commands under way
  /// @param bytesMax keys and values of these
  /// @param arrivingBytesMax lines and values that have not come to their end; beyond, values are
  ///   read and thrown away, and the command fails
  /// @param bufferedBytesMax what is held for clients that are slow to take their replies; beyond,
  ///   the connection that has been stuck for the longest time is closed
  public record Together(
      int commandsMax, long bytesMax, long arrivingBytesMax, long bufferedBytesMax) {
    public Together {
      require(commandsMax >= 1, "commandsMax must be 1 or more");
      require(bytesMax >= 1, "bytesMax must be 1 or more");
      require(arrivingBytesMax >= 1, "arrivingBytesMax must be 1 or more");
      require(bufferedBytesMax >= 1, "bufferedBytesMax must be 1 or more");
    }
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
        new Listening(listen, Reserved.DEFAULT),
        Dialect.DEFAULT,
        Limits.DEFAULT,
        KvLimits.DEFAULT,
        new Replying(new ReadConsistency.Linearizable(), id -> id >= 0, "jangada"));
  }

  public TextSettings withReserved(Reserved reserved) {
    Listening changed = new Listening(listening.address, reserved);
    return new TextSettings(changed, dialect, limits, kv, replying);
  }

  public TextSettings withDialect(Dialect dialect) {
    return new TextSettings(listening, dialect, limits, kv, replying);
  }

  public TextSettings withLimits(Limits limits) {
    return new TextSettings(listening, dialect, limits, kv, replying);
  }

  public TextSettings withKv(KvLimits kv) {
    return new TextSettings(listening, dialect, limits, kv, replying);
  }

  public TextSettings withReading(ReadConsistency reading) {
    return withReplying(new Replying(reading, replying.knows, replying.version));
  }

  public TextSettings withKnows(IntPredicate knows) {
    return withReplying(new Replying(replying.reading, knows, replying.version));
  }

  public TextSettings withVersion(String version) {
    return withReplying(new Replying(replying.reading, replying.knows, version));
  }

  private TextSettings withReplying(Replying replying) {
    return new TextSettings(listening, dialect, limits, kv, replying);
  }

  private static void require(boolean condition, String message) {
    if (!condition) throw new IllegalArgumentException(message);
  }
}
