package io.jangada.raft;

import java.util.ArrayDeque;

/// What a leader knows of one peer (Fig. 2, nextIndex and matchIndex), and how it sends to it:
/// probing with one message at a time until the logs meet, then replicating with a window of
/// messages in flight, or installing a snapshot.
final class Progress {
  sealed interface State {
    /// One message at a time, to find where the logs meet.
    record Probe(boolean sent) implements State {}

    /// Entries are sent ahead of their acknowledgements.
    record Replicate() implements State {}

    /// @param chunk the chunk that the peer wants next
    /// @param requestedTick when that chunk was last requested from the disk; negative for not yet
    /// @param contactTick when the peer last requested another chunk
    record Install(SnapshotMeta meta, int chunk, long requestedTick, long contactTick)
        implements State {}
  }

  /// A message with entries up to index `last` that is not known to have been stored.
  private record Flight(long last, int bytes) {}

  /// A tick that does not come.
  private static final long NEVER = Long.MAX_VALUE;

  /// From this many unanswered messages on, what is lost is sent again no later than before.
  private static final int ATTEMPTS_COUNTED_MAX = 2;

  /// How much may be in flight.
  private final RaftConfig.Limits limits;

  /// How the peer is sent to.
  private State state = new State.Probe(false);

  /// Up to this index the peer's disk is known to hold the leader's log; 0 for nothing known.
  private long match;

  /// The last round that the leader had begun when `match` became what it is.
  private long matchRound;

  /// The index of the first entry to send next; always above `match`.
  private long next;

  /// The messages with entries above `match` that were sent since the last probe began, oldest
  /// first; empty during an install.
  private final ArrayDeque<Flight> flights = new ArrayDeque<>();

  /// The bytes of the entries of all `flights`.
  private int flightBytes;

  /// The latest round that the peer answered; 0 for none.
  private long round;

  /// The tick at which a message was last sent; long ago before the first.
  private long sentTick = Long.MIN_VALUE / 2;

  /// The tick of the peer's last message; at first, that at which the leader began to count.
  private long contactTick;

  /// The tick at which the oldest message without an answer was sent; [#NEVER] where none is owed.
  private long owesSinceTick = NEVER;

  /// How many messages were sent since the peer's last one.
  private int unanswered;

  /// Whether no install is under way or so lately ended that the log behind it is still needed.
  private boolean caughtUp = true;

  Progress(RaftConfig.Limits limits, long next, long tick) {
    this.limits = limits;
    this.next = next;
    this.contactTick = tick;
  }

  /// Whether a reply refuses what was acknowledged before, or seems to: it may be older.
  boolean contradicts(Message.AppendEntriesReply reply) {
    return !reply.success() && reply.match() > 0 && reply.match() <= match;
  }

  long matchRound() {
    return matchRound;
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

  long contactTick() {
    return contactTick;
  }

  /// The peer is there, whatever it said.
  void recordContact(long tick) {
    contactTick = Math.max(contactTick, tick);
  }

  /// The peer answered, and its answer counts.
  void recordReply(long tick, long round) {
    recordContact(tick);
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

  /// The peer holds our log up to `index`. Returns whether that is news.
  ///
  /// @param round the last that the leader has begun
  boolean matched(long index, long round) {
    boolean news = index > match;
    if (news) matchRound = round;
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
