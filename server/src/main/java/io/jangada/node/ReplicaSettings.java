package io.jangada.node;

import io.jangada.kv.KvLimits;
import io.jangada.raft.RaftConfig;

/// The settings of a [Replica].
///
/// @param followers what a member that does not lead does with requests
/// @param upkeep what members do beside serving requests
public record ReplicaSettings(
    RaftConfig raft, Times times, FollowerPolicy followers, Upkeep upkeep, Limits limits) {
  private static final long NANOS_PER_MILLI = 1_000_000;

  /// @param tickNanos how long a tick of the protocol lasts
  /// @param requestTimeoutMillis a request that is not decided by then ends as [Outcome.Unknown],
  ///   or as [Outcome.NotLeader] when it surely had no effect
  /// @param retryMillis a forwarded request that is not answered is sent again after this time
  public record Times(long tickNanos, long requestTimeoutMillis, long retryMillis) {
    public static final Times DEFAULT = new Times(10_000_000, 5_000, 500);

    public Times {
      require(tickNanos >= 100_000, "tickNanos " + tickNanos + ", must be 100000 or more");
      require(requestTimeoutMillis >= 1, "requestTimeoutMillis must be 1 or more");
      require(retryMillis >= 1, "retryMillis must be 1 or more");
    }
  }

  /// @param snapshotBytes a snapshot is made whenever this many bytes of entries were applied since
  ///   the last, or up to twice as many where the data is large
  /// @param inbox what may wait to be looked at
  /// @param memory what all of it may take
  public record Limits(long snapshotBytes, InboxLimits inbox, MemoryLimits memory) {
    public static final Limits DEFAULT =
        new Limits(64L << 20, InboxLimits.DEFAULT, MemoryLimits.NONE);

    public Limits {
      require(snapshotBytes >= 1, "snapshotBytes must be 1 or more");
    }
  }

  /// @param bootstrapTicks how long a majority of new members that have met waits for the others
  ///   before it bootstraps the cluster; -1: until all of them have met
  /// @param digestTicks how often a leader has members compare what they hold; 0 for never
  /// @param snapshotChunkBytes a chunk of an own snapshot ends with what brings it to this length
  /// @param history what a leader keeps
  public record Upkeep(
      int bootstrapTicks, int digestTicks, int snapshotChunkBytes, History history) {
    public static final Upkeep NONE = new Upkeep(Bootstrap.ALL, 0);

    public Upkeep {
      require(
          snapshotChunkBytes >= 1 && snapshotChunkBytes <= KvLimits.CHUNK_BYTES,
          "snapshotChunkBytes must be 1 to " + KvLimits.CHUNK_BYTES);
    }

    public Upkeep(int bootstrapTicks, int digestTicks, int snapshotChunkBytes) {
      this(bootstrapTicks, digestTicks, snapshotChunkBytes, History.NONE);
    }

    public Upkeep(int bootstrapTicks, int digestTicks) {
      this(bootstrapTicks, digestTicks, KvLimits.CHUNK_BYTES);
    }

    public Upkeep withHistory(History history) {
      return new Upkeep(bootstrapTicks, digestTicks, snapshotChunkBytes, history);
    }
  }

  /// What is kept of former values. The leader's settings are those of the cluster.
  ///
  /// @param countsRevisions whether revisions are counted from the first command on
  /// @param millis what is older is given up, in cluster time that members have seen since they
  ///   started; 0 for any age
  /// @param bytes what takes more memory is given up, about; 0 for any amount. With 0 for both no
  ///   history is kept
  public record History(boolean countsRevisions, long millis, long bytes) {
    public static final History NONE = new History(false, 0, 0);

    public History {
      require(millis >= 0, "millis " + millis + ", must be 0 or more");
      require(bytes >= 0, "bytes " + bytes + ", must be 0 or more");
    }

    /// Whether a leader sees to it that history is kept or not: otherwise it leaves that as it is.
    boolean decides() {
      return countsRevisions || isKept();
    }

    boolean isKept() {
      return millis > 0 || bytes > 0;
    }
  }

  public static ReplicaSettings of(RaftConfig raft) {
    return new ReplicaSettings(
        raft, Times.DEFAULT, FollowerPolicy.FORWARD, Upkeep.NONE, Limits.DEFAULT);
  }

  public long tickNanos() {
    return times.tickNanos;
  }

  public long requestTimeoutMillis() {
    return times.requestTimeoutMillis;
  }

  long requestTimeoutNanos() {
    return NANOS_PER_MILLI * times.requestTimeoutMillis;
  }

  /// How long watches that need a leader endure without.
  long leaderlessNanosMax() {
    return 3L * raft.electionTicksMax() * times.tickNanos;
  }

  public long retryMillis() {
    return times.retryMillis;
  }

  public long snapshotBytes() {
    return limits.snapshotBytes;
  }

  public InboxLimits inbox() {
    return limits.inbox;
  }

  public MemoryLimits memory() {
    return limits.memory;
  }

  public ReplicaSettings withFollowers(FollowerPolicy followers) {
    return new ReplicaSettings(raft, times, followers, upkeep, limits);
  }

  public ReplicaSettings withTimes(long tickNanos, long requestTimeoutMillis, long retryMillis) {
    Times times = new Times(tickNanos, requestTimeoutMillis, retryMillis);
    return new ReplicaSettings(raft, times, followers, upkeep, limits);
  }

  public ReplicaSettings withUpkeep(Upkeep upkeep) {
    return new ReplicaSettings(raft, times, followers, upkeep, limits);
  }

  public ReplicaSettings withSnapshotBytes(long snapshotBytes) {
    return withLimits(new Limits(snapshotBytes, limits.inbox, limits.memory));
  }

  public ReplicaSettings withInbox(InboxLimits inbox) {
    return withLimits(new Limits(limits.snapshotBytes, inbox, limits.memory));
  }

  public ReplicaSettings withMemory(MemoryLimits memory) {
    return withLimits(new Limits(limits.snapshotBytes, limits.inbox, memory));
  }

  private ReplicaSettings withLimits(Limits limits) {
    return new ReplicaSettings(raft, times, followers, upkeep, limits);
  }

  private static void require(boolean condition, String message) {
    if (!condition) throw new IllegalArgumentException(message);
  }
}
