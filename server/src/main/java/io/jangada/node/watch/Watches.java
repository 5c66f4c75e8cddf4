package io.jangada.node.watch;

import io.jangada.kv.KvStore;
import io.jangada.kv.Operation;
import io.jangada.node.Leadership;
import io.jangada.node.watch.Watch.State;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.NavigableSet;
import java.util.SortedSet;
import java.util.TreeSet;

/// The watches of a member. What they are told of is applied, and so committed; any member serves
/// them from its own state machine.
///
/// **Current** watches stand in a [WatchIndex]. After each round of applied entries the changes
/// since the *head*, the last revision that was handed out, are looked at once, each is given to
/// the watches of its key, and the head moves on. What happened after the head is kept by a pin on
/// the store, so that compaction cannot come between.
///
/// **A watch that lags**, because its watcher took no more or because it begins in the past, has a
/// revision and nothing else: no events wait for it. Once its watcher is ready it reads what it
/// missed from the store's list, a [Portion] a turn and by turns with others, until nothing is
/// left; in the same moment it becomes current. Nothing is pinned for it: when what it needs is no
/// longer kept, it is told so and ends.
///
/// A revision is never divided: a portion ends with a whole one, however large it is.
///
/// **Users.** A watch must be permitted to its caller when it starts and, whenever something of
/// users has changed, again before anything more is handed to it: otherwise it ends. Watches that
/// have nothing to get are looked at after such a change too, some a turn.
///
/// The order in which watchers are called is that of the watches' numbers, for each portion.
///
/// Not thread-safe: the replica's owner alone uses it.
public final class Watches {
  public static final int WATCHES_MAX = 100_000;

  /// What is handed to current watches in one turn, about…
  private static final int HANDED_PER_TURN = 16 << 10;

  /// …unless they are so many revisions behind: what is applied then waits for them, so that what
  /// is kept for them has a limit.
  private static final int BEHIND_MAX = 10_000;

  /// Of how many watches in a turn it is found out whether they are still permitted.
  private static final int RECHECKED_PER_TURN = 1_000;

  private final int watchesMax;
  private final long leaderlessNanosMax;
  private final NavigableSet<Watch> all = new TreeSet<>();

  /// Those of [#all] that need a leader.
  private final SortedSet<Watch> needLeader = new TreeSet<>();

  private final WatchIndex current = new WatchIndex();

  // In these, what is not in the queue's state any more is passed over.
  private final ArrayDeque<Watch> fresh = new ArrayDeque<>();
  private final ArrayDeque<Watch> readers = new ArrayDeque<>();
  private final ArrayDeque<Watch> asked = new ArrayDeque<>();

  private final Portion portion = new Portion();
  private final List<Watch> touched = new ArrayList<>();
  private long lastNumber;
  private long ledNanos;
  private long eventsSent;
  private long overtaken;

  /// Where the pin is; null while there is none.
  private KvStore kv;

  /// The revision up to which current watches were handed everything.
  private long head;

  /// The auth revision as of which all watches are permitted, or are being looked at.
  private long recheckedAt;

  /// The last watch that was looked at for that; null when all were.
  private Watch lastRechecked;

  /// @param leaderlessNanosMax a watch that needs a leader does so long without
  public Watches(int watchesMax, long leaderlessNanosMax, long nowNanos) {
    this.watchesMax = watchesMax;
    this.leaderlessNanosMax = leaderlessNanosMax;
    ledNanos = nowNanos;
  }

  public int count() {
    return all.size();
  }

  /// How many watches are not current.
  public int lagging() {
    return all.size() - current.size();
  }

  /// How many events were handed to watchers since the start.
  public long eventsSent() {
    return eventsSent;
  }

  /// How many watches were overtaken by compaction since the start.
  public long overtaken() {
    return overtaken;
  }

