package io.jangada.kv.memory;

import static io.jangada.kv.memory.NodeTable.NONE;

import java.util.Map;
import java.util.TreeMap;
import java.util.function.IntConsumer;
import java.util.function.IntPredicate;

/// All values in the order of their revisions: those that keys have, those that keys had, and that
/// keys were removed.
///
/// One doubly linked list with three kinds of readers, and nothing is copied for any of them:
/// - **A snapshot** walks over it as it was at one moment, while it changes ([#open], [#read]).
/// - **Those who follow changes** read it from a revision on ([#forEachFrom]).
/// - **The compactor** walks from the oldest on and gives back what can no longer be asked for
///   ([#sweep]).
///
/// A key has one node for as long as it is there, its *head*, which is what finds it in the
/// indexes. A change puts the head at the end of the list; what it was before goes to another node
/// in its old place, *superseded*, which the head leads to by `older` ([#supersede]). A removed key
/// has a head without a value until the compactor has passed it.
///
/// **What is kept.** A superseded node stays for as long as the revision that ended it is greater
/// than the *floor*: the compacted revision or the least pinned one, whichever is less. The
/// compactor passes a node whose revision is not above the floor, and gives back what is older than
/// it: so each node is passed once, whatever changes meanwhile. If history is not kept and nothing
/// is pinned, nothing is superseded, and there is nothing to pass.
///
/// **A snapshot** sees the nodes up to its bound. What it has yet to come to, and nothing else
/// needs, stays in its place as an *orphan*, and the reader takes it out as it passes. What the
/// reader shows follows from the revisions alone, never from how far the compactor has come. If it
/// is given up, [#sweep] goes after the orphans.
public final class History {
  /// The node is the removal of its key.
  public static final int REMOVAL = 1;

  /// Another node of the key came after it.
  public static final int SUPERSEDED = 2;

  /// Superseded, and only the reader needs it.
  private static final int ORPHAN = 4;

  /// [#marks] leads to it.
  private static final int MARKED = 8;

  /// How many nodes that came one sweep answers for.
  private static final int ANSWERED_MAX = 1_000;

  /// There is a mark for about so many revisions.
  private static final int MARK_REVISIONS = 256;

  private final NodeTable nodes;

  /// Gets each superseded node that is no longer needed; it is out of the list.
  private final IntConsumer gone;

  /// Gets the head of a removed key that can no longer be asked for; it is out of the list, unless
  /// it is superseded, which means that the reader has yet to come to it.
  private final IntConsumer forgotten;

  private int first;
  private int last;

  private boolean keeps;
  private long compacted;
  private final TreeMap<Long, Integer> pins = new TreeMap<>();

  /// The first node that the compactor has yet to pass; none if there is nothing to pass.
  private int compactor;

  /// How many nodes came, less those that sweeps have answered for.
  private int appended;

  private boolean open;
  private int cursor;
  private long bound;
  private long shownFrom;
  private int orphans;

  /// Some nodes by their revisions, while history is kept.
  private final TreeMap<Long, Integer> marks = new TreeMap<>();

  public History(NodeTable nodes, IntConsumer gone, IntConsumer forgotten) {
    this.nodes = nodes;
    this.gone = gone;
    this.forgotten = forgotten;
  }

  // ---- what is kept ----

  /// Whether former values are kept until they are compacted.
  public boolean keeps() {
    return keeps;
  }

  public void keeps(boolean keeps) {
    this.keeps = keeps;
  }

  /// The first revision that can be read by anybody.
  public long compacted() {
    return compacted;
  }

  public void compacted(long revision) {
    compacted = revision;
    forgetMarks();
  }

  /// Keeps what is needed to read the state at the revision and what changes later, whatever is
  /// compacted, until [#unpin].
  public void pin(long revision) {
    if (revision < floor()) throw new IllegalArgumentException("revision " + revision + " is gone");
    pins.merge(revision, 1, Integer::sum);
  }

  public void unpin(long revision) {
    pins.computeIfPresent(revision, (_, count) -> count == 1 ? null : count - 1);
    forgetMarks();
  }

  /// The least revision that is pinned; the greatest number for none.
  public long leastPin() {
    return pins.isEmpty() ? Long.MAX_VALUE : pins.firstKey();
  }

  /// What is compacted up to here and not pinned: former values that ended later are kept.
  private long floor() {
    return Math.min(compacted, leastPin());
  }

  /// Whether a value that is changed now stays for others than the reader.
  public boolean isKept() {
    return keeps || !pins.isEmpty();
  }

