package io.jangada.sim;

import io.jangada.kv.KvLimits;
import io.jangada.node.InboxLimits;
import io.jangada.node.MemoryLimits;
import io.jangada.node.ReplicaSettings;
import io.jangada.node.Start;
import io.jangada.raft.RaftConfig;
import io.jangada.store.DataOpening;
import io.jangada.store.LogSettings;
import java.util.Collections;
import java.util.EnumSet;
import java.util.Set;
import java.util.random.RandomGenerator;

/// What kind of run a seed is: how many members and clients, which faults there are at all and how
/// often. Each seed draws its own, so that a swarm of seeds meets combinations that no fixed
/// mixture would (swarm testing, Groce et al. 2012).
record SwarmConfig(Members members, Clients clients, Demand demand, Faults faults, Tuning tuning) {

  /// How much clocks may drift so that leases of 12 ticks are just safe: the fastest counts hardly
  /// more than 14 of its ticks while the slowest counts 12.
  private static final int LEASE_DRIFT_PPM_MAX = 75_000;

  /// @param voters the initial members of the cluster
  /// @param spares members that run and may be added later
  /// @param bootstraps whether members keep count of their data: they bootstrap the cluster once
  ///   all of them have met, and a member that comes with new data later must be added
  /// @param startNanosMax how long after the first the last member starts at most
  record Members(int voters, int spares, boolean bootstraps, long startNanosMax) {}

  /// @param thinkNanosMax how long a client waits at most before its next request
  /// @param readsElsewhere whether some reads are served by the member that is asked, leader or not
  /// @param order what else is asked
  record Clients(int count, int keys, long thinkNanosMax, boolean readsElsewhere, Order order) {}

  /// What is asked of the members.
  ///
  /// @param valueBytes how long values are at most; 0 for as short as can be
  /// @param forgetful whether sessions and their replies are forgotten soon. A client in doubt does
  ///   not ask again then, and no member does for a client
  /// @param bursts whether many keys come, and expire, at once
  /// @param leapMillis how far cluster time leaps ahead when the cluster is young; 0 for not at all
  /// @param addresses whether memberships say where members are
  record Demand(
      int valueBytes, boolean forgetful, boolean bursts, long leapMillis, boolean addresses) {
    /// Less than a session is remembered for.
    private static final long LEAP_MILLIS_MAX = 3_000_000;

    /// Longer than what shares a page with others.
    private static final int LARGE_BYTES = 40_000;
  }

  /// The faults of a run.
  ///
  /// @param kinds those that happen
  /// @param narrowLinks whether a member sometimes receives only short messages, and late
  /// @param stormNanos how long faults go on
  /// @param meanNanos the mean time between two of them
  record Faults(
      Set<Fault> kinds, boolean narrowLinks, long stormNanos, long meanNanos, Clocks clocks) {
    Faults {
      kinds = Collections.unmodifiableSet(kinds);
    }

    boolean has(Fault kind) {
      return kinds.contains(kind);
    }

    Faults with(Set<Fault> kinds) {
      return new Faults(kinds, narrowLinks, stormNanos, meanNanos, clocks);
    }

    Faults with(Clocks clocks) {
      return new Faults(kinds, narrowLinks, stormNanos, meanNanos, clocks);
    }
  }

  /// @param driftPpmMax how much a clock runs fast or slow at most
  /// @param leaderSlowPpm by how much a leader's clock runs slow while the leader is isolated; 0,
  ///   as drawn, for no such fault
  record Clocks(int driftPpmMax, int leaderSlowPpm) {}

  /// A kind of fault, drawn in this order.
  enum Fault {
    WEATHER(2),
    PARTITIONS(2),
    CRASHES(2),
    POWER_LOSS(2),
    CRASHES_IN_DISK(2),
    PAUSES(2),
    SLOW_DISK(2),
    FULL_DISK(4),
    FAILED_SYNC(4),
    MEMBERSHIP(2),
    TRANSFERS(2),
    SNAPSHOTS(2),
    /// Faults mostly meet the leader.
    LEADER_HUNT(3),
    /// A member that was just elected is often struck at once, so that terms are short.
    AMBUSH(3),
    /// Members lose all that is on their disk, and come back.
    WIPES(3),
    /// Bits flip on disks.
    ROT(3);

    static final Set<Fault> NONE = EnumSet.noneOf(Fault.class);

    private final int oneRunIn;

