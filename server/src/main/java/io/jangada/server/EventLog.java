package io.jangada.server;

import io.jangada.link.LinkEvent;
import io.jangada.raft.EntryId;
import io.jangada.raft.Membership;
import io.jangada.raft.RaftEvent;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;

/// The log of one server: a line for what people who run a cluster want to know, and none for what
/// happens with every command or heartbeat. May be called from any thread; what the protocol says
/// comes from one.
final class EventLog {
  private static final Logger LOG = LoggerFactory.getLogger(EventLog.class);

  /// So many times a server asks for votes in vain before it is told.
  private static final int ASKED_IN_VAIN = 20;

  private static final long MEBIBYTE = 1 << 20;

  private final int id;
  private volatile long term;
  private volatile String role = "follower";
  private int asked;
  private String followed = "";
  private final Map<Integer, String> refused = new HashMap<>();

  EventLog(int id) {
    this.id = id;
  }

  /// Whether the server leads, by what was told last.
  boolean isLeader() {
    return role.equals("leader");
  }

  void debug(String what) {
    log(Level.DEBUG, what);
  }

  void info(String what) {
    log(Level.INFO, what);
  }

  void warn(String what) {
    log(Level.WARN, what);
  }

  void error(String what) {
    log(Level.ERROR, what);
  }

  /// @param thrown shown whole from `debug` on
  void error(String what, Throwable thrown) {
    log(Level.ERROR, what);
    if (LOG.isDebugEnabled()) LOG.debug("because of", thrown);
  }

  private void log(Level level, String what) {
    LOG.atLevel(level)
        .addKeyValue("node", id)
        .addKeyValue("term", term)
        .addKeyValue("role", role)
        .log("server " + id + " " + what);
  }

  /// What the protocol has to tell.
  void event(RaftEvent event) {
    switch (event) {
      case RaftEvent.ElectionStarted(long term, boolean preVote) -> election(term, preVote);
      case RaftEvent.VoteCast(long term, int candidate) ->
          log(Level.DEBUG, "votes for server " + candidate + " in term " + term);
      case RaftEvent.LeaderElected(long term) -> {
        become("leader", term);
        info("leads term " + term);
      }
      case RaftEvent.FollowerOf(long term, int leader) -> follows(term, leader);
      case RaftEvent.SteppedDown(long term, RaftEvent.Cause cause) -> {
        become("follower", term);
        info("steps down in term " + term + ": " + because(cause));
      }
      case RaftEvent.LogTruncated(EntryId last) ->
          info(
              "cuts its log after entry "
                  + last.index()
                  + ": what followed conflicts with the leader's log");
      case RaftEvent.LogCompacted(EntryId base) ->
          info("has a snapshot, and lets go of its log up to entry " + base.index());
      case RaftEvent.ConfigurationChanged(long index, Membership membership) ->
          info("goes by the members of entry " + index + ": " + membership);
      case RaftEvent.TransferStarted(int target) -> info("hands the lead to server " + target);
      case RaftEvent.TransferAbandoned(int target) ->
          warn("gives up handing the lead to server " + target);
      case RaftEvent.StorageStalled(boolean stalled) -> {
        if (stalled) warn("waits for its disk, which is very slow");
        else info("has its disk's attention again");
      }
      case RaftEvent.InstallStarted(int peer, EntryId last) ->
          info("sends server " + peer + " a snapshot up to entry " + last.index());
      case RaftEvent.InstallEnded(int peer, EntryId last, boolean installed) ->
          info(
              (installed ? "has sent server " + peer : "gives up sending server " + peer)
                  + " the snapshot up to entry "
                  + last.index());
      case RaftEvent.SnapshotInstalled(EntryId last, boolean _) ->
          info("takes over the snapshot up to entry " + last.index());
      case RaftEvent.SnapshotLost(EntryId last) ->
          warn(
              "cannot read its snapshot up to entry "
                  + last.index()
                  + ": sets it aside and takes another");
      case RaftEvent.Readmitting(int member, long _) ->
          warn("hears that server " + member + " begins anew: it has no vote until it catches up");
      case RaftEvent.DataLost(String what) -> warn("sets damaged data aside: " + what);
      case RaftEvent.ClusterIdentified(long clusterId, long originId, boolean _) ->
          identified(clusterId, originId);
      case RaftEvent.Suspicion suspicion -> suspicion(suspicion);
      case RaftEvent.Rejoining(String waitsFor) -> rejoining(waitsFor);
      case RaftEvent.MemoryUsed used -> memory(used);
      case RaftEvent.Readmitted() -> info("takes part in decisions from now on");
    }
  }

  /// How much memory the server may take, when it starts.
  void memory(MemoryPlan plan) {
    String limit = plan.limitBytes() / MEBIBYTE + " MiB";
    if (plan.isCapped())
      warn(
          "may take no more than "
              + limit
              + " of memory: MemoryBytesMax is more than its heap has");
    else info("may take " + limit + " of memory for its data and its log");
  }