  /// Whether the open reading has yet to come to this node.
  public boolean isAwaited(int node) {
    return open && cursor != NONE && nodes.revision(node) <= bound && compare(node, cursor) >= 0;
  }

  private int compare(int node, int other) {
    int order = Long.compare(nodes.revision(node), nodes.revision(other));
    return order != 0 ? order : Integer.compare(nodes.place(node), nodes.place(other));
  }

  // ---- changes ----

  /// Puts a head at the end: its revision is that of the last node, or greater.
  public void append(int node) {
    long revision = nodes.revision(node);
    int place = 0;
    if (last != NONE) {
      long before = nodes.revision(last);
      if (revision < before) throw new IllegalStateException(revision + " after " + before);
      if (revision == before) place = nodes.place(last) + 1;
    }
    nodes.place(node, place);
    nodes.previous(node, last);
    nodes.next(node, NONE);
    if (last == NONE) first = node;
    else nodes.next(last, node);
    last = node;
    appended++;
    boolean isToPass = nodes.older(node) != NONE || has(node, REMOVAL);
    if (compactor == NONE && isToPass) compactor = node;
    if (isKept() && (marks.isEmpty() || revision >= marks.lastKey() + MARK_REVISIONS)) {
      marks.put(revision, node);
      add(node, MARKED);
    }
  }

  /// Puts the head's present value into another node, which takes its place; the head is out of the
  /// list then, to be changed and appended.
  ///
  /// @param former a new node
  /// @param revision of the change
  public void supersede(int head, int former, long revision) {
    nodes.copy(head, former);
    nodes.state(head, 0);
    nodes.ended(former, revision);
    add(former, SUPERSEDED);
    replace(head, former);
    if (isKept()) {
      nodes.older(head, former);
    } else {
      // The head keeps what the compactor has yet to give back.
      nodes.older(former, NONE);
      addOrphan(former);
    }
  }

  /// Takes the last change of a head back: it is what it was before, in the place that it had.
  public void revert(int head) {
    int former = nodes.older(head);
    unlink(head);
    int hash = nodes.keyHash(head);
    int nextInBucket = nodes.nextInBucket(head);
    nodes.copy(former, head);
    nodes.keyHash(head, hash);
    nodes.nextInBucket(head, nextInBucket);
    nodes.state(head, nodes.state(head) & ~SUPERSEDED);
    replace(former, head);
    // A removal that was passed as superseded is to be passed once more.
    if (compactor == NONE || compare(head, compactor) < 0) compactor = head;
  }

  /// Takes out a head that is not needed, with all that is older: its key is in no index any more.
  /// The node is gone unless the reader waits for it.
  public void retire(int head, long revision) {
    releaseOlder(head);
    if (isAwaited(head)) {
      nodes.ended(head, revision);
      add(head, SUPERSEDED);
      addOrphan(head);
    } else {
      unlink(head);
      gone.accept(head);
    }
  }

  /// Takes a head out, to be changed and appended: what it is now is not needed.
  public void take(int head) {
    unlink(head);
    nodes.state(head, 0);
  }

  private void addOrphan(int node) {
    add(node, ORPHAN);
    orphans++;
  }

  private void releaseOlder(int node) {
    int older = nodes.older(node);
    nodes.older(node, NONE);
    while (older != NONE) {
      int next = nodes.older(older);
      nodes.older(older, NONE);
      if (isAwaited(older)) {
        addOrphan(older);
      } else {
        unlink(older);
        gone.accept(older);
      }
      older = next;
    }
  }

  // ---- the compactor ----

  /// Gives back some of what can no longer be asked for: more than one change can add.
  ///
  /// @param nodesMax how many nodes are looked at, beside twice as many as came since, up to a
  ///   bound for one sweep
  /// @return whether there is more to do
  public boolean sweep(int nodesMax) {
    int answered = Math.min(appended, ANSWERED_MAX);
    int left = nodesMax + 2 * answered;
    appended -= answered;
    long floor = floor();
    while (left > 0 && compactor != NONE && nodes.revision(compactor) <= floor) {
      pass();
      left--;
    }
    sweepOrphans(nodesMax);
    return compactor != NONE && nodes.revision(compactor) <= floor;
  }

  private void pass() {
    int node = compactor;
    compactor = nodes.next(node);
    releaseOlder(node);
    if ((nodes.state(node) & (REMOVAL | SUPERSEDED)) != REMOVAL) return;
    if (isAwaited(node)) {
      forgotten.accept(node);
      nodes.ended(node, Long.MAX_VALUE);
      add(node, SUPERSEDED);
      addOrphan(node);
    } else {
      unlink(node);
      forgotten.accept(node);
      gone.accept(node);
    }
  }

