package io.jangada.server;

import io.jangada.link.LinkEvent;
import io.jangada.raft.RaftEvent;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;

/// The log of one server: a line for each event that operators act on, none for every command or
/// heartbeat. May be called from any thread; [#event] from one.
final class EventLog {
  private static final Logger LOG = LoggerFactory.getLogger(EventLog.class);

  /// Every so many pre-votes without a majority make a line.
  private static final int ASKED_IN_VAIN = 20;

  private static final long MEBIBYTE = 1 << 20;

  private final int id;
  private volatile long term;
  private volatile String role = "follower";
  private final EventText texts = new EventText(id -> "server " + id, ASKED_IN_VAIN);

  EventLog(int id) {
    this.id = id;
  }

  /// Whether the server leads, by the last event.
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

  /// Logs an event of the replica.
  void event(RaftEvent event) {
    if (event instanceof RaftEvent.ElectionStarted(long term, boolean preVote) && !preVote)
      become("candidate", term);
    if (event instanceof RaftEvent.LeaderElected(long term)) become("leader", term);
    if (event instanceof RaftEvent.FollowerOf(long term, int _)) become("follower", term);
    if (event instanceof RaftEvent.SteppedDown(long term, RaftEvent.Cause _))
      become("follower", term);
    texts.line(event).ifPresent(line -> log(line.level(), line.text()));
  }

  /// Logs the limit on memory, at the start.
  void memory(MemoryPlan plan) {
    String limit = plan.limitBytes() / MEBIBYTE + " MiB";
    if (plan.isCapped())
      warn("uses at most " + limit + " of memory: MemoryBytesMax is larger than the heap allows");
    else info("uses at most " + limit + " of memory for data and log");
  }

  /// The disk has no space for the log, or has some again.
  void diskFull(boolean full) {
    if (full) warn("has no space left on its disk: it refuses writes until there is space");
    else info("has space on its disk again");
  }

  /// The log, or the snapshots, cannot open a file, or can again.
  void outOfFiles(String part, boolean out) {
    long max = Descriptors.ofThisProcess().max();
    if (!out) info("can open files for its " + part + " again");
    else
      warn(
          "cannot open a file for its "
              + part
              + ": the process has reached its limit of "
              + max
              + " open files; "
              + (part.equals("log") ? "it refuses writes" : "snapshots wait")
              + " until it can");
  }

  /// Logs how many clients are served, where that is fewer than configured.
  void shares(Descriptors descriptors, Descriptors.Shares shares, int configured) {
    if (shares.missing() > 0)
      warn(
          "may open only "
              + descriptors.max()
              + " files, which is "
              + shares.missing()
              + " too few: connections of clients could leave none for its log and its peers."
              + " Raise the limit of the process (ulimit -n)");
    if (shares.clients() < configured)
      warn(
          "serves at most "
              + shares.clients()
              + " clients, not "
              + configured
              + ": the process may open "
              + descriptors.max()
              + " files (ulimit -n), and some are reserved for its log, its peers and"
              + " administration");
  }

  private void become(String role, long term) {
    this.role = role;
    this.term = term;
  }

  /// Logs an event of the links to the other servers.
  void link(LinkEvent event) {
    if (event.isComplaint()) warn(event.text());
    else if (event instanceof LinkEvent.Connected || event instanceof LinkEvent.Renewed)
      info(event.text());
    else debug(event.text());
  }

  /// Several ids as people read them.
  static String names(Iterable<Integer> ids) {
    return java.util.stream.StreamSupport.stream(ids.spliterator(), false)
        .map(String::valueOf)
        .collect(Collectors.joining(", "));
  }
}