    Fault(int oneRunIn) {
      this.oneRunIn = oneRunIn;
    }

    static Set<Fault> draw(RandomGenerator random) {
      Set<Fault> drawn = EnumSet.noneOf(Fault.class);
      for (Fault fault : values()) if (fault.isDrawn(random)) drawn.add(fault);
      return drawn;
    }

    private boolean isDrawn(RandomGenerator random) {
      return oneRunIn == 2 ? random.nextBoolean() : random.nextInt(oneRunIn) == 0;
    }
  }

  /// How members are set.
  ///
  /// @param savesMessages whether they go by a [RaftConfig.TrafficPolicy]
  /// @param leaseTicks how long leases last; 0 for none
  /// @param entriesMax how many entries one message takes at most
  record Tuning(boolean savesMessages, int leaseTicks, int entriesMax, Storage storage, Room room) {
    Tuning withLeaseTicks(int leaseTicks) {
      return new Tuning(savesMessages, leaseTicks, entriesMax, storage, room);
    }

    Tuning with(Storage storage) {
      return new Tuning(savesMessages, leaseTicks, entriesMax, storage, room);
    }

    Tuning with(Room room) {
      return new Tuning(savesMessages, leaseTicks, entriesMax, storage, room);
    }
  }

  /// @param snapshotBytes how often snapshots are made, where the data is small
  /// @param retainedBytes how much log is kept behind a snapshot
  /// @param segmentBytes the size of the log's files
  /// @param diskNanosMax the slowest ordinary write
  record Storage(long snapshotBytes, long retainedBytes, int segmentBytes, long diskNanosMax) {}

  /// How much room members have.
  ///
  /// @param tight whether little may wait: for the leader, for a quorum, for the disk
  /// @param chunkBytes how long a snapshot's chunks are: where there are many, commands go on
  ///   between
  /// @param patienceMillis after which members give up what is not decided
  /// @param dataBytesMax how much memory members have for data, and are given more than that; 0 for
  ///   as much as they want
  /// @param sliceKeys how many keys are removed in a turn
  record Room(
      boolean tight, int chunkBytes, long patienceMillis, int dataBytesMax, int sliceKeys) {}

  /// What is asked of order and history.
  ///
  /// @param clients those of ranges and transactions
  /// @param keys of these clients, of each kind
  /// @param watchers how many watch at once
  record Order(Kept kept, int clients, int keys, int watchers, Asked asked) {
    static final Order NONE =
        new Order(new Kept(ReplicaSettings.History.NONE, false), 0, 1, 0, Asked.NONE);

    private static Order draw(RandomGenerator random) {
      Kept kept = Kept.draw(random);
      int clients = random.nextInt(4);
      int keys = random.nextInt(1, 5);
      int watchers = random.nextInt(5);
      return new Order(kept, clients, keys, watchers, Asked.draw(random));
    }
  }

  /// What else is asked of a cluster with order.
  ///
  /// @param leases whether leases are asked for
  /// @param users whether there are users, and they are checked
  record Asked(boolean leases, boolean users) {
    private static final Asked NONE = new Asked(false, false);

    private static Asked draw(RandomGenerator random) {
      return new Asked(random.nextBoolean(), random.nextInt(4) == 0);
    }
  }

  /// What leaders keep.
  ///
  /// @param disagree whether every other member keeps no history when it leads
  record Kept(ReplicaSettings.History history, boolean disagree) {
    private static Kept draw(RandomGenerator random) {
      boolean counts = random.nextInt(6) != 0;
      boolean keeps = random.nextInt(5) != 0;
      long millis = random.nextBoolean() ? random.nextLong(200, 5_000) : 0;
      long bytes = millis == 0 || random.nextBoolean() ? random.nextLong(500, 20_000) : 0;
      boolean disagree = keeps && random.nextInt(5) == 0;
      var history = new ReplicaSettings.History(counts, keeps ? millis : 0, keeps ? bytes : 0);
      return new Kept(history, disagree);
    }

    ReplicaSettings.History of(int member) {
      if (history == ReplicaSettings.History.NONE) return history;
      boolean keeps = !disagree || member % 2 == 0;
      return keeps ? history : new ReplicaSettings.History(history.countsRevisions(), 0, 0);
    }
  }