  private void memory(RaftEvent.MemoryUsed used) {
    String share = used.bytes() / MEBIBYTE + " of " + used.bytesMax() / MEBIBYTE + " MiB";
    switch (used.level()) {
      case ROOMY -> info("has memory to spare again: takes " + share);
      case SHORT -> warn("takes " + share + " of memory: it refuses writes when all is taken");
      case FULL ->
          error("is OUT OF MEMORY for data, takes " + share + ": it refuses writes that add to it");
    }
  }

  /// The disk has no space for the log, or has some again.
  void diskFull(boolean full) {
    if (full) warn("has no space left on its disk: it takes no writes until there is some");
    else info("has space on its disk again");
  }

  private void suspicion(RaftEvent.Suspicion event) {
    switch (event) {
      case RaftEvent.DataDiffers(long index, List<Integer> members, boolean own) ->
          dataDiffers(index, members, own);
      case RaftEvent.LossFound(int leader) ->
          warn(
              "does not hold entries that it acknowledged to server "
                  + leader
                  + ": an old copy of its data was put back, or its disk forgot writes");
      case RaftEvent.MessageRefused(int from, String law) -> refused(from, law);
      case RaftEvent.AcknowledgementLost(int member, long match) ->
          error(
              "server "
                  + member
                  + " does not hold what it acknowledged, up to entry "
                  + match
                  + ": it does not count until it was taken in again");
    }
  }

  private void dataDiffers(long index, List<Integer> members, boolean own) {
    if (members.isEmpty())
      info("holds the same data as the other servers again, at entry " + index);
    else
      error(
          "finds that data differs between servers at entry "
              + index
              + ": servers "
              + names(members)
              + " do not hold what a majority holds"
              + (own ? "; it answers no reads of its own" : ""));
  }

  private void identified(long clusterId, long originId) {
    if (originId != 0)
      info(
          "begins with a backup of cluster %016x, as a member of the new cluster %016x"
              .formatted(originId, clusterId));
    else if (clusterId != 0) info("belongs to cluster %016x".formatted(clusterId));
  }

  /// The same is said once, until something else of that server is refused.
  private void refused(int from, String law) {
    if (law.equals(refused.put(from, law))) return;
    error("refuses a message of server " + from + ", which breaks a law of the protocol: " + law);
  }

  /// The log, or the snapshots, cannot open a file, or can again.
  void outOfFiles(String part, boolean out) {
    long max = Descriptors.ofThisProcess().max();
    if (!out) info("can open files for its " + part + " again");
    else
      warn(
          "cannot open a file for its "
              + part
              + ", since the process has as many open as it may ("
              + max
              + "): "
              + (part.equals("log") ? "it takes no writes" : "they wait")
              + " until it can");
  }

  /// How many clients are taken, where it is not as many as was configured.
  void shares(Descriptors descriptors, Descriptors.Shares shares, int configured) {
    if (shares.missing() > 0)
      warn(
          "may open only "
              + descriptors.max()
              + " files, which is "
              + shares.missing()
              + " too few: clients could take what its log and the other servers need."
              + " Raise the limit of the process (ulimit -n)");
    if (shares.clients() < configured)
      warn(
          "takes "
              + shares.clients()
              + " clients at most, not "
              + configured
              + ": the process may open "
              + descriptors.max()
              + " files (ulimit -n), and some are kept for its log, the other servers and"
              + " administration");
  }

  /// That others are waited for is no trouble; that something was lost may be some.
  private void rejoining(String waitsFor) {
    if (waitsFor.startsWith("waits ")) info(waitsFor);
    else warn(waitsFor);
  }

  private void become(String role, long term) {
    this.role = role;
    this.term = term;
    followed = "";
    asked = 0;
  }

  /// Asking around comes before every election and is no news. Asking in vain is.
  private void election(long term, boolean preVote) {
    if (!preVote) {
      become("candidate", term);
      info("stands for election in term " + term);
    } else if (++asked % ASKED_IN_VAIN == 0) {
      warn("hears no leader, and no majority to elect one");
    }
  }

  private void follows(long term, int leader) {
    String before = followed;
    become("follower", term);
    followed = before;
    if (leader == Membership.NONE) return;
    String line = "follows server " + leader + " in term " + term;
    if (!line.equals(followed)) info(line);
    followed = line;
  }

  /// What the links to the other servers have to tell.
  void link(LinkEvent event) {
    if (event.isComplaint()) warn(event.text());
    else if (event instanceof LinkEvent.Connected) info(event.text());
    else debug(event.text());
  }

  private static String because(RaftEvent.Cause cause) {
    return switch (cause) {
      case HIGHER_TERM -> "a later term has begun";
      case LOST_QUORUM -> "it does not hear a majority";
      case REMOVED -> "it is no member any more";
      case STORAGE_STALLED -> "its disk is too slow";
    };
  }

  /// Several ids as people read them.
  static String names(Iterable<Integer> ids) {
    return java.util.stream.StreamSupport.stream(ids.spliterator(), false)
        .map(String::valueOf)
        .collect(Collectors.joining(", "));
  }
}
