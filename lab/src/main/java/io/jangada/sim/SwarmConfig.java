package io.jangada.sim;

import io.jangada.kv.KvLimits;
import io.jangada.node.InboxLimits;
import io.jangada.node.MemoryLimits;
import io.jangada.node.Start;
import io.jangada.raft.RaftConfig;
import io.jangada.store.LogSettings;
import java.util.random.RandomGenerator;

/// What kind of run a seed is: how many members and clients, which faults there are at all and how
/// often. Each seed draws its own, so that a swarm of seeds meets combinations that no fixed
/// mixture would (swarm testing, Groce et al. 2012).
///
/// @param voters the members that found the cluster
/// @param spares members that run and may be taken in later
/// @param stormNanos how long faults go on
/// @param faultNanos the mean time between two faults
/// @param driftPpmMax how much a clock runs fast or slow at most
/// @param thrift whether members save messages
/// @param leaseTicks how long leases last; 0 for none
/// @param entriesMax how many entries one message takes at most
/// @param thinkNanosMax how long a client waits at most before it asks again
/// @param snapshotBytes how often snapshots are made
/// @param retainedBytes how much log is kept behind a snapshot
/// @param diskNanosMax the slowest ordinary write
/// @param kinds which faults happen
/// @param readsElsewhere whether some reads are served by whichever member is asked
/// @param narrowLinks whether a member sometimes hears only short messages, and late
/// @param founds whether members keep count of their data: they found the cluster once all of them
///   have met, and who comes with new data later must be taken in
/// @param segmentBytes the size of the log's files
/// @param startNanosMax how long after the first the last member starts at most
/// @param leaderSlowPpm by how much a leader's clock runs slow while the leader is cut off; 0, as
///   drawn, for no such fault
/// @param demand what is asked of the members, and how much room they have for it
record SwarmConfig(
    int voters,
    int spares,
    int clients,
    int keys,
    long stormNanos,
    long faultNanos,
    int driftPpmMax,
    boolean thrift,
    int leaseTicks,
    int entriesMax,
    long thinkNanosMax,
    long snapshotBytes,
    long retainedBytes,
    long diskNanosMax,
    FaultSet kinds,
    boolean readsElsewhere,
    boolean narrowLinks,
    boolean founds,
    long startNanosMax,
    int segmentBytes,
    int leaderSlowPpm,
    Demand demand) {

  /// Snapshots of much data come seldom: each of them is written whole.
  SwarmConfig {
    snapshotBytes = Math.max(snapshotBytes, demand.dataBytesMax / 8);
  }

  /// How much clocks may drift so that leases of 12 ticks are just safe: the fastest counts hardly
  /// more than 14 of its ticks while the slowest counts 12.
  private static final int LEASE_DRIFT_PPM_MAX = 75_000;

  /// The kinds of faults that a run has.
  ///
  /// @param leaderHunt faults mostly meet whoever leads
  /// @param ambush whoever was just elected is often struck at once, so that reigns are short
  /// @param wipes members lose all that is on their disk, and come back
  /// @param rot bits flip on disks
  record FaultSet(
      boolean weather,
      boolean partitions,
      boolean crashes,
      boolean powerLoss,
      boolean crashesInDisk,
      boolean pauses,
      boolean slowDisk,
      boolean fullDisk,
      boolean failedSync,
      boolean membership,
      boolean transfers,
      boolean snapshots,
      boolean leaderHunt,
      boolean ambush,
      boolean wipes,
      boolean rot) {
    static final FaultSet NONE =
        new FaultSet(
            false, false, false, false, false, false, false, false, false, false, false, false,
            false, false, false, false);

    static FaultSet draw(RandomGenerator random) {
      return new FaultSet(
          random.nextBoolean(),
          random.nextBoolean(),
          random.nextBoolean(),
          random.nextBoolean(),
          random.nextBoolean(),
          random.nextBoolean(),
          random.nextBoolean(),
          random.nextInt(4) == 0,
          random.nextInt(4) == 0,
          random.nextBoolean(),
          random.nextBoolean(),
          random.nextBoolean(),
          random.nextInt(3) == 0,
          random.nextInt(3) == 0,
          random.nextInt(3) == 0,
          random.nextInt(3) == 0);
    }
  }

  /// What is asked of the members, and how much room they have for it.
  ///
  /// @param valueBytes how long values are at most; 0 for as short as can be
  /// @param forgetful whether clients and their answers are forgotten soon. Whoever is in doubt
  ///   does not ask again then, and no member does for a client
  /// @param bursts whether many keys come, and expire, at once
  /// @param tight whether little may wait: for the leader, for a quorum, for the disk
  /// @param leapMillis how far cluster time leaps ahead when the cluster is young; 0 for not at all
  /// @param addresses whether memberships say where members are
  /// @param chunkBytes how long a snapshot's chunks are: where there are many, commands go on
  ///   between
  /// @param patienceMillis after which members give up what is not decided
  /// @param dataBytesMax how much memory members have for data, and are given more than that; 0 for
  ///   as much as they want
  record Demand(
      int valueBytes,
      boolean forgetful,
      boolean bursts,
      boolean tight,
      long leapMillis,
      boolean addresses,
      int chunkBytes,
      long patienceMillis,
      int dataBytesMax) {
    /// Less than a client is remembered for.
    private static final long LEAP_MILLIS_MAX = 3_000_000;

    static Demand draw(RandomGenerator random) {
      int size = random.nextInt(12);
      int valueBytes = size > 3 ? 0 : size == 0 ? LARGE_BYTES : random.nextInt(10, 4_000);
      return new Demand(
          valueBytes,
          random.nextInt(5) == 0,
          random.nextInt(4) == 0,
          random.nextInt(6) == 0 && valueBytes < LARGE_BYTES,
          random.nextInt(4) == 0 ? random.nextLong(10_000, LEAP_MILLIS_MAX) : 0,
          random.nextInt(3) == 0,
          random.nextInt(3) == 0 ? KvLimits.CHUNK_BYTES : random.nextInt(400, 6_000),
          random.nextInt(3) != 0 ? 2_000 : random.nextLong(50, 600),
          0);
    }

    Demand withDataBytesMax(int bytes) {
      return new Demand(
          valueBytes,
          forgetful,
          bursts,
          tight,
          leapMillis,
          addresses,
          chunkBytes,
          patienceMillis,
          bytes);
    }

    /// Longer than what shares a page with others.
    private static final int LARGE_BYTES = 40_000;
  }

  static SwarmConfig draw(RandomGenerator random) {
    int[] sizes = {1, 2, 3, 3, 3, 3, 4, 5, 5, 7};
    int voters = sizes[random.nextInt(sizes.length)];
    FaultSet kinds = FaultSet.draw(random);
    SwarmConfig odds =
        new SwarmConfig(
            voters,
            kinds.membership ? random.nextInt(3) : 0,
            random.nextInt(2, 9),
            random.nextInt(1, 5),
            random.nextLong(4, 13) * Scheduler.SECOND,
            random.nextLong(80, 1_200) * Scheduler.MILLI,
            random.nextInt(3) == 0 ? 25_000 : 500,
            random.nextInt(4) == 0,
            random.nextInt(3) == 0 ? 12 : 0,
            random.nextInt(3) == 0 ? 1 : random.nextInt(2, 12),
            random.nextLong(2, 80) * Scheduler.MILLI,
            random.nextInt(3) == 0 ? random.nextLong(200, 2_000) : random.nextLong(2_000, 40_000),
            random.nextBoolean() ? 0 : random.nextLong(10_000),
            random.nextLong(200_000, 8_000_000),
            kinds,
            random.nextBoolean(),
            random.nextInt(3) == 0,
            kinds.wipes || random.nextInt(3) == 0,
            random.nextInt(3) == 0 ? random.nextLong(2_000) * Scheduler.MILLI : 0,
            random.nextInt(3) == 0 ? 64 << 10 : 2 << 10 << random.nextInt(4),
            0,
            Demand.draw(random));
    boolean drifts = odds.leaseTicks > 0 && random.nextInt(3) == 0;
    if (drifts) odds = odds.withLeases(odds.leaseTicks, LEASE_DRIFT_PPM_MAX);
    return random.nextInt(8) == 0 ? odds.hoarding(random.nextInt(400_000, 800_000)) : odds;
  }

  SwarmConfig withLeases(int leaseTicks, int driftPpmMax) {
    return with(leaseTicks, driftPpmMax, kinds, leaderSlowPpm);
  }

  /// Leaders with slow clocks that are cut off, and no other faults.
  SwarmConfig withSlowLeaders(int ppm) {
    return with(leaseTicks, 0, FaultSet.NONE, ppm);
  }

  /// A cluster of so many that founds itself, and no faults but what a test plans.
  SwarmConfig founding(int founders) {
    return new SwarmConfig(
        founders,
        0,
        clients,
        keys,
        6 * Scheduler.SECOND,
        faultNanos,
        500,
        thrift,
        leaseTicks,
        entriesMax,
        thinkNanosMax,
        snapshotBytes,
        retainedBytes,
        diskNanosMax,
        FaultSet.NONE,
        readsElsewhere,
        false,
        true,
        0,
        segmentBytes,
        0,
        demand);
  }

  /// The same with snapshots made again and again, and no log kept behind them.
  SwarmConfig snapshotting() {
    return new SwarmConfig(
        voters,
        spares,
        clients,
        keys,
        stormNanos,
        faultNanos,
        driftPpmMax,
        thrift,
        leaseTicks,
        entriesMax,
        thinkNanosMax,
        500,
        0,
        diskNanosMax,
        kinds,
        readsElsewhere,
        narrowLinks,
        founds,
        startNanosMax,
        segmentBytes,
        leaderSlowPpm,
        demand);
  }

  /// The same with so much memory for data, and clients that want more.
  SwarmConfig hoarding(int dataBytesMax) {
    return new SwarmConfig(
        voters,
        spares,
        clients,
        keys,
        stormNanos,
        faultNanos,
        driftPpmMax,
        thrift,
        leaseTicks,
        entriesMax,
        thinkNanosMax,
        snapshotBytes,
        retainedBytes,
        diskNanosMax,
        kinds,
        readsElsewhere,
        narrowLinks,
        founds,
        startNanosMax,
        segmentBytes,
        leaderSlowPpm,
        demand.withDataBytesMax(dataBytesMax));
  }

  private SwarmConfig with(int leaseTicks, int driftPpmMax, FaultSet kinds, int leaderSlowPpm) {
    return new SwarmConfig(
        voters,
        spares,
        clients,
        keys,
        stormNanos,
        faultNanos,
        driftPpmMax,
        thrift,
        leaseTicks,
        entriesMax,
        thinkNanosMax,
        snapshotBytes,
        retainedBytes,
        diskNanosMax,
        kinds,
        readsElsewhere,
        narrowLinks,
        founds,
        startNanosMax,
        segmentBytes,
        leaderSlowPpm,
        demand);
  }

  /// Whether a majority of members that have met found the cluster, where some start late.
  boolean foundsByMajority() {
    return founds && startNanosMax > 0;
  }

  /// Members whose memory is little, and is filled.
  boolean hoards() {
    return demand.dataBytesMax > 0;
  }

  /// The log's pages alone are 64 KiB each.
  MemoryLimits memory() {
    if (!hoards()) return MemoryLimits.NONE;
    long log = 2 * snapshotBytes + retainedBytes + 350_000;
    return new MemoryLimits(log + demand.dataBytesMax, log);
  }

  Start.StorageSettings storage() {
    LogSettings log = new LogSettings(segmentBytes, 64 << 10, demand.tight ? 16 << 10 : 16 << 20);
    return new Start.StorageSettings("sim", log, limits()).withFounds(founds);
  }

  KvLimits limits() {
    KvLimits usual = KvLimits.DEFAULT;
    KvLimits.State few = new KvLimits.State(1 + clients, 2, 3 + clients, 1_500, 2);
    return demand.forgetful ? new KvLimits(usual.keyBytesMax(), usual.valueBytesMax(), few) : usual;
  }

  InboxLimits inbox() {
    return demand.tight ? new InboxLimits(4, 2_000, 64, 20_000) : InboxLimits.DEFAULT;
  }

  RaftConfig.Limits raftLimits() {
    return new RaftConfig.Limits(
        entriesMax,
        2_000,
        4,
        6_000,
        demand.tight ? 2_000 : 200_000,
        demand.tight ? 3 : 1_000,
        4_000,
        retainedBytes,
        50_000);
  }

  RaftConfig.TrafficPolicy thriftSettings() {
    if (!thrift) return RaftConfig.TrafficPolicy.NONE;
    return new RaftConfig.TrafficPolicy(true, 1, 4).withLostTicks(2).withSendingsPercentMin(75);
  }
}
