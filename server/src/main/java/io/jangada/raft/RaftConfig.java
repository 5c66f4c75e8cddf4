package io.jangada.raft;

/// The settings of a [RaftNode]. Times are in ticks; how long a tick lasts is the caller's affair.
///
/// @param id this member, 0 or more
/// @param bootstrap the membership in force before the log's first entry, the same on all first
///   members; a member that joins later gives the cluster as it knows it, itself left out, and
///   learns the rest from its log
/// @param electionTicksMin a follower that hears of no leader stands after a time drawn between
///   this…
/// @param electionTicksMax …and this. For this long, too, a leader keeps going without hearing from
///   a quorum, and a write to disk may last before the lead is handed over. A transfer is given up
///   after `electionTicksMin`
/// @param heartbeatTicks the longest silence of a leader towards a peer; well under
///   `electionTicksMin`
/// @param priority 10 for an ordinary member; each step below waits a tenth of `electionTicksMin`
///   longer before it stands; 0 never stands unless told to by a leader
/// @param leaseTicks reads are answered without a round for this long after a quorum that answered
///   was asked; 0 (the default) for never. Safe only while no clock runs faster than another by
///   more than `(electionTicksMin - 1) / leaseTicks`, and then only if all members use the same
///   settings (`docs/READS.md`)
/// @param thrift how messages are saved where they cost, and repeated where they get lost
/// @param limits what bounds memory and messages
public record RaftConfig(
    int id,
    Membership bootstrap,
    int electionTicksMin,
    int electionTicksMax,
    int heartbeatTicks,
    int priority,
    int leaseTicks,
    TrafficPolicy traffic,
    Limits limits) {
  public static final int PRIORITY_MAX = 10;

  /// @param quorumOnly entries and rounds go at first only to as many peers as make a quorum; the
  ///   others get them with the next heartbeat, or at once when the quorum is slow
  /// @param paceTicks the shortest time between two such sendings; what comes in between shares the
  ///   next
  /// @param askAgainTicks a candidate asks voters once more that were silent for so long (§5.1),
  ///   where messages get lost; 0: it leaves that to the next election
  /// @param lostTicks once losses are noticed, what a peer has not answered for so long is sent
  ///   again, and more peers than make a quorum are served at first; 0: never
  /// @param sendingsPercentMin the pace is not kept while there were fewer sendings than this part
  ///   of the entries, so that no more than that share one; 0: it is always kept
  public record TrafficPolicy(
      boolean quorumOnly, int paceTicks, int retryTicks, int lostTicks, int sendingsPercentMin) {
    public static final TrafficPolicy NONE = new TrafficPolicy(false, 0, 0);

    public TrafficPolicy(boolean quorumOnly, int paceTicks, int retryTicks) {
      this(quorumOnly, paceTicks, retryTicks, 0, 0);
    }

    public TrafficPolicy {
      require(lostTicks >= 0, "lostTicks " + lostTicks + ", must be 0 or more");
      require(
          sendingsPercentMin >= 0 && sendingsPercentMin <= 100,
          "sendingsPercentMin " + sendingsPercentMin + ", must be 0 to 100");
      require(retryTicks >= 0, "askAgainTicks " + retryTicks + ", must be 0 or more");
      require(paceTicks >= 0, "paceTicks " + paceTicks + ", must be 0 or more");
    }

    public TrafficPolicy withLostTicks(int lostTicks) {
      return new TrafficPolicy(quorumOnly, paceTicks, retryTicks, lostTicks, sendingsPercentMin);
    }

    public TrafficPolicy withSendingsPercentMin(int sendingsPercentMin) {
      return new TrafficPolicy(quorumOnly, paceTicks, retryTicks, lostTicks, sendingsPercentMin);
    }
  }

  /// @param messageEntriesMax entries in one AppendEntries
  /// @param messageBytesMax bytes of entries in one AppendEntries; a single larger entry goes alone
  /// @param inflightMessagesMax unanswered AppendEntries for one peer
  /// @param inflightBytesMax unanswered bytes for one peer
  /// @param uncommittedBytesMax entries that the leader holds and has not committed; beyond, `BUSY`
  /// @param readsMax reads that wait; beyond, `BUSY`
  /// @param applyBytesMax entries handed out for applying in one [Ready]
  /// @param retainedBytes entries kept behind a snapshot, for followers that are a little late
  /// @param heldBytesMax entries kept behind a snapshot for a peer on which one is being installed;
  ///   where that is not enough a later snapshot is installed. It also sets [#keptBytesMax]
  public record Limits(
      int messageEntriesMax,
      int messageBytesMax,
      int inflightMessagesMax,
      int inflightBytesMax,
      long uncommittedBytesMax,
      int readsMax,
      int applyBytesMax,
      long retainedBytes,
      long retainedBytesMax) {
    public static final Limits DEFAULT =
        new Limits(4096, 1 << 20, 64, 8 << 20, 64L << 20, 65_536, 4 << 20, 16L << 20, 64L << 20);

    public Limits {
      require(messageEntriesMax >= 1, atLeastOne("messageEntriesMax", messageEntriesMax));
      require(messageBytesMax >= 1, atLeastOne("messageBytesMax", messageBytesMax));
      require(inflightMessagesMax >= 1, atLeastOne("inflightMessagesMax", inflightMessagesMax));
      require(inflightBytesMax >= 1, atLeastOne("inflightBytesMax", inflightBytesMax));
      require(uncommittedBytesMax >= 1, atLeastOne("uncommittedBytesMax", uncommittedBytesMax));
      require(readsMax >= 1, atLeastOne("readsMax", readsMax));
      require(applyBytesMax >= 1, atLeastOne("applyBytesMax", applyBytesMax));
      require(retainedBytes >= 0, "retainedBytes " + retainedBytes + ", must be 0 or more");
      require(
          retainedBytesMax >= retainedBytes,
          "retainedBytesMax " + retainedBytesMax + ", must be retainedBytes or more");
    }

    /// What the pages of a log have together at most that are kept though they are empty.
    public long keptBytesMax() {
      return keptBytesMax(retainedBytesMax);
    }

    public static long keptBytesMax(long heldBytesMax) {
      return heldBytesMax * 5 / 2;
    }

    private static String atLeastOne(String name, long value) {
      return name + " " + value + ", must be 1 or more";
    }
  }

  public RaftConfig {
    require(id >= 0, "id " + id + ", must be 0 or more");
    require(heartbeatTicks >= 1, "heartbeatTicks " + heartbeatTicks + ", must be 1 or more");
    require(
        electionTicksMin >= 2 * heartbeatTicks,
        "electionTicksMin " + electionTicksMin + ", must be twice heartbeatTicks or more");
    require(
        electionTicksMax >= electionTicksMin,
        "electionTicksMax " + electionTicksMax + ", must be electionTicksMin or more");
    require(
        priority >= 0 && priority <= PRIORITY_MAX,
        "priority " + priority + ", must be 0 to " + PRIORITY_MAX);
    require(
        leaseTicks >= 0 && leaseTicks < electionTicksMin,
        "leaseTicks " + leaseTicks + ", must be less than electionTicksMin");
  }

  /// Settings for a tick of about 10 ms on a local network: elections after 150 to 300 ms (§5.6).
  public static RaftConfig of(int id, Membership bootstrap) {
    return new RaftConfig(
        id, bootstrap, 15, 30, 5, PRIORITY_MAX, 0, TrafficPolicy.NONE, Limits.DEFAULT);
  }

  public RaftConfig withBootstrap(Membership bootstrap) {
    return new RaftConfig(
        id,
        bootstrap,
        electionTicksMin,
        electionTicksMax,
        heartbeatTicks,
        priority,
        leaseTicks,
        traffic,
        limits);
  }

  public RaftConfig withTimes(int electionTicksMin, int electionTicksMax, int heartbeatTicks) {
    return new RaftConfig(
        id,
        bootstrap,
        electionTicksMin,
        electionTicksMax,
        heartbeatTicks,
        priority,
        leaseTicks,
        traffic,
        limits);
  }

  public RaftConfig withPriority(int priority) {
    return new RaftConfig(
        id,
        bootstrap,
        electionTicksMin,
        electionTicksMax,
        heartbeatTicks,
        priority,
        leaseTicks,
        traffic,
        limits);
  }

  public RaftConfig withLeaseTicks(int leaseTicks) {
    return new RaftConfig(
        id,
        bootstrap,
        electionTicksMin,
        electionTicksMax,
        heartbeatTicks,
        priority,
        leaseTicks,
        traffic,
        limits);
  }

  public RaftConfig withThrift(TrafficPolicy thrift) {
    return new RaftConfig(
        id,
        bootstrap,
        electionTicksMin,
        electionTicksMax,
        heartbeatTicks,
        priority,
        leaseTicks,
        thrift,
        limits);
  }

  public RaftConfig withLimits(Limits limits) {
    return new RaftConfig(
        id,
        bootstrap,
        electionTicksMin,
        electionTicksMax,
        heartbeatTicks,
        priority,
        leaseTicks,
        traffic,
        limits);
  }

  private static void require(boolean condition, String message) {
    if (!condition) throw new IllegalArgumentException(message);
  }
}