  /// The order of what is drawn is part of what a seed means.
  static SwarmConfig draw(RandomGenerator random) {
    int[] sizes = {1, 2, 3, 3, 3, 3, 4, 5, 5, 7};
    int voters = sizes[random.nextInt(sizes.length)];
    Set<Fault> kinds = Fault.draw(random);
    int spares = kinds.contains(Fault.MEMBERSHIP) ? random.nextInt(3) : 0;
    int clientCount = random.nextInt(2, 9);
    int keys = random.nextInt(1, 5);
    long stormNanos = random.nextLong(4, 13) * Scheduler.SECOND;
    long meanNanos = random.nextLong(80, 1_200) * Scheduler.MILLI;
    int driftPpmMax = random.nextInt(3) == 0 ? 25_000 : 500;
    boolean savesMessages = random.nextInt(4) == 0;
    int leaseTicks = random.nextInt(3) == 0 ? 12 : 0;
    int entriesMax = random.nextInt(3) == 0 ? 1 : random.nextInt(2, 12);
    long thinkNanosMax = random.nextLong(2, 80) * Scheduler.MILLI;
    long snapshotBytes =
        random.nextInt(3) == 0 ? random.nextLong(200, 2_000) : random.nextLong(2_000, 40_000);
    long retainedBytes = random.nextBoolean() ? 0 : random.nextLong(10_000);
    long diskNanosMax = random.nextLong(200_000, 8_000_000);
    boolean readsElsewhere = random.nextBoolean();
    boolean narrowLinks = random.nextInt(3) == 0;
    boolean bootstraps = kinds.contains(Fault.WIPES) || random.nextInt(3) == 0;
    long startNanosMax = random.nextInt(3) == 0 ? random.nextLong(2_000) * Scheduler.MILLI : 0;
    int segmentBytes = random.nextInt(3) == 0 ? 64 << 10 : 2 << 10 << random.nextInt(4);
    int size = random.nextInt(12);
    int valueBytes = size > 3 ? 0 : size == 0 ? Demand.LARGE_BYTES : random.nextInt(10, 4_000);
    boolean forgetful = random.nextInt(5) == 0;
    boolean bursts = random.nextInt(4) == 0;
    boolean tight = random.nextInt(6) == 0 && valueBytes < Demand.LARGE_BYTES;
    long leapMillis = random.nextInt(4) == 0 ? random.nextLong(10_000, Demand.LEAP_MILLIS_MAX) : 0;
    boolean addresses = random.nextInt(3) == 0;
    int chunkBytes = random.nextInt(3) == 0 ? KvLimits.CHUNK_BYTES : random.nextInt(400, 6_000);
    long patienceMillis = random.nextInt(3) != 0 ? 2_000 : random.nextLong(50, 600);
    if (leaseTicks > 0 && random.nextInt(3) == 0) driftPpmMax = LEASE_DRIFT_PPM_MAX;
    int dataBytesMax = random.nextInt(8) == 0 ? random.nextInt(400_000, 800_000) : 0;
    Order order = Order.draw(random);
    int sliceKeys = random.nextInt(3) == 0 ? random.nextInt(1, 4) : KvLimits.SLICE_KEYS;

    Clocks clocks = new Clocks(driftPpmMax, 0);
    Storage storage = new Storage(snapshotBytes, retainedBytes, segmentBytes, diskNanosMax);
    Room room = new Room(tight, chunkBytes, patienceMillis, dataBytesMax, sliceKeys);
    return new SwarmConfig(
        new Members(voters, spares, bootstraps, startNanosMax),
        new Clients(clientCount, keys, thinkNanosMax, readsElsewhere, order),
        new Demand(valueBytes, forgetful, bursts, leapMillis, addresses),
        new Faults(kinds, narrowLinks, stormNanos, meanNanos, clocks),
        new Tuning(savesMessages, leaseTicks, entriesMax, storage, room));
  }

  SwarmConfig withLeases(int leaseTicks, int driftPpmMax) {
    Clocks clocks = new Clocks(driftPpmMax, faults.clocks.leaderSlowPpm);
    return with(tuning.withLeaseTicks(leaseTicks)).with(faults.with(clocks));
  }

  /// Leaders with slow clocks that are isolated, and no other faults.
  SwarmConfig withSlowLeaders(int ppm) {
    return with(faults.with(Fault.NONE).with(new Clocks(0, ppm)));
  }

