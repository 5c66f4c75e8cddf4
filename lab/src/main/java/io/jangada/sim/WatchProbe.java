package io.jangada.sim;

import io.jangada.bytes.Bytes;
import io.jangada.kv.KeyRange;
import io.jangada.kv.KvStore;
import io.jangada.kv.WatchEvent;
import io.jangada.node.Replica;
import io.jangada.node.watch.Watch;
import io.jangada.node.watch.WatchEnd;
import io.jangada.node.watch.WatchRequest;
import io.jangada.node.watch.Watcher;
import java.util.List;
import java.util.random.RandomGenerator;

/// Watches keys at one member after the other, as a client does that goes on elsewhere when its
/// member fails: what it is told, through all of its watches, is what was committed of its keys, in
/// order, each revision whole, nothing twice and nothing left out, and nothing before it is
/// committed. It is told of compaction only where that overtook it, and in the calm it gets to the
/// end.
///
/// What a member says within one turn is looked at right after it: then it is known what it
/// committed in that turn.
final class WatchProbe {
  /// One of its watches.
  private final class Told implements Watcher {
    final Member member;
    final Replica replica;
    final KvStore store;
    final boolean fromNow;
    boolean isOver;
    boolean hasPaused;
    Watch watch;

    Told(Member member, boolean fromNow) {
      this.member = member;
      this.replica = member.replica();
      this.store = replica.kv();
      this.fromNow = fromNow;
    }

    @Override
    public void started(long revision) {
      later(() -> begun(this, revision));
    }

    @Override
    public boolean events(List<WatchEvent> events) {
      later(() -> check(events));
      boolean takesMore = stopped || !isSlow || random.nextInt(4) != 0;
      if (!takesMore) {
        hasPaused = true;
        long pause = random.nextLong(1_500) * Scheduler.MILLI;
        world.after(pause, () -> watch.ready());
      }
      return takesMore;
    }

    @Override
    public void progress(long revision) {
      later(() -> checkProgress(revision));
    }

    @Override
    public void compacted(long compacted) {
      boolean isJump = replica.kv() != store;
      later(() -> checkOvertaken(this, compacted, isJump));
    }

    @Override
    public void ended(WatchEnd reason) {
      world.after(0, () -> over(this));
    }

    /// What a member says in a turn in which it dies is as good as lost.
    private void later(Runnable check) {
      world.after(
          0,
          () -> {
            if (!isOver && member.replica() == replica) check.run();
          });
    }
  }

  private final Cluster cluster;
  private final Scheduler world;
  private final RandomGenerator random;
  private final CommittedChanges changes;
  private final String name;
  private final KeyRange keys;
  private final boolean former;
  private final boolean isSlow;
  private final boolean needsLeader;

  /// The first revision that it was not told of; 0 for those after the start of its next watch.
  private long next;

  private Told now;
  private int begun;
  private int told;
  private int overtaken;
  private boolean stopped;

  WatchProbe(Cluster cluster, int number) {
    this.cluster = cluster;
    this.world = cluster.world();
    this.random = cluster.split();
    this.changes = cluster.laws().meaning().changes();
    this.name = "watcher " + number;
    this.keys = drawKeys();
    this.former = random.nextBoolean();
    this.isSlow = random.nextInt(3) == 0;
    this.needsLeader = random.nextInt(4) == 0;
    this.next = random.nextInt(3) == 0 ? random.nextLong(1, 100) : 0;
  }

  private KeyRange drawKeys() {
    int key = random.nextInt(4);
    return switch (random.nextInt(6)) {
      case 0 -> KeyRange.of(Bytes.utf8("k" + key));
      case 1 -> KeyRange.of(Bytes.utf8("m" + key));
      case 2 -> KeyRange.prefix(Bytes.utf8("m"));
      case 3 -> new KeyRange(Bytes.utf8("k1"), Bytes.utf8("n"));
      default -> KeyRange.ALL;
    };
  }

  void start() {
    world.after(random.nextLong(3_000) * Scheduler.MILLI, this::begin);
    world.after(random.nextLong(3_000) * Scheduler.MILLI, this::disturb);
  }

