package io.jangada.raft;

import java.util.ArrayDeque;

/// What a leader knows of one peer (Fig. 2, nextIndex and matchIndex), and how it sends to it:
/// probing with one message at a time until the logs meet, then replicating with a window of
/// messages in flight, or installing a snapshot.
///
/// All of it is about one incarnation of the peer's data: what earlier data said may still be on
/// its way, and says nothing of the data that is there now. A peer in probation is sent to like any
/// other, but counts for nothing.
final class Progress {
  sealed interface State {
    /// One message at a time, to find where the logs meet.
    record Probe(boolean sent) implements State {}

    /// Entries are sent ahead of their acknowledgements.
    record Replicate() implements State {}

    /// @param chunk the chunk that the peer wants next
    /// @param askedTick when that chunk was last asked for; negative for not yet
    /// @param heardTick when the peer last asked for another chunk
    record Install(SnapshotMeta meta, int chunk, long askedTick, long heardTick) implements State {}
  }

  private record Flight(long last, int bytes) {}

  private static final long NEVER = Long.MAX_VALUE;
  private static final int ATTEMPTS_COUNTED_MAX = 2;

  /// An install is so long ended that the log behind it need not be held any more.
  private boolean caughtUp = true;

  private final RaftConfig.Limits limits;

  /// The incarnation that is recorded in the membership; 0 where none is.
  private final long incarnation;

  /// Another one that the peer says it has now, 0 for none; since when it says so, when it last
  /// did, and when it last said the contrary.
  private long newIncarnation;

  private long newIncarnationSince;
  private long newIncarnationTick;
  private long knownTick = Long.MIN_VALUE / 2;
  private boolean rejoining;
  private boolean news;

  private final ArrayDeque<Flight> flights = new ArrayDeque<>();
  private int flightBytes;
  private State state = new State.Probe(false);
  private long match;

  /// The last round that the leader had begun when `match` became what it is.
  private long matchRound;

  /// The incarnation of which it is proven that it does not hold what it acknowledged; 0 for none.
  private long lost;

  private long next;
  private long round;
  private long sentTick = Long.MIN_VALUE / 2;
  private long heardTick;
  private long owesSinceTick = NEVER;

  /// Messages that were sent since the peer was last heard.
  private int unanswered;

  /// @param standing what is known of the peer's data
  Progress(RaftConfig.Limits limits, Incarnation standing, long next, long tick) {
    this.limits = limits;
    this.incarnation = standing.number();
    this.rejoining = standing.rejoining();
    this.next = next;
    this.heardTick = tick;
  }

  /// The incarnation of the peer's data that this is about; 0 for any.
  long incarnation() {
    return incarnation;
  }

  /// Whether what the peer says counts for decisions.
  boolean isCounted() {
    return !rejoining;
  }

  /// The incarnation that is to be recorded before the peer is served; 0 for none.
  long newIncarnation() {
    return newIncarnation;
  }

  /// Whether the peer has said for longer than `patience` ticks that it has other data, and has not
  /// been heard with the data that this is about since it last said so.
  boolean isStrangeFor(long tick, int patience) {
    return newIncarnation != 0
        && tick - newIncarnationSince > patience
        && newIncarnationTick >= knownTick;
  }

  /// The peer answered. Returns whether what it says is about the data that this is about.
  ///
  /// Of two that contradict each other one is of the past, and its words may come late, so that
  /// nothing counts until one of them falls silent. An incarnation that was taken in once may find
  /// itself replaced by an earlier one in this way: then it is to be taken in again, though it is
  /// not in probation.
  ///
  /// @param patience how many ticks of silence are enough
  boolean noteIdentity(Incarnation standing, long tick, int patience) {
    if (hasLost(standing.number())) {
      heardTick = Math.max(heardTick, tick);
      return false;
    }
    boolean recorded = standing.number() == incarnation && incarnation != 0;
    // Before anything is recorded, a founder that has just left its probation is welcome.
    boolean known = recorded || incarnation == 0 && !standing.rejoining();
    boolean strange = newIncarnation == standing.number() && newIncarnation != 0;
    if (!known) {
      if (newIncarnation == 0) newIncarnationSince = tick;
      newIncarnation = standing.number();
      newIncarnationTick = tick;
      rejoining = true;
      heardTick = Math.max(heardTick, tick);
      return false;
    }
    if (newIncarnation != 0 && !strange) {
      knownTick = tick;
      if (tick - newIncarnationTick <= patience) return false;
    }
    newIncarnation = 0;
    if (rejoining && !standing.rejoining()) news = true;
    rejoining = standing.rejoining();
    return true;
  }

  /// Whether a reply refuses what the same data acknowledged before, or seems to: it may be older.
  boolean contradicts(Message.AppendEntriesReply reply) {
    boolean refuses = !reply.success() && reply.match() > 0 && reply.match() <= match;
    return refuses && isCounted() && reply.incarnation().number() != 0;
  }

  long matchRound() {
    return matchRound;
  }

  /// This data does not hold what it acknowledged: it counts for nothing from now on.
  void lose(long incarnation) {
    lost = incarnation;
    rejoining = true;
  }

  /// Whether that is so.
  boolean hasLost(long incarnation) {
    return lost != 0 && lost == incarnation;
  }

  State state() {
    return state;
  }

  /// Up to here the peer's disk is known to hold our log.
  long match() {
    return match;
  }

  /// The first entry to send next.
  long next() {
    return next;
  }

  /// The latest round that the peer answered.
  long round() {
    return round;
  }

  long sentTick() {
    return sentTick;
  }

  long heardTick() {
    return heardTick;
  }