  public void handle(Watch.Call call) {
    Watch watch = call.watch();
    switch (call.kind()) {
      case BEGIN -> begin(watch);
      case READY -> {
        if (watch.state == State.PAUSED) queueToRead(watch);
      }
      case PROGRESS -> {
        if (watch.state == State.OUT || watch.owesProgress) return;
        watch.owesProgress = true;
        asked.add(watch);
      }
      case CANCEL -> end(watch, WatchEnd.CANCELLED);
    }
  }

  private void begin(Watch watch) {
    if (all.size() >= watchesMax) {
      watch.watcher().ended(WatchEnd.TOO_MANY);
      return;
    }
    watch.number = ++lastNumber;
    watch.state = State.NEW;
    all.add(watch);
    if (watch.request().needsLeader()) needLeader.add(watch);
    fresh.add(watch);
  }

  /// The store is about to be replaced by another.
  public void letGo() {
    kv = null;
  }

  /// Hands out what was applied to the store. Not called while it is being replaced.
  ///
  /// @param why why the member can serve no watch; null if it can
  /// @param led whether it has a leader, or leads
  /// @return whether there is more to do at once
  public boolean serve(KvStore store, WatchEnd why, boolean led, long nowNanos) {
    if (led) ledNanos = nowNanos;
    if (why != null) endAll(all, why);
    else if (leadership(led, nowNanos) == Leadership.LOST) endAll(needLeader, WatchEnd.NO_LEADER);
    if (all.isEmpty()) {
      unpin();
      return false;
    }
    pin(store);
    for (Watch watch; (watch = fresh.poll()) != null; ) if (watch.state == State.NEW) start(watch);
    recheck();
    handOut();
    readOn();
    for (Watch watch; (watch = asked.poll()) != null; )
      if (watch.state == State.CURRENT && watch.owesProgress) tellProgress(watch);
    return head < kv.revision() || !readers.isEmpty() || !areAllRechecked();
  }

  /// Whether the member has a leader.
  ///
  /// @param led whether it has one now
  public Leadership leadership(boolean led, long nowNanos) {
    if (led) return Leadership.LED;
    return nowNanos - ledNanos < leaderlessNanosMax ? Leadership.NONE : Leadership.LOST;
  }

  /// The member stops.
  public void abandon() {
    endAll(all, WatchEnd.STOPPED);
    unpin();
  }

  private void pin(KvStore store) {
    if (store == kv) return;
    kv = store;
    long before = head;
    head = kv.revision();
    kv.pin(head);
    // What was current in another store may have missed what this one was made of.
    for (Watch watch : all) {
      if (watch.state != State.CURRENT) continue;
      watch.next = Math.max(watch.next, before + 1);
      if (watch.next > head) continue;
      current.remove(watch);
      queueToRead(watch);
    }
  }

  /// There is no watch any more.
  private void unpin() {
    if (kv != null) kv.unpin(head);
    kv = null;
    fresh.clear();
    readers.clear();
    asked.clear();
  }

  private void moveHead(long revision) {
    kv.pin(revision);
    kv.unpin(head);
    head = revision;
  }

  private void start(Watch watch) {
    if (!check(watch)) {
      end(watch, WatchEnd.PERMISSION_DENIED);
      return;
    }
    long from = watch.request().from();
    watch.next = from == 0 ? kv.revision() + 1 : from;
    watch.watcher().started(kv.revision());
    if (watch.next > head) makeCurrent(watch);
    else queueToRead(watch);
  }

  private void makeCurrent(Watch watch) {
    watch.state = State.CURRENT;
    current.add(watch);
    if (watch.owesProgress) asked.add(watch);
  }

  private void queueToRead(Watch watch) {
    watch.state = State.READING;
    readers.add(watch);
  }

  /// Hands to current watches what happened since the head.
  private void handOut() {
    int handed = 0;
    while (head < kv.revision()
        && (handed < HANDED_PER_TURN || kv.revision() - head > BEHIND_MAX)) {
      portion.clear();
      moveHead(current.isEmpty() ? kv.revision() : findForCurrent());
      handed += portion.handed();
      Collections.sort(touched);
      for (Watch watch : touched) {
        watch.next = Math.max(watch.next, head + 1);
        if (deliver(watch) || watch.state == State.OUT) continue;
        current.remove(watch);
        watch.state = State.PAUSED;
      }
      touched.clear();
    }
  }

