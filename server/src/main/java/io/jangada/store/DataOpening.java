package io.jangada.store;

import io.jangada.raft.EntryId;
import io.jangada.raft.HardState;
import io.jangada.raft.Membership;
import io.jangada.raft.SnapshotMeta;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.LongSupplier;

/// Opens the data of a member: incarnation, log, snapshots. Damaged data is never truncated and
/// never served. Where there are other members to fetch it from, the damaged files are set aside,
/// and the member rejoins with a new incarnation and its good snapshots; a member that is alone in
/// its cluster refuses to start.
///
/// The order of the steps matters, for the machine may stop after each: the new incarnation is
/// durable before the first damaged file is moved, and the moving is finished before anything else
/// is done.
public final class DataOpening {
  public record Policy(NewData newData, DamagedData damagedData) {
    public static final Policy DEFAULT = new Policy(NewData.VOTES, DamagedData.SET_ASIDE);

    public Policy withNewData(NewData newData) {
      return new Policy(newData, damagedData);
    }

    public Policy withDamagedData(DamagedData damagedData) {
      return new Policy(newData, damagedData);
    }
  }

  /// What the member of a new directory does.
  public enum NewData {
    /// It votes from the start, as in clusters whose members do not outlive their process.
    VOTES,
    /// It does not vote until it has bootstrapped the cluster with the others, or was readmitted by
    /// them.
    FOUNDS
  }

  /// What is done about damaged data.
  public enum DamagedData {
    /// It is set aside and fetched from the other members.
    SET_ASIDE,
    /// The member does not start.
    REFUSED
  }

  /// What was found.
  ///
  /// @param incarnation empty for a member that keeps none
  /// @param latest the snapshot to start from
  /// @param damage what was damaged, a sentence each; all of it was set aside
  public record Opened(
      Optional<IncarnationFile> incarnation,
      DurableLog.Opened log,
      SnapshotStore snapshots,
      Optional<SnapshotMeta> latest,
      List<String> damage) {}

  /// Whose data it is and how it is kept.
  ///
  /// @param bootstrap the members of which the cluster consisted at first
  public record Owner(Identity identity, LogSettings log, Policy policy, Membership bootstrap) {}

  private final Disk disk;
  private final Owner owner;
  private final Runnable wakeLog;
  private final LongSupplier incarnations;
  private final List<String> damage = new ArrayList<>();
  private Optional<IncarnationFile> incarnation = Optional.empty();
  private boolean isAlone;

  private DataOpening(Disk disk, Owner owner, Runnable wakeLog, LongSupplier incarnations) {
    this.disk = disk;
    this.owner = owner;
    this.wakeLog = wakeLog;
    this.incarnations = incarnations;
  }

  /// Takes the directory for its owner and opens it.
  ///
  /// @param wakeLog called on the submitting thread when there is work for the log
  /// @param incarnations gives numbers that were never given before, in all likelihood
  /// @throws CorruptLogException when the log is damaged and must not be set aside
  /// @throws CorruptSnapshotException when a snapshot is damaged that is needed, and must not be
  ///   done without
  /// @throws IOException when the disk cannot be read, is full or is another member's
  public static Opened open(Disk disk, Owner owner, Runnable wakeLog, LongSupplier incarnations)
      throws IOException {
    DataOpening opening = new DataOpening(disk, owner, wakeLog, incarnations);
    owner.identity.claim(disk);
    opening.readIncarnation();
    return opening.open();
  }

  /// Whether a member has taken part with what is kept here, as far as that shows before it is
  /// opened.
  public static boolean isUsed(Disk disk) throws IOException {
    try {
      Optional<IncarnationFile> file = IncarnationFile.read(disk);
      if (file.isPresent()) return file.get().state() != IncarnationFile.State.NEW;
    } catch (CorruptIncarnationException e) {
      return true;
    }
    return !isUnused(disk);
  }

  private void readIncarnation() throws IOException {
    try {
      incarnation = IncarnationFile.read(disk);
    } catch (CorruptIncarnationException e) {
      if (!decideRepair(Optional.empty())) throw e;
      damage.add(e.getMessage());
      become(IncarnationFile.of(number(), IncarnationFile.State.LOST));
    }
    if (incarnation.isEmpty()) {
      if (owner.policy.newData == NewData.FOUNDS && isUnused(disk))
        become(IncarnationFile.of(number(), IncarnationFile.State.NEW));
      return;
    }
    switch (incarnation.get().state()) {
      case NEW, RESTORED, LOST -> renumberWithoutLog();
      case REPAIRING -> setAside();
      case MEMBER -> {}
    }
  }

