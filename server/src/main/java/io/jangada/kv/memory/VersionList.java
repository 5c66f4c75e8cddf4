package io.jangada.kv.memory;

import java.util.function.Consumer;

/// A doubly linked list in order of version that one reader can walk as it was at one moment, while
/// it changes.
///
/// Nodes enter at the tail, with versions that only grow, and are never changed in what a reader
/// sees of them: a new state of the same thing is a new node. So the state at version `bound` is
/// the nodes up to `bound` that were live then, and only those that were retired since are missing.
/// The list keeps these: [#retire] leaves a node that the reader has yet to come to in its place,
/// as *superseded*, and the reader takes it out as it passes. Beginning costs nothing, each step of
/// the reader and each change costs the same however long the list is, and what the reader gives
/// out depends on nothing that happened since.
///
/// A reading that is given up leaves superseded nodes behind. They are marked with the number of
/// their reading, so a later one takes them out unseen, and [#sweep] goes after them meanwhile.
/// Those it has not reached by then are the one thing that can make a step of the next reading
/// longer.
public final class VersionList<L extends ListNode<L>> {
  private L first;
  private L last;
  private L oldest;
  private L cursor;
  private long bound;
  private int reading;
  private boolean open;
  private int superseded;
  private final Consumer<? super L> gone;

  /// @param gone gets each node that was retired, as soon as no reading needs it
  public VersionList(Consumer<? super L> gone) {
    this.gone = gone;
  }

  public void append(L node) {
    if (last != null && node.version <= last.version)
      throw new IllegalStateException(node.version + " after " + last.version);
    node.previous = last;
    if (last == null) first = node;
    else last.next = node;
    last = node;
    if (oldest == null) oldest = node;
  }

  /// Whether the open reading has yet to come to this live node, so that it must not change.
  public boolean awaited(L node) {
    return open && cursor != null && node.version <= bound && node.version >= cursor.version;
  }

  /// Takes a live node out: at once, or when the reader has passed it.
  public void retire(L node) {
    if (awaited(node)) {
      node.supersededFor = reading;
      superseded++;
    } else {
      unlink(node);
      gone.accept(node);
    }
  }

  /// The live node with the smallest version, or null. What it costs to look past superseded nodes
  /// is paid once for each of them.
  public L oldest() {
    while (oldest != null && oldest.supersededFor != 0) oldest = oldest.next;
    return oldest;
  }

  public int supersededCount() {
    return superseded;
  }

  /// Opens a reading of the nodes that are live now, whose versions are `bound` or less.
  public void open(long bound) {
    if (open) throw new IllegalStateException("one reading at a time");
    reading = reading == Integer.MAX_VALUE ? 1 : reading + 1;
    this.bound = bound;
    cursor = first;
    open = true;
  }

  /// Shows the next node as it was when the reading was opened. Returns false at the end.
  public boolean read(Consumer<? super L> reader) {
    if (!open) throw new IllegalStateException("no reading is open");
    while (cursor != null && cursor.version <= bound) {
      L node = cursor;
      cursor = node.next;
      boolean read = node.supersededFor == 0 || node.supersededFor == reading;
      if (read) reader.accept(node);
      if (node.supersededFor != 0) drop(node);
      if (read) return true;
    }
    cursor = null;
    return false;
  }

  private void drop(L node) {
    unlink(node);
    superseded--;
    gone.accept(node);
  }

  /// Ends the reading, complete or not.
  public void close() {
    open = false;
  }

  /// Walks on over at most `nodesMax` nodes to free what a reading that was given up has left.
  public void sweep(int nodesMax) {
    if (open || superseded == 0) return;
    for (int i = 0; i < nodesMax && cursor != null && superseded > 0; i++) {
      L node = cursor;
      cursor = node.next;
      if (node.supersededFor != 0) drop(node);
    }
  }

  private void unlink(L node) {
    if (cursor == node) cursor = node.next;
    if (oldest == node) oldest = node.next;
    if (node.previous == null) first = node.next;
    else node.previous.next = node.next;
    if (node.next == null) last = node.previous;
    else node.next.previous = node.previous;
    node.previous = null;
    node.next = null;
  }
}