  private long findForCurrent() {
    return portion.walk(
        kv,
        head + 1,
        change ->
            current.forEach(
                change.key(),
                watch -> {
                  if (!watch.wants(change)) return;
                  if (watch.found == null) touched.add(watch);
                  watch.find(portion);
                }));
  }

  /// Has those that lag read on, one after the other.
  private void readOn() {
    portion.clear();
    for (Watch watch; !portion.isFull() && (watch = readers.poll()) != null; )
      if (watch.state == State.READING) readOn(watch);
  }

  private void readOn(Watch watch) {
    if (watch.next > kv.revision()) {
      makeCurrent(watch);
      return;
    }
    if (watch.next <= kv.firstReadable()) {
      overtaken++;
      remove(watch);
      watch.watcher().compacted(kv.compacted());
      return;
    }
    long last =
        portion.walk(
            kv,
            watch.next,
            change -> {
              boolean isInRange = watch.request().keys().contains(change.key());
              if (isInRange && watch.wants(change)) watch.find(portion);
            });
    watch.next = last + 1;
    boolean takesMore = watch.found == null || deliver(watch);
    if (watch.state == State.OUT) return;
    if (!takesMore) watch.state = State.PAUSED;
    else if (last >= kv.revision()) makeCurrent(watch);
    else readers.add(watch);
  }

  /// Hands over what was found, or ends the watch that may not have it. Returns whether the watcher
  /// takes more.
  private boolean deliver(Watch watch) {
    var events = Collections.unmodifiableList(watch.found);
    watch.found = null;
    if (!check(watch)) {
      end(watch, WatchEnd.PERMISSION_DENIED);
      return false;
    }
    if (!watch.watcher().admit()) {
      watch.next = events.getFirst().revision();
      return false;
    }
    eventsSent += events.size();
    return watch.watcher().events(events);
  }

  // ---- users ----

  /// Finds out whether a watch is permitted now.
  private boolean check(Watch watch) {
    long revision = kv.users().revision();
    if (watch.permittedAt == revision) return true;
    var read = new Operation.Range(watch.request().keys());
    if (kv.objection(watch.caller(), read) != null) return false;
    watch.permittedAt = revision;
    return true;
  }

  private boolean areAllRechecked() {
    return lastRechecked == null && recheckedAt == kv.users().revision();
  }

  private Watch first() {
    return all.isEmpty() ? null : all.first();
  }

  /// Ends some of the watches that are no longer permitted.
  private void recheck() {
    for (int i = 0; i < RECHECKED_PER_TURN && !areAllRechecked(); i++) {
      if (lastRechecked == null) recheckedAt = kv.users().revision();
      Watch next = lastRechecked == null ? first() : all.higher(lastRechecked);
      lastRechecked = next;
      if (next != null && next.state != State.NEW && !check(next))
        end(next, WatchEnd.PERMISSION_DENIED);
    }
  }

  private void tellProgress(Watch watch) {
    watch.owesProgress = false;
    // A watch that became current ahead of the head has all that there was then.
    watch.watcher().progress(Math.max(head, Math.min(watch.next - 1, kv.revision())));
  }

  private void endAll(SortedSet<Watch> watches, WatchEnd reason) {
    for (Watch watch : List.copyOf(watches)) end(watch, reason);
  }

  private void end(Watch watch, WatchEnd reason) {
    if (watch.state == State.OUT) return;
    remove(watch);
    watch.watcher().ended(reason);
  }

  private void remove(Watch watch) {
    if (watch.state == State.CURRENT) current.remove(watch);
    watch.state = State.OUT;
    all.remove(watch);
    needLeader.remove(watch);
  }
}