  void heard(long tick, long round) {
    heardTick = Math.max(heardTick, tick);
    owesSinceTick = NEVER;
    unanswered = 0;
    this.round = Math.max(this.round, round);
  }

  /// Whether it is not known where the logs meet, and nothing is on its way that would tell.
  boolean isSeeking() {
    return state instanceof State.Probe(boolean sent) && !sent;
  }

  /// Whether the peer takes entries as they come, and owes no answer for longer than `patience`.
  boolean keepsUp(long tick, int patience) {
    boolean answers = owesSinceTick == NEVER || tick - owesSinceTick <= patience;
    return answers && state instanceof State.Replicate;
  }

  /// Whether this reply, which is not taken note of yet, shows that something before it got lost:
  /// it comes long after an answer was due, or refuses what was sent ahead.
  boolean isAfterLoss(Message.AppendEntriesReply reply, long tick, int patience) {
    boolean late = owesSinceTick != NEVER && tick - owesSinceTick >= patience;
    boolean gap = !reply.success() && state instanceof State.Replicate;
    return late || gap && isRefusalFresh(reply.match());
  }

  /// Goes back to what the peer is known to hold if what was sent since counts as lost. It does
  /// when no answer has come for `lostTicks`, and later with each attempt: a peer may be gone.
  void takeBackLost(long tick, int lostTicks) {
    if (unanswered == 0 || state instanceof State.Install) return;
    int attempts = Math.min(unanswered, ATTEMPTS_COUNTED_MAX);
    if (tick - sentTick >= (long) lostTicks * attempts) probe(match + 1);
  }

  /// Whether the window has room for another message with entries.
  boolean mayAppend() {
    return switch (state) {
      case State.Probe(boolean sent) -> !sent;
      case State.Replicate() ->
          flights.size() < limits.inflightMessagesMax() && flightBytes < limits.inflightBytesMax();
      case State.Install _ -> false;
    };
  }

  /// A message with entries up to `last` was sent; `last` is `next - 1` for one without entries.
  void sent(long last, int bytes, long tick) {
    sentTick = tick;
    owesSinceTick = Math.min(owesSinceTick, tick);
    unanswered++;
    switch (state) {
      case State.Probe _ -> {
        state = new State.Probe(true);
        forgetFlights();
        if (last >= next) fly(last, bytes);
      }
      case State.Replicate() -> {
        if (last < next) return;
        fly(last, bytes);
        next = last + 1;
      }
      case State.Install _ -> {}
    }
    Invariants.check(match < next, "match < next");
  }

  private void fly(long last, int bytes) {
    flights.add(new Flight(last, bytes));
    flightBytes += bytes;
  }

  private void forgetFlights() {
    flights.clear();
    flightBytes = 0;
  }

  /// A probe may be sent again: its time is over.
  void probeAgain() {
    if (state instanceof State.Probe) state = new State.Probe(false);
  }

  /// The peer holds our log up to `index`. Returns whether that is news, or the first word that
  /// counts.
  ///
  /// @param round the last that the leader has begun
  boolean matched(long index, long round) {
    boolean news = this.news || index > match;
    this.news = false;
    if (index > match) matchRound = round;
    match = Math.max(match, index);
    while (!flights.isEmpty() && flights.peek().last <= match) flightBytes -= flights.poll().bytes;
    next = Math.max(next, match + 1);
    switch (state) {
      case State.Probe _ -> replicate();
      case State.Replicate() -> {}
      case State.Install(SnapshotMeta meta, int _, long _, long _) -> {
        if (match >= meta.last().index()) probe(match + 1);
      }
    }
    return news;
  }

  /// Whether a refusal of `prev` speaks of what is now so, and not of a message long overtaken.
  boolean isRefusalFresh(long prev) {
    return switch (state) {
      case State.Probe _ -> prev == next - 1 && prev > match;
      case State.Replicate() -> prev > match && prev < next;
      case State.Install _ -> false;
    };
  }

  /// Starts to look for the place where the logs meet, at `index`.
  void probe(long index) {
    state = new State.Probe(false);
    next = Math.max(index, match + 1);
    forgetFlights();
  }

  /// The logs met. Where the peer's disk is not as far yet as the probe reached, what the probe
  /// brought is on its way, and is not sent again.
  private void replicate() {
    state = new State.Replicate();
    if (!flights.isEmpty()) next = flights.peekLast().last + 1;
  }

  void install(SnapshotMeta meta, long tick) {
    state = new State.Install(meta, 0, -1, tick);
    caughtUp = false;
    forgetFlights();
  }

  /// Whether the peer is between the beginning of an install and having the log that followed it.
  boolean isCatchingUp() {
    return !caughtUp;
  }

  /// Ends the catching up after an install once the peer has the log up to `index`. Returns whether
  /// it ended just now.
  boolean markCaughtUp(long index) {
    if (caughtUp || match < index || state instanceof State.Install) return false;
    caughtUp = true;
    return true;
  }

  void chunkAsked(long tick) {
    if (state instanceof State.Install(SnapshotMeta meta, int chunk, long _, long heard))
      state = new State.Install(meta, chunk, tick, heard);
  }

  /// The peer wants this chunk next.
  void chunkWanted(int chunk, long tick) {
    if (state instanceof State.Install install && chunk != install.chunk())
      state = new State.Install(install.meta(), chunk, -1, tick);
  }

  @Override
  public String toString() {
    String kind =
        switch (state) {
          case State.Probe _ -> "probe";
          case State.Replicate() -> "replicate";
          case State.Install _ -> "install";
        };
    return kind + " match=" + match + " next=" + next;
  }
}