  /// A cluster of so many that bootstraps itself, and no faults but what a test plans.
  SwarmConfig bootstrapping(int voters) {
    Clocks clocks = new Clocks(500, 0);
    return new SwarmConfig(
        new Members(voters, 0, true, 0),
        clients,
        demand,
        new Faults(Fault.NONE, false, 6 * Scheduler.SECOND, faults.meanNanos, clocks),
        tuning);
  }

  /// The same with snapshots made again and again, and no log kept behind them.
  SwarmConfig snapshotting() {
    Storage usual = tuning.storage;
    return with(tuning.with(new Storage(500, 0, usual.segmentBytes, usual.diskNanosMax)));
  }

  /// The same with so much memory for data, and clients that want more.
  SwarmConfig hoarding(int dataBytesMax) {
    Room usual = tuning.room;
    return with(
        tuning.with(
            new Room(
                usual.tight,
                usual.chunkBytes,
                usual.patienceMillis,
                dataBytesMax,
                usual.sliceKeys)));
  }

  private SwarmConfig with(Faults faults) {
    return new SwarmConfig(members, clients, demand, faults, tuning);
  }

  private SwarmConfig with(Tuning tuning) {
    return new SwarmConfig(members, clients, demand, faults, tuning);
  }

  Order order() {
    return clients.order;
  }

  SwarmConfig withoutOrder() {
    Clients fewer =
        new Clients(
            clients.count, clients.keys, clients.thinkNanosMax, clients.readsElsewhere, Order.NONE);
    Room usual = tuning.room;
    Room room =
        new Room(
            usual.tight,
            usual.chunkBytes,
            usual.patienceMillis,
            usual.dataBytesMax,
            KvLimits.SLICE_KEYS);
    return new SwarmConfig(members, fewer, demand, faults, tuning.with(room));
  }

  /// Whether a majority of members that have met bootstrap the cluster, where some start late.
  boolean bootstrapsByMajority() {
    return members.bootstraps && members.startNanosMax > 0;
  }

  /// Members whose memory is little, and is filled.
  boolean hoards() {
    return tuning.room.dataBytesMax > 0;
  }

  /// Snapshots of much data come seldom: each of them is written whole.
  long snapshotBytes() {
    return Math.max(tuning.storage.snapshotBytes, tuning.room.dataBytesMax / 8);
  }

  /// The log's pages alone are 64 KiB each.
  MemoryLimits memory() {
    if (!hoards()) return MemoryLimits.NONE;
    long log = 2 * snapshotBytes() + tuning.storage.retainedBytes + 350_000;
    return new MemoryLimits(log + tuning.room.dataBytesMax, log);
  }

  Start.StorageSettings storage() {
    int queueBytesMax = tuning.room.tight ? 16 << 10 : 16 << 20;
    LogSettings log = new LogSettings(tuning.storage.segmentBytes, 64 << 10, queueBytesMax);
    DataOpening.NewData newData =
        members.bootstraps ? DataOpening.NewData.FOUNDS : DataOpening.NewData.VOTES;
    return new Start.StorageSettings("sim", log, limits())
        .withPolicy(DataOpening.Policy.DEFAULT.withNewData(newData));
  }

  KvLimits limits() {
    KvLimits usual = KvLimits.DEFAULT.withSliceKeys(tuning.room.sliceKeys);
    int few = clients.count + order().clients;
    KvLimits.State state = new KvLimits.State(1 + few, 2, 3 + few, 1_500, 2);
    return demand.forgetful
        ? new KvLimits(usual.keyBytesMax(), usual.valueBytesMax(), state, usual.sliceKeys())
        : usual;
  }

  InboxLimits inbox() {
    return tuning.room.tight ? new InboxLimits(4, 2_000, 64, 20_000) : InboxLimits.DEFAULT;
  }

  RaftConfig.Limits raftLimits() {
    return new RaftConfig.Limits(
        new RaftConfig.MessageLimits(tuning.entriesMax, 2_000, 4, 6_000),
        tuning.room.tight ? 2_000 : 200_000,
        tuning.room.tight ? 3 : 1_000,
        4_000,
        new RaftConfig.Retention(tuning.storage.retainedBytes, 50_000));
  }

  RaftConfig.TrafficPolicy traffic() {
    if (!tuning.savesMessages) return RaftConfig.TrafficPolicy.NONE;
    return new RaftConfig.TrafficPolicy(true, 1, 4).withLostTicks(2).withSendingsPercentMin(75);
  }
}