  private void sweepOrphans(int nodesMax) {
    if (open || orphans == 0) return;
    for (int i = 0; i < nodesMax && cursor != NONE && orphans > 0; i++) readPast();
  }

  // ---- a snapshot ----

  /// Opens a reading of the values up to a revision, the last there is, with those former ones that
  /// can be read from the compacted revision on.
  public void open(long bound) {
    if (open) throw new IllegalStateException("one reading at a time");
    this.bound = bound;
    shownFrom = compacted;
    cursor = first;
    open = true;
  }

  /// Shows the next node as it was when the reading was opened. Returns false at the end.
  public boolean read(IntConsumer reader) {
    if (!open) throw new IllegalStateException("no reading is open");
    while (cursor != NONE && nodes.revision(cursor) <= bound) {
      boolean isShown = isShown(cursor);
      if (isShown) reader.accept(cursor);
      readPast();
      if (isShown) return true;
    }
    cursor = NONE;
    return false;
  }

  private boolean isShown(int node) {
    boolean isOver = has(node, SUPERSEDED) && nodes.ended(node) <= shownFrom;
    return !isOver && !(has(node, REMOVAL) && nodes.revision(node) <= shownFrom);
  }

  /// Whether a node that is shown was not the last of its key when the reading was opened.
  public boolean isFormer(int node) {
    return has(node, SUPERSEDED) && nodes.ended(node) <= bound;
  }

  private void readPast() {
    int node = cursor;
    cursor = nodes.next(node);
    if (!has(node, ORPHAN)) return;
    orphans--;
    unlink(node);
    gone.accept(node);
  }

  /// Ends the reading, complete or not.
  public void close() {
    open = false;
  }

  /// How many nodes only the reader needs.
  public int orphans() {
    return orphans;
  }

  // ---- those who follow changes ----

  /// Shows what changed from a revision on, which is greater than [#floor], until the visitor says
  /// false.
  public boolean forEachFrom(long revision, IntPredicate visitor) {
    if (revision <= floor()) throw new IllegalArgumentException("revision " + revision);
    for (int node = firstFrom(revision); node != NONE; node = nodes.next(node))
      if (!has(node, ORPHAN) && !visitor.test(node)) return false;
    return true;
  }

  /// The first node of a revision or a later one, found from a mark or from the end, whichever is
  /// nearer.
  private int firstFrom(long revision) {
    if (last == NONE || nodes.revision(last) < revision) return NONE;
    Map.Entry<Long, Integer> mark = marks.floorEntry(revision);
    boolean isNearer = mark != null && revision - mark.getKey() < nodes.revision(last) - revision;
    int node = isNearer ? mark.getValue() : last;
    while (nodes.revision(node) < revision) node = nodes.next(node);
    while (nodes.previous(node) != NONE && nodes.revision(nodes.previous(node)) >= revision)
      node = nodes.previous(node);
    return node;
  }

  private void forgetMarks() {
    long floor = floor();
    while (!marks.isEmpty() && (marks.firstKey() <= floor || !isKept())) {
      int node = marks.pollFirstEntry().getValue();
      nodes.state(node, nodes.state(node) & ~MARKED);
    }
  }

  // ---- links ----

  private boolean has(int node, int state) {
    return (nodes.state(node) & state) != 0;
  }

  private void add(int node, int state) {
    nodes.state(node, nodes.state(node) | state);
  }

  /// Puts a node that was copied from another into its place.
  private void replace(int node, int copy) {
    int previous = nodes.previous(node);
    int next = nodes.next(node);
    if (previous == NONE) first = copy;
    else nodes.next(previous, copy);
    if (next == NONE) last = copy;
    else nodes.previous(next, copy);
    if (cursor == node) cursor = copy;
    if (compactor == node) compactor = copy;
    if (has(copy, MARKED)) marks.put(marks.floorKey(nodes.revision(copy)), copy);
  }

  private void unlink(int node) {
    int previous = nodes.previous(node);
    int next = nodes.next(node);
    if (cursor == node) cursor = next;
    if (compactor == node) compactor = next;
    if (has(node, MARKED)) moveMark(node, next);
    if (previous == NONE) first = next;
    else nodes.next(previous, next);
    if (next == NONE) last = previous;
    else nodes.previous(next, previous);
  }

  private void moveMark(int node, int next) {
    long revision = marks.floorKey(nodes.revision(node));
    nodes.state(node, nodes.state(node) & ~MARKED);
    if (next == NONE || has(next, MARKED)) {
      marks.remove(revision);
    } else {
      marks.put(revision, next);
      add(next, MARKED);
    }
  }
}