  /// The storm is over: it takes all it can get, and stays where it is.
  void stop() {
    stopped = true;
  }

  private void begin() {
    if (now != null) return;
    List<Member> up = cluster.upMembers();
    if (stopped && cluster.leader() != null) up = cluster.currentMembers();
    if (up.isEmpty()) {
      beginLater();
      return;
    }
    Member member = up.get(random.nextInt(up.size()));
    if (!member.isUp()) {
      beginLater();
      return;
    }
    Told told = new Told(member, next == 0);
    now = told;
    begun++;
    var request = new WatchRequest(keys, next, former, WatchRequest.Kinds.ALL, needsLeader);
    told.watch = member.replica().watch(new Watch.Asked(cluster.caller(), request), told);
  }

  private void beginLater() {
    world.after(random.nextLong(10, 500) * Scheduler.MILLI, this::begin);
  }

  /// Ends its watch, or asks how far it is.
  private void disturb() {
    if (stopped) return;
    world.after(random.nextLong(100, 4_000) * Scheduler.MILLI, this::disturb);
    if (now == null) return;
    if (random.nextInt(3) == 0) now.watch.cancel();
    else now.watch.progress();
  }

  private void over(Told told) {
    told.isOver = true;
    if (now != told) return;
    now = null;
    beginLater();
  }

  private void begun(Told told, long revision) {
    check(revision <= changes.revision(), "a member that has revision", revision);
    if (told.fromNow) next = revision + 1;
  }

  private void check(List<WatchEvent> events) {
    told += events.size();
    int place = changes.firstFrom(next);
    for (WatchEvent event : events) {
      int at = changes.find(keys, place);
      if (at < 0) violated("was told of what is not committed: " + event);
      WatchEvent known = changes.at(at);
      WatchEvent expected = former ? known : new WatchEvent(known.entry(), known.removed(), null);
      if (!event.equals(expected)) violated("was told " + event + ", not " + expected);
      place = at + 1;
    }
    next = events.getLast().revision() + 1;
    int rest = changes.find(keys, place);
    if (rest >= 0 && changes.at(rest).revision() < next)
      violated("was not told all of revision " + (next - 1) + " at once: " + changes.at(rest));
  }

  private void checkProgress(long revision) {
    check(revision <= changes.revision(), "progress to", revision);
    int missed = changes.find(keys, changes.firstFrom(next));
    if (missed >= 0 && changes.at(missed).revision() <= revision)
      violated("was told that all is told up to " + revision + ", not of " + changes.at(missed));
    next = Math.max(next, revision + 1);
  }

  /// @param isJump whether the member's state was replaced
  private void checkOvertaken(Told told, long compacted, boolean isJump) {
    check(compacted <= changes.compacted(), "compaction to", compacted);
    check(compacted >= next, "overtaken though it has all before", next);
    if (told.fromNow && !told.hasPaused && !isJump)
      violated("takes all at once, and was overtaken by compaction to " + compacted);
    overtaken++;
    next = random.nextBoolean() ? 0 : compacted + 1;
    over(told);
  }

  private void check(boolean holds, String what, long revision) {
    if (!holds) violated(what + " " + revision);
  }

  private void violated(String what) {
    SafetyChecker.check(
        false, "a watcher is told of what was committed: " + name + " of " + keys + " " + what);
  }

  /// Why it is not at the end; null if it is.
  String unsettled() {
    if (now == null || now.watch == null) return name + " has no watch";
    if (next == 0) return name + " has not begun";
    if (!cluster.currentMembers().contains(now.member)) return null;
    int missed = changes.find(keys, changes.firstFrom(next));
    return missed < 0 ? null : name + " was not told of " + changes.at(missed);
  }

  @Override
  public String toString() {
    String what = name + (former ? " with former values" : "") + (isSlow ? ", slow," : "");
    return what
        + (" was told of " + told + " changes by " + begun + " watches")
        + (", " + overtaken + " times overtaken");
  }
}
