package io.jangada.kv.memory;

import java.util.function.Consumer;

/// A doubly linked list in order of version that one reader can walk as it was at one moment, while
/// it goes on changing.
///
/// Links enter at the tail, with versions that only grow, and are never changed in what a reader
/// sees of them: a new state of the same thing is a new link. So the state at version `bound` is
/// the links up to `bound` that were live then, and only those that were retired since are missing.
/// These the chain keeps: [#retire] leaves a link that the reader has yet to come to in its place,
/// as a *ghost*, and the reader takes it out as it passes. Beginning costs nothing, each step of
/// the reader and each change costs the same however long the chain is, and what the reader gives
/// out depends on nothing that happened since.
///
/// A reading that is given up leaves ghosts behind. They are marked with the number of their
/// reading, so a later one takes them out unseen, and [#sweep] goes after them meanwhile. Those it
/// has not reached by then are the one thing that can make a step of the next reading longer.
public final class VersionList<L extends ListNode<L>> {
  private L first;
  private L last;
  private L oldest;
  private L cursor;
  private long bound;
  private int reading;
  private boolean open;
  private int ghosts;
  private final Consumer<? super L> gone;

  /// @param gone told of each link that was retired, as soon as nobody reads it any more
  public VersionList(Consumer<? super L> gone) {
    this.gone = gone;
  }

  public void append(L link) {
    if (last != null && link.version <= last.version)
      throw new IllegalStateException(link.version + " after " + last.version);
    link.previous = last;
    if (last == null) first = link;
    else last.next = link;
    last = link;
    if (oldest == null) oldest = link;
  }

  /// Whether the open reading has yet to come to this live link, so that it must not change.
  public boolean awaited(L link) {
    return open && cursor != null && link.version <= bound && link.version >= cursor.version;
  }

  /// Takes a live link out: at once, or when the reader has passed it.
  public void retire(L link) {
    if (awaited(link)) {
      link.ghostOf = reading;
      ghosts++;
    } else {
      unlink(link);
      gone.accept(link);
    }
  }

  /// Takes a live link out that no reader waits for, so that it can be appended again.
  public void take(L link) {
    if (awaited(link)) throw new IllegalStateException("it is still to be read");
    unlink(link);
  }

  /// The live link with the smallest version, or null. What it costs to look past ghosts is paid
  /// once for each of them.
  public L oldest() {
    while (oldest != null && oldest.ghostOf != 0) oldest = oldest.next;
    return oldest;
  }

  public int ghosts() {
    return ghosts;
  }

  /// Opens a reading of the links that are live now, whose versions are `bound` or less.
  public void open(long bound) {
    if (open) throw new IllegalStateException("one reading at a time");
    reading = reading == Integer.MAX_VALUE ? 1 : reading + 1;
    this.bound = bound;
    cursor = first;
    open = true;
  }

  /// Shows the next link as it was when the reading was opened. Returns false at the end.
  public boolean read(Consumer<? super L> reader) {
    if (!open) throw new IllegalStateException("no reading is open");
    while (cursor != null && cursor.version <= bound) {
      L link = cursor;
      cursor = link.next;
      boolean read = link.ghostOf == 0 || link.ghostOf == reading;
      if (read) reader.accept(link);
      if (link.ghostOf != 0) drop(link);
      if (read) return true;
    }
    cursor = null;
    return false;
  }

  private void drop(L ghost) {
    unlink(ghost);
    ghosts--;
    gone.accept(ghost);
  }

  /// Ends the reading, complete or not.
  public void close() {
    open = false;
  }

  /// Walks on over at most `linksMax` links to free what a reading that was given up has left.
  public void sweep(int linksMax) {
    if (open || ghosts == 0) return;
    for (int i = 0; i < linksMax && cursor != null && ghosts > 0; i++) {
      L link = cursor;
      cursor = link.next;
      if (link.ghostOf != 0) drop(link);
    }
  }

  private void unlink(L link) {
    if (cursor == link) cursor = link.next;
    if (oldest == link) oldest = link.next;
    if (link.previous == null) first = link.next;
    else link.previous.next = link.next;
    if (link.next == null) last = link.previous;
    else link.next.previous = link.previous;
    link.previous = null;
    link.next = null;
  }
}
