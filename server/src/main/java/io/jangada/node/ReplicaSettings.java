package io.jangada.node;

import io.jangada.kv.KvLimits;
import io.jangada.raft.RaftConfig;

/// The settings of a [Replica].
///
/// @param tickNanos how long a tick of the protocol lasts
/// @param followers what a member that does not lead does with requests
/// @param requestTimeoutMillis a request that is not decided by then ends as [Outcome.Unknown], or
///   as [Outcome.NotLeader] when it surely had no effect
/// @param retryMillis a forwarded request that is not answered is sent again after this time
/// @param snapshotBytes a snapshot is made whenever this many bytes of entries were applied since
///   the last, or up to twice as many where the data is large
/// @param inbox what may wait to be looked at
/// @param upkeep what members do beside serving requests
/// @param memory what all of it may take
public record ReplicaSettings(
    RaftConfig raft,
    long tickNanos,
    FollowerPolicy followers,
    long requestTimeoutMillis,
    long retryMillis,
    long snapshotBytes,
    InboxLimits inbox,
    Upkeep upkeep,
    MemoryLimits memory) {

  /// @param foundingTicks how long a majority of new members that have met waits for the others
  ///   before it founds the cluster; -1: until all of them have met
  /// @param digestTicks how often a leader has members compare what they hold; 0 for never
  /// @param snapshotChunkBytes a chunk of an own snapshot ends with what brings it to this length
  public record Upkeep(int bootstrapTicks, int digestTicks, int snapshotChunkBytes) {
    public static final Upkeep NONE = new Upkeep(Bootstrap.ALL, 0, KvLimits.CHUNK_BYTES);

    public Upkeep {
      require(
          snapshotChunkBytes >= 1 && snapshotChunkBytes <= KvLimits.CHUNK_BYTES,
          "snapshotChunkBytes must be 1 to " + KvLimits.CHUNK_BYTES);
    }

    public Upkeep(int bootstrapTicks, int digestTicks) {
      this(bootstrapTicks, digestTicks, KvLimits.CHUNK_BYTES);
    }
  }

  public static ReplicaSettings of(RaftConfig raft) {
    return new ReplicaSettings(
        raft,
        10_000_000,
        FollowerPolicy.FORWARD,
        5_000,
        500,
        64L << 20,
        InboxLimits.DEFAULT,
        Upkeep.NONE,
        MemoryLimits.NONE);
  }

  public ReplicaSettings {
    require(tickNanos >= 100_000, "tickNanos " + tickNanos + ", must be 100000 or more");
    require(requestTimeoutMillis >= 1, "requestTimeoutMillis must be 1 or more");
    require(retryMillis >= 1, "retryMillis must be 1 or more");
    require(snapshotBytes >= 1, "snapshotBytes must be 1 or more");
  }

  public ReplicaSettings withFollowers(FollowerPolicy followers) {
    return new ReplicaSettings(
        raft,
        tickNanos,
        followers,
        requestTimeoutMillis,
        retryMillis,
        snapshotBytes,
        inbox,
        upkeep,
        memory);
  }

  public ReplicaSettings withTimes(long tickNanos, long requestTimeoutMillis, long retryMillis) {
    return new ReplicaSettings(
        raft,
        tickNanos,
        followers,
        requestTimeoutMillis,
        retryMillis,
        snapshotBytes,
        inbox,
        upkeep,
        memory);
  }

  public ReplicaSettings withSnapshotBytes(long snapshotBytes) {
    return new ReplicaSettings(
        raft,
        tickNanos,
        followers,
        requestTimeoutMillis,
        retryMillis,
        snapshotBytes,
        inbox,
        upkeep,
        memory);
  }

  public ReplicaSettings withInbox(InboxLimits inbox) {
    return new ReplicaSettings(
        raft,
        tickNanos,
        followers,
        requestTimeoutMillis,
        retryMillis,
        snapshotBytes,
        inbox,
        upkeep,
        memory);
  }

  public ReplicaSettings withMemory(MemoryLimits memory) {
    return new ReplicaSettings(
        raft,
        tickNanos,
        followers,
        requestTimeoutMillis,
        retryMillis,
        snapshotBytes,
        inbox,
        upkeep,
        memory);
  }

  public ReplicaSettings withUpkeep(Upkeep upkeep) {
    return new ReplicaSettings(
        raft,
        tickNanos,
        followers,
        requestTimeoutMillis,
        retryMillis,
        snapshotBytes,
        inbox,
        upkeep,
        memory);
  }

  private static void require(boolean condition, String message) {
    if (!condition) throw new IllegalArgumentException(message);
  }
}
