package io.jangada.node;

import io.jangada.raft.EntryId;
import io.jangada.raft.Input;
import io.jangada.raft.Membership;
import io.jangada.raft.RaftConfig;
import io.jangada.raft.RaftEvent;
import io.jangada.raft.RaftNode;
import io.jangada.store.DiskFullException;
import io.jangada.store.SnapshotDone;
import io.jangada.store.SnapshotTask;
import io.jangada.store.SnapshotTasks;
import io.jangada.store.StandingFile;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Collections;
import java.util.List;
import java.util.SortedMap;
import java.util.stream.Collectors;

/// How a member comes to take part that began with nothing, or lost what it had: it founds the
/// cluster together with others that are as new, or a leader takes it in. That it takes part is
/// durable before the protocol hears of it. And what it answers to others who ask.
final class Probation {
  private final RaftConfig config;
  private final Replica.World world;
  private final SnapshotTasks tasks;
  private final List<String> damage;
  private final long life;
  private final boolean foundsByMajority;

  /// What the disk says; null for a member that does not keep count.
  private StandingFile durable;

  private boolean marking;
  private Founding founding;
  private RaftEvent.ClusterIdentified identified;
  private int ticks;
  private String told = "";

  Probation(ReplicaSettings settings, Start start, Replica.World world) {
    this.config = settings.raft();
    this.world = world;
    this.tasks = start.snapshots();
    this.damage = start.data().damage();
    this.life = start.life();
    this.foundsByMajority = settings.upkeep().foundingTicks() != Founding.ALL;
    this.durable = start.data().standing().orElse(null);
    boolean isNew =
        isBeginning() || durable != null && foundsByMajority && isUntouched(start.raft());
    if (isNew && start.raft().membership().isVoter(config.id()))
      founding =
          new Founding(
              config.id(),
              durable.incarnation(),
              start.raft().membership().members(),
              settings.upkeep().foundingTicks());
    identify(start.raft());
  }

  /// Time goes by.
  void tick(RaftNode raft) {
    if (ticks == 0)
      for (String what : damage) world.observer().accept(new RaftEvent.DataLost(what));
    identify(raft);
    boolean heartbeat = ticks++ % config.heartbeatTicks() == 0;
    if (founding != null && heartbeat && isStillFounding(raft)) tell(raft);
    if (!raft.standing().probation()) return;
    if (founding != null) founding.tick();
    if (durable.state() == StandingFile.State.MEMBER) markLoss();
    else if (raft.isAdmitted()) mark(durable.in(StandingFile.State.MEMBER));
    else if (founding != null) founding.outcome().ifPresent(all -> mark(durable.founding(all)));
    String waitsFor = waitsFor(raft);
    if (!waitsFor.equals(told)) world.observer().accept(new RaftEvent.InProbation(waitsFor));
    told = waitsFor;
  }

  /// The leader has found that some of this member's data is gone: what is left is other data.
  private void markLoss() {
    founding = null;
    long incarnation = life + durable.damages();
    mark(durable.damaged(incarnation == 0 ? 1 : incarnation).in(StandingFile.State.LOST));
  }

  private void mark(StandingFile next) {
    if (marking) return;
    marking = true;
    tasks.submit(new SnapshotTask.Mark(next));
  }

  /// Takes note of what was done for this. Returns whether it was.
  boolean isDone(SnapshotDone done, RaftNode raft) {
    if (done instanceof SnapshotDone.Failed(SnapshotTask.Mark _, IOException cause)) {
      marking = false;
      if (cause instanceof DiskFullException) return true;
      throw new UncheckedIOException("its standing cannot be written", cause);
    }
    if (!(done instanceof SnapshotDone.Marked(StandingFile written))) return false;
    durable = written;
    marking = false;
    raft.step(
        written.state() == StandingFile.State.MEMBER
            ? new Input.ProbationOver()
            : new Input.DataRenewed(written.incarnation()));
    return true;
  }

  /// Tells the others who is known to be new. A member that got something from a leader, or from a
  /// candidate, is not new any more, and only asks.
  private void tell(RaftNode raft) {
    SortedMap<Integer, Long> known =
        isUntouched(raft) ? founding.known() : Collections.emptySortedMap();
    for (int other : founding.others())
      world.transport().send(new PeerMessage.Founding(config.id(), other, false, known));
  }

  /// Whether this member is in probation or, where a majority founds, as good as new.
  private boolean isStillFounding(RaftNode raft) {
    boolean isNew = founding != null && foundsByMajority && isUntouched(raft);
    return raft.standing().probation() || isNew;
  }

  /// Whether the member has not voted, and got nothing from a leader: it has what it began with,
  /// nothing or a backup. A member in probation that hears a leader votes for it.
  private boolean isUntouched(RaftNode raft) {
    EntryId begin = raft.snapshot() == null ? EntryId.ZERO : raft.snapshot().last();
    boolean isAtBegin = raft.last().equals(begin) && raft.term() == begin.term();
    return isAtBegin && raft.hardState().vote() == Membership.NONE;
  }

  /// Whether the member began with nothing, or with a backup, and does not take part yet.
  private boolean isBeginning() {
    return durable != null
        && switch (durable.state()) {
          case NEW, RESTORED -> true;
          case REPAIRING, LOST, MEMBER -> false;
        };
  }

  /// Which cluster the member is of, as far as it knows.
  private RaftEvent.ClusterIdentified identity(RaftNode raft) {
    if (durable.state() == StandingFile.State.RESTORED)
      return new RaftEvent.ClusterIdentified(durable.clusterId(), durable.originId(), true);
    boolean hasData = durable.state() != StandingFile.State.NEW;
    return new RaftEvent.ClusterIdentified(raft.clusterId(), 0, hasData);
  }

  /// Tells of the cluster when that is news.
  private void identify(RaftNode raft) {
    if (durable == null) return;
    RaftEvent.ClusterIdentified now = identity(raft);
    if (now.equals(identified)) return;
    identified = now;
    world.observer().accept(now);
  }

  void heard(PeerMessage.Founding said, RaftNode raft) {
    if (isStillFounding(raft)) {
      if (founding != null && founding.heard(said)) tell(raft);
    } else if (!said.founded()) {
      SortedMap<Integer, Long> founders =
          durable == null ? Collections.emptySortedMap() : durable.founders();
      world.transport().send(new PeerMessage.Founding(config.id(), said.from(), true, founders));
    }
  }

  /// What it waits for before it takes part, as what follows its name in a sentence; empty when it
  /// takes part.
  String waitsFor(RaftNode raft) {
    if (!raft.standing().probation()) return "";
    if (!isBeginning()) return "lost what it had promised: waits until the leader takes it in anew";
    if (founding == null || founding.isLate())
      return durable.state() == StandingFile.State.RESTORED
          ? "was restored into a cluster that lives: waits until the leader takes it in"
          : "has nothing of what the cluster has: waits until the leader takes it in";
    if (!founding.differing().isEmpty())
      return "does not found a cluster: the settings of "
          + members(founding.differing())
          + " name other members";
    int count = founding.missingCount();
    if (count == 0 || founding.missing().isEmpty())
      return "waits until all members have met, to found the cluster";
    String which = count < founding.missing().size() ? count + " of " : "";
    return "waits to meet " + which + members(founding.missing()) + " before it founds the cluster";
  }

  private static String members(List<Integer> ids) {
    String names = ids.stream().map(String::valueOf).collect(Collectors.joining(", "));
    return (ids.size() == 1 ? "member " : "members ") + names;
  }
}
