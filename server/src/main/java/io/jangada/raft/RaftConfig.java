package io.jangada.raft;

/// The settings of a [RaftNode]. Times are in ticks; how long a tick lasts is the caller's affair.
///
/// @param id this member, 0 or more
/// @param bootstrap the active configuration before the log's first entry, the same on all initial
///   members; a member that joins later gives the cluster as it knows it, itself left out, and
///   learns the rest from its log
/// @param traffic how messages are saved where they cost, and repeated where they get lost
/// @param limits what bounds memory and messages
public record RaftConfig(
    int id, Membership bootstrap, Times times, TrafficPolicy traffic, Limits limits) {
  public static final int PRIORITY_MAX = 10;

  /// @param electionTicksMin a follower that hears from no leader campaigns after a time drawn
  ///   between this…
  /// @param electionTicksMax …and this. For this long, too, a leader keeps going without hearing
  ///   from a quorum, and a write to disk may last before leadership is transferred. A transfer is
  ///   given up after `electionTicksMin`
  /// @param heartbeatTicks the longest silence of a leader towards a peer; well under
  ///   `electionTicksMin`
  /// @param priority 10 for an ordinary member; each step below waits a tenth of `electionTicksMin`
  ///   longer before it campaigns; 0 never campaigns unless told to by a leader
  /// @param leaseTicks reads are answered without a round for this long after a quorum that
  ///   answered was asked; 0 (the default) for never. Safe only while no clock runs faster than
  ///   another by more than `(electionTicksMin - 1) / leaseTicks`, and then only if all members use
  ///   the same settings (`docs/READS.md`)
  public record Times(
      int electionTicksMin,
      int electionTicksMax,
      int heartbeatTicks,
      int priority,
      int leaseTicks) {
    /// For a tick of about 10 ms on a local network: elections after 150 to 300 ms (§5.6).
    public static final Times DEFAULT = new Times(15, 30, 5, PRIORITY_MAX, 0);

    public Times {
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
  }

  /// @param quorumOnly entries and rounds go at first only to as many peers as make a quorum; the
  ///   others get them with the next heartbeat, or at once when the quorum is slow
  /// @param paceTicks the shortest time between two such sendings; what comes in between shares the
  ///   next
  /// @param retryTicks a candidate asks voters once more that were silent for so long (§5.1), where
  ///   messages get lost; 0: it leaves that to the next election
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
      require(retryTicks >= 0, "retryTicks " + retryTicks + ", must be 0 or more");
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
  public record MessageLimits(
      int messageEntriesMax, int messageBytesMax, int inflightMessagesMax, int inflightBytesMax) {
    public MessageLimits {
      require(messageEntriesMax >= 1, atLeastOne("messageEntriesMax", messageEntriesMax));
      require(messageBytesMax >= 1, atLeastOne("messageBytesMax", messageBytesMax));
      require(inflightMessagesMax >= 1, atLeastOne("inflightMessagesMax", inflightMessagesMax));
      require(inflightBytesMax >= 1, atLeastOne("inflightBytesMax", inflightBytesMax));
    }
  }

  /// @param bytes entries kept behind a snapshot, for followers that are a little late
  /// @param bytesMax entries kept behind a snapshot for a peer on which one is being installed;
  ///   where that is not enough a later snapshot is installed. It also sets [Limits#keptBytesMax]
  public record Retention(long bytes, long bytesMax) {
    public Retention {
      require(bytes >= 0, "retainedBytes " + bytes + ", must be 0 or more");
      require(
          bytesMax >= bytes, "retainedBytesMax " + bytesMax + ", must be retainedBytes or more");
    }
  }

  /// @param uncommittedBytesMax entries that the leader holds and has not committed; beyond, `BUSY`
  /// @param readsMax reads that wait; beyond, `BUSY`
  /// @param applyBytesMax entries handed out for applying in one [Ready]
  public record Limits(
      MessageLimits messages,
      long uncommittedBytesMax,
      int readsMax,
      int applyBytesMax,
      Retention retention) {
    public static final Limits DEFAULT =
        new Limits(
            new MessageLimits(4096, 1 << 20, 64, 8 << 20),
            64L << 20,
            65_536,
            4 << 20,
            new Retention(16L << 20, 64L << 20));

    public Limits {
      require(uncommittedBytesMax >= 1, atLeastOne("uncommittedBytesMax", uncommittedBytesMax));
      require(readsMax >= 1, atLeastOne("readsMax", readsMax));
      require(applyBytesMax >= 1, atLeastOne("applyBytesMax", applyBytesMax));
    }

    public int messageEntriesMax() {
      return messages.messageEntriesMax;
    }

    public int messageBytesMax() {
      return messages.messageBytesMax;
    }

    public int inflightMessagesMax() {
      return messages.inflightMessagesMax;
    }

    public int inflightBytesMax() {
      return messages.inflightBytesMax;
    }

    public long retainedBytes() {
      return retention.bytes;
    }

    public long retainedBytesMax() {
      return retention.bytesMax;
    }

    /// What the pages of a log have together at most that are kept though they are empty.
    public long keptBytesMax() {
      return keptBytesMax(retention.bytesMax);
    }

    public static long keptBytesMax(long retainedBytesMax) {
      return retainedBytesMax * 5 / 2;
    }
  }

  public RaftConfig {
    require(id >= 0, "id " + id + ", must be 0 or more");
  }

  public static RaftConfig of(int id, Membership bootstrap) {
    return new RaftConfig(id, bootstrap, Times.DEFAULT, TrafficPolicy.NONE, Limits.DEFAULT);
  }

  public int electionTicksMin() {
    return times.electionTicksMin;
  }

  public int electionTicksMax() {
    return times.electionTicksMax;
  }

  public int heartbeatTicks() {
    return times.heartbeatTicks;
  }

  public int priority() {
    return times.priority;
  }

  public int leaseTicks() {
    return times.leaseTicks;
  }

  public RaftConfig withBootstrap(Membership bootstrap) {
    return new RaftConfig(id, bootstrap, times, traffic, limits);
  }

  public RaftConfig withTimes(int electionTicksMin, int electionTicksMax, int heartbeatTicks) {
    return withTimes(
        new Times(
            electionTicksMin, electionTicksMax, heartbeatTicks, times.priority, times.leaseTicks));
  }

  public RaftConfig withPriority(int priority) {
    return withTimes(
        new Times(
            times.electionTicksMin,
            times.electionTicksMax,
            times.heartbeatTicks,
            priority,
            times.leaseTicks));
  }

  public RaftConfig withLeaseTicks(int leaseTicks) {
    return withTimes(
        new Times(
            times.electionTicksMin,
            times.electionTicksMax,
            times.heartbeatTicks,
            times.priority,
            leaseTicks));
  }

  private RaftConfig withTimes(Times times) {
    return new RaftConfig(id, bootstrap, times, traffic, limits);
  }

  public RaftConfig withTraffic(TrafficPolicy traffic) {
    return new RaftConfig(id, bootstrap, times, traffic, limits);
  }

  public RaftConfig withLimits(Limits limits) {
    return new RaftConfig(id, bootstrap, times, traffic, limits);
  }

  private static String atLeastOne(String name, long value) {
    return name + " " + value + ", must be 1 or more";
  }

  private static void require(boolean condition, String message) {
    if (!condition) throw new IllegalArgumentException(message);
  }
}
