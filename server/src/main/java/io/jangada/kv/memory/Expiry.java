package io.jangada.kv.memory;

import java.util.Arrays;

/// The values that have an end, soonest first; of equal deadlines the older value first. A binary
/// heap whose members know their place, so that any of them can leave it.
public final class Expiry {
  private static final int REFERENCE_BYTES = 4;

  private final NodeTable nodes;
  private Term[] heap = new Term[16];
  private int size;

  public Expiry(NodeTable nodes) {
    this.nodes = nodes;
  }

  public int size() {
    return size;
  }

  /// What the heap takes beside its members; it never shrinks.
  public long memoryBytes() {
    return (long) REFERENCE_BYTES * heap.length;
  }

  /// The soonest, or null.
  public Term first() {
    return heap[0];
  }

  public void add(Term term) {
    if (size == heap.length) heap = Arrays.copyOf(heap, size * 2);
    up(size++, term);
  }

  public void remove(Term term) {
    int place = term.place;
    Term last = heap[--size];
    heap[size] = null;
    if (last == term) return;
    if (place > 0 && before(last, heap[(place - 1) >>> 1])) up(place, last);
    else down(place, last);
  }

  private void up(int from, Term term) {
    int place = from;
    while (place > 0) {
      int parent = (place - 1) >>> 1;
      if (!before(term, heap[parent])) break;
      put(place, heap[parent]);
      place = parent;
    }
    put(place, term);
  }

  private void down(int from, Term term) {
    int place = from;
    while (2 * place + 1 < size) {
      int child = 2 * place + 1;
      if (child + 1 < size && before(heap[child + 1], heap[child])) child++;
      if (!before(heap[child], term)) break;
      put(place, heap[child]);
      place = child;
    }
    put(place, term);
  }

  private void put(int place, Term term) {
    heap[place] = term;
    term.place = place;
  }

  private boolean before(Term one, Term other) {
    if (one.deadlineMillis != other.deadlineMillis)
      return one.deadlineMillis < other.deadlineMillis;
    long revision = nodes.revision(one.node);
    long otherRevision = nodes.revision(other.node);
    if (revision != otherRevision) return revision < otherRevision;
    return nodes.place(one.node) < nodes.place(other.node);
  }
}
