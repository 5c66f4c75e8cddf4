package io.jangada.link;

import io.jangada.kv.KvLimits;
import io.jangada.net.Loops;
import io.jangada.net.ReloadingTls;
import io.jangada.raft.RaftConfig;
import io.jangada.store.Identity;
import io.jangada.store.SnapshotStore;
import java.net.InetSocketAddress;

/// The settings of [TcpLinks].
///
/// @param loops the threads of the sockets; all links of a member run on one of them
public record LinkSettings(
    Self self, Listening listening, Loops loops, Limits limits, Times times) {
  private static final int HANDSHAKES_MAX = 256;

  /// @param clusterId the cluster's name; members of others are refused
  /// @param memberId this member
  /// @param hasData whether the handshake states that the member holds data, until
  ///   [TcpLinks#identify] gives more
  public record Self(String clusterId, int memberId, boolean hasData, Credentials credentials) {
    public Self {
      Identity.of(clusterId, memberId);
    }
  }

  /// How members know each other for members.
  ///
  /// @param tls null for links without TLS
  public record Credentials(ReloadingTls tls, Secret secret) {
    public static final Credentials NONE = new Credentials(null, Secret.NONE);
  }

  /// @param address where to listen for peers; port 0 for any that is free
  /// @param handshakesMax how many connections there may be that have not said hello; beyond, the
  ///   oldest of them is closed for the next
  public record Listening(InetSocketAddress address, int handshakesMax) {
    public Listening {
      require(handshakesMax >= 1, "handshakesMax must be 1 or more");
    }
  }

  /// @param frameBytesMax the longest frame; the same on all members, and no less than what
  ///   [#frameBytesFor] says
  /// @param queueBytesMax what may wait for one peer, about, from which on nothing more is taken:
  ///   the last message may go beyond
  public record Limits(int frameBytesMax, long queueBytesMax) {
    public static final Limits DEFAULT =
        new Limits(frameBytesFor(KvLimits.DEFAULT, RaftConfig.Limits.DEFAULT), 32L << 20);

    /// No frame is longer, whatever the configuration: a command with the largest key, the largest
    /// value, and another such value to compare with.
    public static final int FRAME_BYTES_HARD_MAX = 2 * KvLimits.VALUE_BYTES_HARD_MAX + (1 << 20);

    public Limits {
      require(
          frameBytesMax >= 1 << 10 && frameBytesMax <= FRAME_BYTES_HARD_MAX,
          "frameBytesMax " + frameBytesMax + ", must be 1024 to " + FRAME_BYTES_HARD_MAX);
      require(queueBytesMax >= 1, "queueBytesMax " + queueBytesMax + ", must be 1 or more");
    }

    /// The longest frame that members with these limits send: a batch of entries or requests with
    /// their names, one command that is larger than a batch, or a chunk of a snapshot.
    public static int frameBytesFor(KvLimits kv, RaftConfig.Limits raft) {
      long batch = 3L * raft.messageBytesMax();
      long frame = Math.max(batch + kv.commandBytesMax(), SnapshotStore.CHUNK_BYTES_MAX);
      return (int) Math.min(frame + (64 << 10), FRAME_BYTES_HARD_MAX);
    }
  }

  /// @param connectMillis the longest time for a connection to be made, and as much again for the
  ///   handshake
  /// @param retryMillisMin the first pause after a connection was lost or could not be made…
  /// @param retryMillisMax …and the longest: each is drawn from the upper half of twice the last
  /// @param stallMillis a connection over which nothing of what waits goes out for so long is given
  ///   up
  public record Times(int connectMillis, int retryMillisMin, int retryMillisMax, int stallMillis) {
    public static final Times DEFAULT = new Times(2_000, 50, 1_000, 5_000);

    public Times {
      require(connectMillis >= 1, "connectMillis must be 1 or more");
      require(retryMillisMin >= 1, "retryMillisMin must be 1 or more");
      require(retryMillisMax >= retryMillisMin, "retryMillisMax must be retryMillisMin or more");
      require(stallMillis >= 1, "stallMillis must be 1 or more");
    }
  }

  public static LinkSettings of(
      String clusterId, int memberId, InetSocketAddress listen, Loops loops) {
    return new LinkSettings(
        new Self(clusterId, memberId, false, Credentials.NONE),
        new Listening(listen, HANDSHAKES_MAX),
        loops,
        Limits.DEFAULT,
        Times.DEFAULT);
  }

  public String clusterId() {
    return self.clusterId;
  }

  public int memberId() {
    return self.memberId;
  }

  Secret secret() {
    return self.credentials.secret;
  }

  /// Null for links without TLS.
  ReloadingTls tls() {
    return self.credentials.tls;
  }

  public LinkSettings withHasData(boolean hasData) {
    Self saying = new Self(self.clusterId, self.memberId, hasData, self.credentials);
    return new LinkSettings(saying, listening, loops, limits, times);
  }

  public LinkSettings withCredentials(Credentials credentials) {
    Self proving = new Self(self.clusterId, self.memberId, self.hasData, credentials);
    return new LinkSettings(proving, listening, loops, limits, times);
  }

  public LinkSettings withHandshakesMax(int handshakesMax) {
    Listening bounded = new Listening(listening.address, handshakesMax);
    return new LinkSettings(self, bounded, loops, limits, times);
  }

  public LinkSettings withLimits(Limits limits) {
    return new LinkSettings(self, listening, loops, limits, times);
  }

  public LinkSettings withTimes(Times times) {
    return new LinkSettings(self, listening, loops, limits, times);
  }

  private static void require(boolean condition, String message) {
    if (!condition) throw new IllegalArgumentException(message);
  }
}
