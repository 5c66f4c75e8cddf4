package io.jangada.node;

import io.jangada.raft.EntryId;
import io.jangada.raft.Input;
import io.jangada.raft.Membership;
import io.jangada.raft.RaftConfig;
import io.jangada.raft.RaftEvent;
import io.jangada.raft.RaftNode;
import io.jangada.store.DiskFullException;
import io.jangada.store.IncarnationFile;
import io.jangada.store.SnapshotDone;
import io.jangada.store.SnapshotTask;
import io.jangada.store.SnapshotTasks;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Collections;
import java.util.List;
import java.util.SortedMap;
import java.util.stream.Collectors;

/// How a member comes to take part that began with nothing, or lost what it had: it bootstraps the
/// cluster together with others that are as new, or a leader readmits it. That it takes part is
/// durable before the protocol learns it. Bootstrap messages of others are answered here as well.
final class Rejoin {
  private final RaftConfig config;
  private final Replica.Dependencies world;
  private final SnapshotTasks tasks;
  private final List<String> damage;
  private final long bootId;
  private final boolean bootstrapsByMajority;

  /// What the disk says; null for a member that does not keep count.
  private IncarnationFile durable;

  private boolean marking;
  private Bootstrap bootstrap;
  private RaftEvent.ClusterIdentified identified;
  private int ticks;
  private String reported = "";

  Rejoin(ReplicaSettings settings, Start start, Replica.Dependencies world) {
    this.config = settings.raft();
    this.world = world;
    this.tasks = start.snapshots();
    this.damage = start.boot().damage();
    this.bootId = start.boot().id();
    this.bootstrapsByMajority = settings.upkeep().bootstrapTicks() != Bootstrap.ALL;
    this.durable = start.boot().incarnation().orElse(null);
    boolean isNew =
        isBeginning() || durable != null && bootstrapsByMajority && isUntouched(start.raft());
    if (isNew && start.raft().membership().isVoter(config.id()))
      bootstrap =
          new Bootstrap(
              config.id(),
              durable.incarnation(),
              start.raft().membership().members(),
              settings.upkeep().bootstrapTicks());
    identify(start.raft());
  }

  /// Time goes by.
  void tick(RaftNode raft) {
    if (ticks == 0)
      for (String what : damage) world.observer().accept(new RaftEvent.DataLost(what));
    identify(raft);
    boolean heartbeat = ticks++ % config.heartbeatTicks() == 0;
    if (bootstrap != null && heartbeat && isStillBootstrapping(raft)) announce(raft);
    if (!raft.incarnation().rejoining()) return;
    if (bootstrap != null) bootstrap.tick();
    if (durable.state() == IncarnationFile.State.MEMBER) markLoss();
    else if (raft.isReadmitted()) mark(durable.in(IncarnationFile.State.MEMBER));
    else if (bootstrap != null)
      bootstrap.outcome().ifPresent(all -> mark(durable.bootstrapping(all)));
    String waitsFor = waitsFor(raft);
    if (!waitsFor.equals(reported)) world.observer().accept(new RaftEvent.Rejoining(waitsFor));
    reported = waitsFor;
  }

  /// The leader has found that some of this member's data is gone: what is left is other data.
  private void markLoss() {
    bootstrap = null;
    long incarnation = bootId + durable.damages();
    mark(durable.damaged(incarnation == 0 ? 1 : incarnation).in(IncarnationFile.State.LOST));
  }

  private void mark(IncarnationFile next) {
    if (marking) return;
    marking = true;
    tasks.submit(new SnapshotTask.Mark(next));
  }

  /// Takes note of what was done for this. Returns whether it was.
  boolean complete(SnapshotDone done, RaftNode raft) {
    if (done instanceof SnapshotDone.Failed(SnapshotTask.Mark _, IOException cause)) {
      marking = false;
      if (cause instanceof DiskFullException) return true;
      throw new UncheckedIOException("the incarnation cannot be written", cause);
    }
    if (!(done instanceof SnapshotDone.Marked(IncarnationFile written))) return false;
    durable = written;
    marking = false;
    raft.step(
        written.state() == IncarnationFile.State.MEMBER
            ? new Input.Readmitted()
            : new Input.DataRenewed(written.incarnation()));
    return true;
  }

  /// Sends the others the members that are known to be new. A member that got something from a
  /// leader, or from a candidate, is not new any more, and only asks.
  private void announce(RaftNode raft) {
    SortedMap<Integer, Long> known =
        isUntouched(raft) ? bootstrap.known() : Collections.emptySortedMap();
    for (int other : bootstrap.others())
      world.transport().send(new PeerMessage.Bootstrap(config.id(), other, false, known));
  }

  /// Whether this member is rejoining or, where a majority bootstraps, as good as new.
  private boolean isStillBootstrapping(RaftNode raft) {
    boolean isNew = bootstrap != null && bootstrapsByMajority && isUntouched(raft);
    return raft.incarnation().rejoining() || isNew;
  }

  /// Whether the member has not voted, and got nothing from a leader: it has what it began with,
  /// nothing or a backup. A rejoining member that gets a leader's message votes for it.
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
    if (durable.state() == IncarnationFile.State.RESTORED)
      return new RaftEvent.ClusterIdentified(
          durable.restored().clusterId(), durable.restored().originId(), true);
    boolean hasData = durable.state() != IncarnationFile.State.NEW;
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

  void handle(PeerMessage.Bootstrap message, RaftNode raft) {
    if (isStillBootstrapping(raft)) {
      if (bootstrap != null && bootstrap.handle(message)) announce(raft);
    } else if (!message.takesPart()) {
      SortedMap<Integer, Long> initialMembers =
          durable == null ? Collections.emptySortedMap() : durable.initialMembers();
      world
          .transport()
          .send(new PeerMessage.Bootstrap(config.id(), message.from(), true, initialMembers));
    }
  }

  /// What it waits for before it takes part, as what follows its name in a sentence; empty when it
  /// takes part.
  String waitsFor(RaftNode raft) {
    if (!raft.incarnation().rejoining()) return "";
    if (!isBeginning())
      return "lost data that it had acknowledged: waits until the leader readmits it";
    if (bootstrap == null || bootstrap.isLate())
      return durable.state() == IncarnationFile.State.RESTORED
          ? "was restored, but its old cluster runs: waits until the leader readmits it"
          : "has none of the cluster's data: waits until the leader readmits it";
    if (!bootstrap.differing().isEmpty())
      return "does not bootstrap the cluster: the settings of "
          + members(bootstrap.differing())
          + " name other members";
    int count = bootstrap.missingCount();
    if (count == 0 || bootstrap.missing().isEmpty())
      return "waits until all members are connected, to bootstrap the cluster";
    String which = count < bootstrap.missing().size() ? count + " of " : "";
    return "waits for " + which + members(bootstrap.missing()) + " to bootstrap the cluster";
  }

  private static String members(List<Integer> ids) {
    String names = ids.stream().map(String::valueOf).collect(Collectors.joining(", "));
    return (ids.size() == 1 ? "member " : "members ") + names;
  }
}
