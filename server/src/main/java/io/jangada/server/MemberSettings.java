package io.jangada.server;

import io.jangada.kv.KvLimits;
import io.jangada.link.LinkSettings;
import io.jangada.node.DurableMember;
import io.jangada.node.FollowerPolicy;
import io.jangada.node.ReadConsistency;
import io.jangada.node.ReplicaSettings;
import io.jangada.node.Start;
import io.jangada.protocol.etcd.EtcdSettings;
import io.jangada.protocol.text.TextSettings;
import io.jangada.raft.Membership;
import io.jangada.raft.RaftConfig;
import io.jangada.store.DataOpening;
import io.jangada.store.LogSettings;
import java.util.List;

/// How the member of a server takes part, keeps its data and serves clients, from its
/// configuration.
final class MemberSettings {
  private static final int MESSAGE_ENTRIES_MAX = 4_096;
  private static final int MESSAGE_BYTES_MAX = 1 << 20;
  private static final int INFLIGHT_MESSAGES_MAX = 64;
  private static final int READS_MAX = 65_536;
  private static final int APPLY_BYTES_MAX = 4 << 20;
  private static final int GROUP_BYTES_MAX = 4 << 20;
  private static final long NANOS_PER_MILLI = 1_000_000;

  /// How long a majority of new servers waits for the others.
  private static final long BOOTSTRAP_MILLIS = 500;

  /// How long former values are kept for etcd's clients, unless it is set.
  private static final long ETCD_HISTORY_MILLIS = 600_000;

  /// How often the leader has members compare what they hold.
  private static final long DIGEST_MILLIS = 1_000;

  private final Settings settings;
  private final int id;
  private final List<Integer> bootstrap;
  private final int peers;
  private final MemoryPlan memory;

  /// Whether any server has one: history is the leader's affair, whichever leads.
  private final boolean hasEtcdPort;

  MemberSettings(ServerConfig config, int id, MemoryPlan memory) throws ConfigException {
    this.settings = config.settings();
    this.peers = config.servers().size() - 1;
    this.memory = memory;
    this.id = id;
    this.bootstrap = config.initialMembers(id);
    this.hasEtcdPort =
        config.servers().stream().anyMatch(one -> config.port(OptionalPort.ETCD, one) > 0);
  }

  DurableMember.Settings member() {
    LogSettings log =
        new LogSettings(
            settings.whole(Setting.SEGMENT_BYTES), GROUP_BYTES_MAX, memory.logQueueBytes());
    Start.StorageSettings storage =
        new Start.StorageSettings(settings.text(Setting.CLUSTER), log, kv())
            .withPolicy(DataOpening.Policy.DEFAULT.withNewData(DataOpening.NewData.FOUNDS));
    return new DurableMember.Settings(replica(), storage);
  }

  KvLimits kv() {
    return new KvLimits(
        settings.whole(Setting.KEY_BYTES_MAX),
        settings.whole(Setting.VALUE_BYTES_MAX),
        KvLimits.DEFAULT.state());
  }

  /// Whether clients, peers and the replica share one thread: where processors are few, a thread
  /// that is woken costs more than the work it does.
  boolean sharesThread() {
    boolean few = Runtime.getRuntime().availableProcessors() <= 2;
    return settings.is(Setting.THREADS, "shared") || settings.is(Setting.THREADS, "auto") && few;
  }

  TextSettings.Dialect dialect() {
    return TextSettings.Dialect.DEFAULT
        .with(TextSettings.Variant.SEED_SPELLING, settings.flag(Setting.SEED_SPELLING))
        .with(TextSettings.Variant.SET_OVERWRITES, settings.flag(Setting.SET_OVERWRITES))
        .with(TextSettings.Variant.EXPTIME_LEFT, settings.flag(Setting.EXPTIME_LEFT))
        .with(
            TextSettings.Variant.EMPTY_LINES_ANSWERED, settings.flag(Setting.EMPTY_LINES_ANSWERED))
        .with(TextSettings.Variant.NO_REPLY, settings.flag(Setting.NO_REPLY))
        .with(TextSettings.Variant.VERSIONS_PER_KEY, settings.flag(Setting.VERSIONS_PER_KEY));
  }

