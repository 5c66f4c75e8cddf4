package io.jangada.protocol.maelstrom;

import io.jangada.kv.KvLimits;
import io.jangada.node.FollowerPolicy;
import io.jangada.node.InboxLimits;
import io.jangada.node.MemoryLimits;
import io.jangada.node.PeerMessage;
import io.jangada.node.Replica;
import io.jangada.node.ReplicaSettings;
import io.jangada.node.Start;
import io.jangada.node.Transport;
import io.jangada.protocol.MemoryReplica;
import io.jangada.raft.Membership;
import io.jangada.raft.Message;
import io.jangada.raft.RaftConfig;
import io.jangada.store.LogSettings;
import java.util.function.Consumer;

/// A replica that keeps nothing, set up for Maelstrom, which never starts a process twice.
final class MaelstromMember {
  /// A message between nodes is split so that it carries no more than this, unless a single thing
  /// in it is larger. In Base64 and with what stands around it, it still is a line that a node
  /// takes, even with a `cas` of two of the longest values in it.
  static final int MESSAGE_BYTES_MAX = 64 << 10;

  static final int KEY_BYTES_MAX = 4 << 10;
  static final int VALUE_BYTES_MAX = 256 << 10;

  private static final long TICK_NANOS = 5_000_000;
  private static final int ELECTION_TICKS_MIN = 110;
  private static final int ELECTION_TICKS_MAX = 190;
  private static final int HEARTBEAT_TICKS = 50;
  private static final int PACE_TICKS = 6;

  /// Shorter than Maelstrom's clients wait, which is a second or ten times as long as a message
  /// takes (and [Pace] makes it longer then): a refusal that is certain is worth more to them than
  /// silence.
  private static final long REQUEST_TIMEOUT_MILLIS = 700;

  private static final long RETRY_MILLIS = 250;
  private static final long SNAPSHOT_BYTES = 8 << 20;
  private static final int REQUESTS_MAX = 4_096;
  private static final int PEER_MESSAGES_MAX = 4_096;
  private static final long WAITING_BYTES_MAX = 8 << 20;

  /// Of a heap of 128 MiB; log and snapshots on the disk in memory take twice as much again.
  private static final MemoryLimits MEMORY = new MemoryLimits(40L << 20, 20L << 20);

  private final Pace pace;
  private final MessageCoalescer shared;
  private final MemoryReplica member;
  private final Replica replica;
  private long sharedNanos = Long.MAX_VALUE;

  MaelstromMember(NodeNames names, Transport transport, RoundTrips trips, NodeLog remarks) {
    ReplicaSettings settings = settings(names);
    pace = new Pace(System::nanoTime, trips);
    long seed = System.nanoTime() ^ (ProcessHandle.current().pid() << 32) ^ names.own();
    shared = new MessageCoalescer(transport, System::nanoTime);
    Replica.Dependencies world =
        new Replica.Dependencies(pace, shared, event -> remarks.write(event.toString()));
    member = new MemoryReplica(settings, storage(), world, seed);
    replica = member.replica();
    remarks.write("member " + names.own() + " of " + names.names() + ", seed " + seed);
    if (names.own() == 0) member.campaign();
  }

  private static ReplicaSettings settings(NodeNames names) {
    RaftConfig raft =
        RaftConfig.of(names.own(), names.membership())
            .withTimes(ELECTION_TICKS_MIN, ELECTION_TICKS_MAX, HEARTBEAT_TICKS)
            .withTraffic(new RaftConfig.TrafficPolicy(true, PACE_TICKS, HEARTBEAT_TICKS))
            .withLimits(
                new RaftConfig.Limits(
                    new RaftConfig.MessageLimits(1_024, MESSAGE_BYTES_MAX, 64, 1 << 20),
                    8 << 20,
                    4_096,
                    1 << 20,
                    new RaftConfig.Retention(2 << 20, 8 << 20)));
    return ReplicaSettings.of(raft)
        .withFollowers(FollowerPolicy.FORWARD)
        .withTimes(TICK_NANOS, REQUEST_TIMEOUT_MILLIS, RETRY_MILLIS)
        .withSnapshotBytes(SNAPSHOT_BYTES)
        .withInbox(
            new InboxLimits(REQUESTS_MAX, WAITING_BYTES_MAX, PEER_MESSAGES_MAX, WAITING_BYTES_MAX))
        .withMemory(MEMORY);
  }

  private static Start.StorageSettings storage() {
    KvLimits limits = new KvLimits(KEY_BYTES_MAX, VALUE_BYTES_MAX, KvLimits.DEFAULT.state());
    return new Start.StorageSettings("maelstrom", LogSettings.small(), limits);
  }

  void receive(PeerMessage message) {
    if (isBusy(message)) pace.busy(replica.raft().isLeader());
    replica.receive(message);
  }

  /// Whether a message shows that something is asked, or a leader missed.
  private static boolean isBusy(PeerMessage message) {
    return switch (message) {
      case PeerMessage.Raft(Message.RequestVote _, long _) -> true;
      case PeerMessage.Raft(Message inner, long _) -> PeerMessage.bringsEntries(inner);
      case PeerMessage.Forward _, PeerMessage.ReadIndexRequest _ -> true;
      default -> false;
    };
  }

  void submit(ClientRequest request, Consumer<ReplyBody> reply) {
    pace.busy(replica.raft().isLeader());
    // Without an id: every line is a request of its own, and the replica sees to it that one which
    // is passed on again is done once.
    replica.submit(
        request.operation(), null, outcome -> reply.accept(ReplyBody.of(request.kind(), outcome)));
  }

  long waitNanos() {
    return Math.min(sharedNanos, pace.realNanosUntil(replica.nextPollNanos()));
  }

  /// Does all that can be done now.
  void cycle() {
    if (replica.raft().leader() == Membership.NONE) pace.busy(false);
    member.cycle();
    sharedNanos = shared.sendDue();
  }

  void abandon() {
    replica.abandon();
  }
}
