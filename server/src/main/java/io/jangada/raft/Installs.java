package io.jangada.raft;

import io.jangada.bytes.Bytes;

/// The snapshots that a leader is sending to peers (§7, Fig. 13), one chunk at a time.
final class Installs {
  /// An install, or the catching up after it, ends without success after so many of the longest
  /// election timeouts without progress.
  private static final long PATIENCE_TIMEOUTS = 4;

  private final Context context;
  private final RaftConfig config;
  private final Outbox out;
  private final Peers peers;

  /// The term of the leader that sends.
  private final long term;

  Installs(Context context, Peers peers, long term) {
    this.context = context;
    this.config = context.config;
    this.out = context.out;
    this.peers = peers;
    this.term = term;
  }

  /// A peer that answers, and whose next entry was compacted already, gets the snapshot.
  ///
  /// @param snapshot the newest own snapshot that can be read, or null
  void begin(int peer, SnapshotMeta snapshot) {
    if (snapshot == null) return;
    Progress progress = peers.get(peer);
    if (progress.state() instanceof Progress.State.Install) return;
    boolean isCompacted = progress.next() <= context.log.compacted().index();
    if (!isCompacted || !peers.isResponsive(progress)) return;
    progress.install(snapshot, context.tick());
    out.events.add(new RaftEvent.InstallStarted(peer, snapshot.last()));
  }

  /// Asks the disk for the chunk that a peer wants next, and gives up where the peer is silent.
  void proceed(int peer, Progress.State.Install install) {
    long tick = context.tick();
    if (tick - install.contactTick() > PATIENCE_TIMEOUTS * config.electionTicksMax()) {
      abandon(peer, install.meta().last());
    } else if (install.requestedTick() < 0
        || tick - install.requestedTick() >= config.electionTicksMin()) {
      out.chunkReads.add(new Ready.ChunkRead(peer, term, install.meta(), install.chunk()));
      peers.get(peer).chunkAsked(tick);
    }
  }

  /// The disk gave the chunk that was asked for: it is sent if it is still wanted.
  void chunkLoaded(Ready.ChunkRead asked, Bytes data) {
    Progress progress = peers.get(asked.peer());
    if (progress != null
        && asked.term() == term
        && progress.state() instanceof Progress.State.Install install
        && install.meta().equals(asked.meta())
        && install.chunk() == asked.chunk())
      out.messages.add(
          new Message.InstallSnapshot(
              config.id(), asked.peer(), term, asked.meta(), asked.chunk(), data));
  }

  /// A snapshot cannot be read any more: each peer that is being sent it is to get another.
  void snapshotLost(EntryId last) {
    for (int peer : peers.ids())
      if (peers.get(peer).state() instanceof Progress.State.Install install
          && install.meta().last().equals(last)) abandon(peer, last);
  }

  private void abandon(int peer, EntryId last) {
    Progress progress = peers.get(peer);
    progress.probe(progress.match() + 1);
    out.events.add(new RaftEvent.InstallEnded(peer, last, false));
  }

  /// The index from which on snapshots are needed by an install; `otherwise` where none is under
  /// way.
  long snapshotsNeededFrom(long otherwise) {
    long from = otherwise;
    for (int peer : peers.ids())
      if (peers.get(peer).state() instanceof Progress.State.Install install)
        from = Math.min(from, install.meta().last().index());
    return from;
  }

  /// The index after which the log is needed by an install, or by a peer that is catching up after
  /// one; `otherwise` where there is none. Without this the peer could find, each time that an
  /// install ends, that the log has gone on without it.
  long logNeededFrom(long otherwise) {
    long from = snapshotsNeededFrom(otherwise);
    for (int peer : peers.ids()) {
      Progress progress = peers.get(peer);
      long silent = context.tick() - progress.contactTick();
      if (!(progress.state() instanceof Progress.State.Install)
          && progress.isCatchingUp()
          && silent <= PATIENCE_TIMEOUTS * config.electionTicksMax())
        from = Math.min(from, progress.match());
    }
    return from;
  }
}