  EtcdSettings.Requests etcdRequests() {
    return new EtcdSettings.Requests(
        settings.whole(Setting.ETCD_REQUEST_BYTES_MAX),
        settings.whole(Setting.ETCD_TXN_OPS_MAX),
        settings.number(Setting.ETCD_PROGRESS_MILLIS));
  }

  LinkSettings.Limits links() {
    return new LinkSettings.Limits(
        LinkSettings.Limits.frameBytesFor(kv(), limits()), memory.peerQueueBytes(peers));
  }

  private ReplicaSettings replica() {
    long requestTimeout = settings.number(Setting.REQUEST_TIMEOUT_MILLIS);
    return ReplicaSettings.of(raft())
        .withFollowers(
            settings.is(Setting.FOLLOWERS, "forward")
                ? FollowerPolicy.FORWARD
                : FollowerPolicy.HOLD)
        .withTimes(
            settings.number(Setting.TICK_MILLIS) * NANOS_PER_MILLI,
            requestTimeout,
            Math.max(1, requestTimeout / 10))
        .withSnapshotBytes(memory.snapshotBytes())
        .withInbox(memory.inbox())
        .withUpkeep(
            new ReplicaSettings.Upkeep(bootstrapTicks(), ticks(DIGEST_MILLIS))
                .withHistory(history()))
        .withMemory(memory.limits());
  }

  private ReplicaSettings.History history() {
    Settings.Value value = settings.value(Setting.HISTORY_MILLIS).orElseThrow();
    boolean isDefault = value.source().equals(Settings.DEFAULT);
    long millis = hasEtcdPort && isDefault ? ETCD_HISTORY_MILLIS : Long.parseLong(value.text());
    return new ReplicaSettings.History(true, millis, millis == 0 ? 0 : memory.historyBytes());
  }

  private int bootstrapTicks() {
    return settings.is(Setting.FOUNDING, "all") ? -1 : ticks(BOOTSTRAP_MILLIS);
  }

  /// What a `get` promises. A lease is the leader's affair: reads are linearizable with it.
  ReadConsistency reading() {
    if (settings.is(Setting.READS, "follower")) return new ReadConsistency.Follower();
    if (settings.is(Setting.READS, "bounded-stale"))
      return new ReadConsistency.BoundedStale(settings.number(Setting.STALE_MILLIS_MAX));
    return new ReadConsistency.Linearizable();
  }

  private RaftConfig raft() {
    int heartbeat = ticks(settings.number(Setting.HEARTBEAT_MILLIS));
    int electionMin = Math.max(2 * heartbeat, ticks(settings.low(Setting.ELECTION_TIMEOUT_MILLIS)));
    int electionMax = Math.max(electionMin, ticks(settings.high(Setting.ELECTION_TIMEOUT_MILLIS)));
    return RaftConfig.of(id, Membership.of(bootstrap))
        .withTimes(electionMin, electionMax, heartbeat)
        .withLeaseTicks(leaseTicks(electionMin))
        .withLimits(limits());
  }

  /// A clock that runs faster than another by the drift counts `electionMin` ticks while the other
  /// counts `lease`; a tick is left for what rounding costs.
  private int leaseTicks(int electionMin) {
    if (!settings.is(Setting.READS, "lease")) return 0;
    int drift = settings.whole(Setting.LEASE_DRIFT_PERCENT_MAX);
    return Math.max(0, electionMin * 100 / (100 + drift) - 1);
  }

  private RaftConfig.Limits limits() {
    return new RaftConfig.Limits(
        new RaftConfig.MessageLimits(
            MESSAGE_ENTRIES_MAX, MESSAGE_BYTES_MAX, INFLIGHT_MESSAGES_MAX, memory.inflightBytes()),
        memory.uncommittedBytes(),
        READS_MAX,
        APPLY_BYTES_MAX,
        new RaftConfig.Retention(memory.retainedBytes(), memory.retainedBytesMax()));
  }

  private int ticks(long millis) {
    long tick = settings.number(Setting.TICK_MILLIS);
    return (int) Math.max(1, millis / tick);
  }
}
