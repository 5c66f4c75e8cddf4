package io.jangada.protocol.redis;

import io.jangada.node.Status;
import io.jangada.raft.Membership;
import java.util.concurrent.TimeUnit;

/// A WAIT or WAITAOF: on how many other members' disks all writes are known to be that were
/// acknowledged before.
///
/// That is a majority less one at any member, at once. A leader knows more, as others tell it what
/// they have: it waits for that. What another member knows does not change by waiting.
final class Waiting {
  private static final long PAUSE_MILLIS_MIN = 2;
  private static final long PAUSE_MILLIS_MAX = 500;

  /// What is waited for.
  ///
  /// @param local whether this member's own disk is meant, too
  /// @param others how many other members
  /// @param millis for how long at most; 0 for any time
  record Wanted(boolean local, long others, long millis) {}

  /// What is known.
  ///
  /// @param local whether this member's own disk has all of it
  record Known(boolean local, long others) {}

  /// Writes what is known.
  interface Reply {
    void write(Known known, ReplyWriter out);
  }

  private final RedisConnection connection;
  private final Wanted wanted;
  private final Reply reply;
  private final RedisSlot slot;
  private final long beganNanos = System.nanoTime();
  private long pauseMillis = PAUSE_MILLIS_MIN;

  /// What was committed when it began; -1 before that is known.
  private long index = -1;

  private Known known = new Known(false, 0);

  private Waiting(RedisConnection connection, Wanted wanted, Reply reply, RedisSlot slot) {
    this.connection = connection;
    this.wanted = wanted;
    this.reply = reply;
    this.slot = slot;
  }

  /// It comes after all that was asked before, and what is asked after it waits.
  static void begin(RedisConnection connection, Wanted wanted, Reply reply) {
    connection.later(null, 0, slot -> new Waiting(connection, wanted, reply, slot).ask());
  }

  private void ask() {
    boolean isAsked =
        connection.port().replica().status(status -> connection.lane().execute(() -> look(status)));
    if (!isAsked) askAgain();
  }

  private void askAgain() {
    long waitedMillis = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - beganNanos);
    boolean isOver = wanted.millis > 0 && waitedMillis >= wanted.millis;
    if (isOver || connection.isOver()) {
      answer();
      return;
    }
    long left = wanted.millis == 0 ? Long.MAX_VALUE : wanted.millis - waitedMillis;
    connection.later(this::ask, Math.min(left, pauseMillis));
    pauseMillis = Math.min(2 * pauseMillis, PAUSE_MILLIS_MAX);
  }

  private void look(Status status) {
    if (slot.isOfStranger(status)) {
      slot.acceptOwn(out -> out.error(Errors.NO_AUTH));
      return;
    }
    if (index < 0) index = status.log().commit();
    known = new Known(status.log().durable() >= index, others(status));
    boolean isEnough = known.others >= wanted.others && (known.local || !wanted.local);
    if (isEnough || !status.isLeader()) answer();
    else askAgain();
  }

  private void answer() {
    Known last = known;
    slot.acceptOwn(out -> reply.write(last, out));
  }

  private long others(Status status) {
    long told =
        status.replication().peers().values().stream()
            .filter(peer -> peer.match() >= index)
            .count();
    return Math.max(told, majority(status.membership()) - 1);
  }

  private static int majority(Membership membership) {
    return Math.max(membership.voters().size(), membership.outgoing().size()) / 2 + 1;
  }
}
