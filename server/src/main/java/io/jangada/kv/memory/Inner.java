package io.jangada.kv.memory;

import io.jangada.bytes.Bytes;
import java.util.Arrays;

/// A page of pages. Its keys are the separators between them: all keys below `children[i]` are
/// before separator `i`, and those below `children[i + 1]` are not.
final class Inner extends Page {
  /// The page itself, and its arrays.
  private static final int FIXED_BYTES = 48 + (16 + 8 * CHILDREN_MAX) + 3 * (16 + 4 * CHILDREN_MAX);

  private static final int SEPARATOR_BYTES = 32;

  final Page[] children = new Page[CHILDREN_MAX];
  final Bytes[] separators = new Bytes[CHILDREN_MAX - 1];

  /// How many nodes below each page are live.
  final int[] live = new int[CHILDREN_MAX];

  Inner(IndexPages pages) {
    super(pages, CHILDREN_MAX - 1);
  }

  /// A page of these two.
  static Inner of(Page first, Bytes separator, Page second) {
    Inner page = new Inner(first.pages);
    page.children[0] = first;
    page.live[0] = first.live() + second.live();
    page.insertBehind(0, separator, second);
    return page;
  }

  @Override
  int compareKey(int place, Bytes key) {
    return separators[place].compareTo(key);
  }

  @Override
  Bytes key(int place) {
    return separators[place];
  }

  @Override
  long keyWord(int place, int index) {
    return separators[place].wordAt(index);
  }

  @Override
  int splitCost(int place) {
    return separators[place].length();
  }

  @Override
  int children() {
    return count + 1;
  }

  @Override
  int live() {
    return liveBefore(count + 1);
  }

  @Override
  int fixedBytes() {
    return FIXED_BYTES;
  }

  /// How many nodes below the pages before a place are live.
  int liveBefore(int place) {
    int sum = 0;
    for (int i = 0; i < place; i++) sum += live[i];
    return sum;
  }

  /// How many first bytes all keys below the page at a place have in common, as far as separators
  /// and the page's own keys tell; bytes beyond a key's end count as 0.
  ///
  /// @param shared what all keys below this page have
  int sharedAt(int place, int shared) {
    if (place == 0 || place == count) return shared;
    return Math.max(shared, prefixLength + sharedBytes(heads[place - 1], heads[place]));
  }

  /// Inserts a page behind the one at a place, of which it was a part.
  void insertBehind(int place, Bytes separator, Page next) {
    insertSeparator(place, separator);
    int moved = count - 1 - place;
    System.arraycopy(children, place + 1, children, place + 2, moved);
    System.arraycopy(live, place + 1, live, place + 2, moved);
    children[place + 1] = next;
    live[place + 1] = next.live();
    live[place] -= live[place + 1];
  }

  private void insertSeparator(int place, Bytes separator) {
    insertHead(place, admit(separator, 0));
    System.arraycopy(separators, place, separators, place + 1, count - 1 - place);
    separators[place] = separator;
    pages.memoryBytes += bytesOf(separator);
  }

  /// Takes out a page that holds nothing any more.
  void remove(int place) {
    if (count == 0) count = -1;
    else remove(place, Math.max(0, place - 1));
  }

  private void remove(int place, int separator) {
    pages.memoryBytes -= bytesOf(separators[separator]);
    removeHead(separator);
    System.arraycopy(separators, separator + 1, separators, separator, count - separator);
    separators[count] = null;
    int moved = count + 1 - place;
    System.arraycopy(children, place + 1, children, place, moved);
    System.arraycopy(live, place + 1, live, place, moved);
    children[count + 1] = null;
  }

  /// Joins the page at a place with one beside it.
  ///
  /// @return false if it fits together with neither
  boolean joinWithNeighbour(int place) {
    if (place > 0 && fitTogether(place - 1)) joinWithNext(place - 1);
    else if (place < count && fitTogether(place)) joinWithNext(place);
    else return false;
    return true;
  }

  private boolean fitTogether(int place) {
    return children[place].children() + children[place + 1].children() <= JOINED_MAX;
  }

  private void joinWithNext(int place) {
    Page next = children[place + 1];
    children[place].join(separators[place], next);
    next.drop();
    live[place] += live[place + 1];
    remove(place + 1, place);
  }

  /// Moves about half of a full page to a new one.
  ///
  /// @return the separator between the two
  Bytes splitInto(Inner next) {
    int middle = middle();
    Bytes separator = separators[middle];
    moveTo(next, middle + 1);
    pages.memoryBytes -= bytesOf(separator);
    separators[middle] = null;
    count = middle;
    return separator;
  }

  @Override
  void join(Bytes separator, Page page) {
    Inner next = (Inner) page;
    insertSeparator(count, separator);
    if (next.count > 0) {
      int shared = commonPrefix(next);
      shortenPrefix(shared);
      next.shortenPrefix(shared);
    }
    next.moveTo(this, 0);
    lengthenPrefix();
  }

  /// Moves the pages from a place on, with the separators between them, behind the last separator
  /// of another page.
  private void moveTo(Inner to, int from) {
    int moved = count - from;
    System.arraycopy(separators, from, to.separators, to.count, moved);
    System.arraycopy(children, from, to.children, to.count, moved + 1);
    System.arraycopy(live, from, to.live, to.count, moved + 1);
    Arrays.fill(separators, from, count, null);
    Arrays.fill(children, from, count + 1, null);
    moveHeads(from, to);
  }

  static int bytesOf(Bytes separator) {
    return SEPARATOR_BYTES + IndexPages.arrayBytes(separator.length());
  }
}
