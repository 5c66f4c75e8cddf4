package io.jangada.protocol.udp3700;

import io.jangada.kv.KvLimits;
import io.jangada.node.FollowerPolicy;
import io.jangada.node.InboxLimits;
import io.jangada.node.MemoryLimits;
import io.jangada.node.ReplicaSettings;
import io.jangada.node.Start;
import io.jangada.raft.RaftConfig;
import io.jangada.store.LogSettings;

/// How a replica is set up.
///
/// @param quietMillis no peer is spoken to for this long after the start, unless it spoke first: a
///   datagram for one that has not said hello yet would count it as dead
/// @param leaseTicks for how long a quorum's word lets the leader answer gets by itself; 0 to ask a
///   quorum for each
/// @param traffic how datagrams are saved
record Setup(int quietMillis, int leaseTicks, RaftConfig.TrafficPolicy traffic) {
  /// A vote or a reply to it that got lost costs a tenth of a second, not another election timeout.
  private static final int ASK_AGAIN_TICKS = 10;

  /// The lease is safe as long as no clock runs faster than another's by more than 15 %: it ends 42
  /// ticks after it was asked for at the latest, and its voter grants no other vote for 49 at
  /// least. On the simulator's one machine all processes have the same clock.
  static final Setup USUAL =
      new Setup(
          2_300,
          41,
          new RaftConfig.TrafficPolicy(true, 2, ASK_AGAIN_TICKS)
              .withLostTicks(3)
              .withSendingsPercentMin(75));

  private static final long TICK_NANOS = 10_000_000;
  private static final int ELECTION_TICKS_MIN = 50;
  private static final int ELECTION_TICKS_MAX = 70;

  /// With the simulator's usual 8 puts a second each follower's turn comes every 240 ms.
  private static final int HEARTBEAT_TICKS = 25;

  /// Clients wait for as long as they must: no request ends because of the time.
  private static final long REQUEST_TIMEOUT_MILLIS = 30L * 24 * 3_600 * 1_000;

  private static final long RETRY_MILLIS = 500;
  private static final long SNAPSHOT_BYTES = 8 << 20;
  private static final int REQUESTS_MAX = 4_096;
  private static final int PEER_MESSAGES_MAX = 4_096;
  private static final long WAITING_BYTES_MAX = 8 << 20;

  /// Of a heap of 128 MiB; log and snapshots on the disk in memory take twice as much again.
  private static final MemoryLimits MEMORY = new MemoryLimits(40L << 20, 20L << 20);

  /// What a message carries at most, unless a single entry is longer: in Base64 it is a datagram.
  private static final int MESSAGE_BYTES_MAX = 32 << 10;

  Setup withQuietMillis(int quietMillis) {
    return new Setup(quietMillis, leaseTicks, traffic);
  }

  Setup withLeaseTicks(int leaseTicks) {
    return new Setup(quietMillis, leaseTicks, traffic);
  }

  Setup withTraffic(RaftConfig.TrafficPolicy policy) {
    return new Setup(quietMillis, leaseTicks, policy);
  }

  ReplicaSettings replica(ReplicaIds ids) {
    RaftConfig raft =
        RaftConfig.of(ids.own(), ids.membership())
            .withTimes(ELECTION_TICKS_MIN, ELECTION_TICKS_MAX, HEARTBEAT_TICKS)
            .withLeaseTicks(leaseTicks)
            .withTraffic(traffic)
            .withLimits(
                new RaftConfig.Limits(
                    new RaftConfig.MessageLimits(1_024, MESSAGE_BYTES_MAX, 8, 256 << 10),
                    4 << 20,
                    REQUESTS_MAX,
                    1 << 20,
                    new RaftConfig.Retention(2 << 20, 8 << 20)));
    return ReplicaSettings.of(raft)
        .withFollowers(FollowerPolicy.HOLD)
        .withTimes(TICK_NANOS, REQUEST_TIMEOUT_MILLIS, RETRY_MILLIS)
        .withSnapshotBytes(SNAPSHOT_BYTES)
        .withInbox(
            new InboxLimits(REQUESTS_MAX, WAITING_BYTES_MAX, PEER_MESSAGES_MAX, WAITING_BYTES_MAX))
        .withMemory(MEMORY);
  }

  /// A client's answers are remembered for longer than any copy of a request may be late.
  Start.StorageSettings storage() {
    KvLimits.State state =
        new KvLimits.State(
            1_024, 4_096, 32_768, REQUEST_TIMEOUT_MILLIS, KvLimits.DEFAULT.state().expiriesMax());
    KvLimits limits = new KvLimits(Request.TEXT_BYTES_MAX, Request.TEXT_BYTES_MAX, state);
    return new Start.StorageSettings("udp3700", LogSettings.small(), limits);
  }
}
