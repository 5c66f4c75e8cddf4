package io.jangada.node;

import io.jangada.kv.KvStore;
import java.util.ArrayDeque;

/// When history is given up, and how much of it: what is older than it has to be, about a quarter
/// when it takes too many bytes, and all of it when memory is short.
///
/// How old a revision is, a member knows from what it has seen since it started: every member takes
/// samples of revisions by cluster time, so that one that comes to lead has them. Nothing is given
/// up too early; after a restart of all members age counts from there.
final class CompactionSchedule {
  /// How many samples there are in the age that history may reach…
  private static final int SAMPLES = 64;

  /// …and how often in that time the oldest part is given up, at most.
  private static final int PARTS = 32;

  /// How long it takes at least from giving up for want of bytes to doing so again, in cluster
  /// time: memory is freed bit by bit.
  private static final long BYTES_PAUSE_MILLIS = 1_000;

  private static final int SHARE_BITS = 10;

  /// A store at a moment.
  ///
  /// @param millis cluster time
  /// @param bytes of history
  /// @param isFreeing whether some of these are given up already
  record Moment(long millis, long revision, long compacted, long bytes, boolean isFreeing) {
    static Moment of(StateMachine state, long millis) {
      KvStore kv = state.kv();
      long bytes = kv.historyBytes();
      return new Moment(millis, kv.revision(), kv.compacted(), bytes, state.isFreeing());
    }
  }

  private final ReplicaSettings.History settings;

  /// Moments at which there was a new revision; of those that are old enough, the newest alone.
  private final ArrayDeque<Moment> samples = new ArrayDeque<>();

  private Moment now = new Moment(0, 0, 0, 0, false);
  private long proposedMillis;

  CompactionSchedule(ReplicaSettings.History settings) {
    this.settings = settings;
  }

  /// Takes note of how things stand, at each tick.
  void look(Moment moment) {
    now = moment;
    if (settings.millis() == 0) return;
    Moment last = samples.peekLast();
    boolean isApart = last == null || now.millis - last.millis >= settings.millis() / SAMPLES;
    if (isApart && (last == null || now.revision > last.revision)) samples.add(now);
    while (samples.size() > 1 && isOld(second())) samples.poll();
  }

  private Moment second() {
    var each = samples.iterator();
    each.next();
    return each.next();
  }

  private boolean isOld(Moment moment) {
    return moment.millis <= now.millis - settings.millis();
  }

  /// The revision before which history is to be given up now; 0 for none.
  ///
  /// @param isMemoryShort whether all of it shall go
  long target(boolean isMemoryShort) {
    if (now.revision <= now.compacted) return 0;
    if (isMemoryShort && now.bytes > 0) return now.revision;
    long pause = now.millis - proposedMillis;
    boolean isLarge = settings.bytes() > 0 && now.bytes > settings.bytes();
    if (isLarge && !now.isFreeing && pause >= BYTES_PAUSE_MILLIS) return fitting();
    Moment oldest = samples.peekFirst();
    boolean isOld = oldest != null && oldest.revision > now.compacted && isOld(oldest);
    return isOld && pause >= settings.millis() / PARTS ? oldest.revision : 0;
  }

  /// Before which revision there is as much as goes beyond three quarters of what may be there, if
  /// all revisions take the same.
  private long fitting() {
    long share = ((now.bytes - settings.bytes() / 4 * 3) << SHARE_BITS) / now.bytes;
    long revisions = (now.revision - now.compacted) * share >> SHARE_BITS;
    return now.compacted + Math.max(1, revisions);
  }

  /// To give history up was proposed.
  void proposed() {
    proposedMillis = now.millis;
  }
}