  /// A rejoining member tells the leader what its log holds, and must not take that back. If no log
  /// is there it is gone, or there never was one: its data is other data from now on.
  private void renumberWithoutLog() throws IOException {
    if (LogRecovery.segmentNames(disk).isEmpty()) become(incarnation.orElseThrow().anew(number()));
  }

  /// Whether nothing was ever kept here. A directory that was made from a backup has a snapshot.
  private static boolean isUnused(Disk disk) throws IOException {
    return LogRecovery.segmentNames(disk).isEmpty() && SnapshotStore.names(disk).isEmpty();
  }

  private Opened open() throws IOException {
    DurableLog.Opened log = openLog();
    SnapshotStore snapshots = null;
    try {
      // A directory of before there was such a file, or one that was made from a backup.
      if (incarnation.isEmpty() && owner.policy.newData == NewData.FOUNDS)
        become(IncarnationFile.of(number(), IncarnationFile.State.MEMBER));
      snapshots = SnapshotStore.open(disk);
      SnapshotStore.Latest latest = snapshots.latest(log.compacted());
      damage.addAll(latest.damaged());
      return new Opened(incarnation, log, snapshots, latest.meta(), List.copyOf(damage));
    } catch (CorruptSnapshotException e) {
      close(log, snapshots);
      if (!decideRepair(LogReplay.membershipIn(log.entries())))
        throw new CorruptSnapshotException(e.getMessage() + whyNot());
      repair(e.getMessage());
      return open();
    } catch (IOException | RuntimeException e) {
      close(log, snapshots);
      throw e;
    }
  }

  private DurableLog.Opened openLog() throws IOException {
    try {
      needLog(disk, incarnation);
      DurableLog.Opened log = DurableLog.open(disk, owner.log, owner.identity, wakeLog);
      long term = log.hardState().term();
      if (term <= HardState.TERM_MAX) return log;
      log.log().close();
      throw unusable("its term is " + term + ", of at most " + HardState.TERM_MAX);
    } catch (CorruptLogException e) {
      if (!decideRepair(e.membership())) throw e.because(whyNot());
      repair(e.getMessage());
      return DurableLog.open(disk, owner.log, owner.identity, wakeLog);
    }
  }

  private static void close(DurableLog.Opened log, SnapshotStore snapshots) throws IOException {
    try (DurableLog _ = log.log()) {
      if (snapshots != null) snapshots.close();
    }
  }

  /// A member that takes part has a log: it promised something.
  ///
  /// @throws CorruptLogException when it has none
  static void needLog(Disk disk, Optional<IncarnationFile> file) throws IOException {
    boolean promised = file.isPresent() && file.get().state() == IncarnationFile.State.MEMBER;
    if (promised && LogRecovery.segmentNames(disk).isEmpty())
      throw unusable("there is no file of it");
  }

  /// The log as a whole is of no use.
  private static CorruptLogException unusable(String what) {
    return new CorruptLogException(
        new CorruptLogException.Place(DurableLog.DIRECTORY, 0, Optional.empty()), 1, -1, what);
  }

  /// Whether other voters hold what this member held, by the best that is known of the members.
  ///
  /// @param inLog the last membership that could be read in a damaged log
  private boolean decideRepair(Optional<Membership> inLog) throws IOException {
    Optional<Membership> inSnapshot = SnapshotStore.newestMembership(disk);
    Membership known = inLog.or(() -> inSnapshot).orElse(owner.bootstrap);
    int self = owner.identity.memberId();
    isAlone = known.members().stream().noneMatch(each -> each != self && known.isVoter(each));
    return owner.policy.damagedData == DamagedData.SET_ASIDE && !isAlone;
  }

  private String whyNot() {
    return isAlone
        ? "; the cluster has one member: there is no copy to fetch"
        : "; the settings forbid a repair from other members";
  }

  private void repair(String what) throws IOException {
    damage.add(what);
    long number = number();
    become(
        incarnation
            .orElse(IncarnationFile.of(number, IncarnationFile.State.MEMBER))
            .damaged(number));
    setAside();
  }

  private void setAside() throws IOException {
    DamagedFiles.setLogAside(disk, incarnation.orElseThrow().damages());
    SnapshotStore snapshots = SnapshotStore.open(disk);
    snapshots.latest(EntryId.ZERO);
    snapshots.close();
    become(incarnation.orElseThrow().in(IncarnationFile.State.LOST));
  }

  private void become(IncarnationFile next) throws IOException {
    next.write(disk);
    incarnation = Optional.of(next);
  }

  private long number() {
    long number = incarnations.getAsLong();
    return number == 0 ? 1 : number;
  }
}
