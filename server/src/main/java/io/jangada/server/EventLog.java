package io.jangada.server;

import io.jangada.link.LinkEvent;
import io.jangada.raft.RaftEvent;
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
  private final EventText texts = new EventText(id -> "server " + id, ASKED_IN_VAIN);

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
    if (event instanceof RaftEvent.ElectionStarted(long term, boolean preVote) && !preVote)
      become("candidate", term);
    if (event instanceof RaftEvent.LeaderElected(long term)) become("leader", term);
    if (event instanceof RaftEvent.FollowerOf(long term, int _)) become("follower", term);
    if (event instanceof RaftEvent.SteppedDown(long term, RaftEvent.Cause _))
      become("follower", term);
    texts.line(event).ifPresent(line -> log(line.level(), line.text()));
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

  /// The disk has no space for the log, or has some again.
  void diskFull(boolean full) {
    if (full) warn("has no space left on its disk: it takes no writes until there is some");
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

  private void become(String role, long term) {
    this.role = role;
    this.term = term;
  }

  /// What the links to the other servers have to tell.
  void link(LinkEvent event) {
    if (event.isComplaint()) warn(event.text());
    else if (event instanceof LinkEvent.Connected) info(event.text());
    else debug(event.text());
  }

  /// Several ids as people read them.
  static String names(Iterable<Integer> ids) {
    return java.util.stream.StreamSupport.stream(ids.spliterator(), false)
        .map(String::valueOf)
        .collect(Collectors.joining(", "));
  }
}
