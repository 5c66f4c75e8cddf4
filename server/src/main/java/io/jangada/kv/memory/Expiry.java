package io.jangada.kv.memory;

import java.util.Arrays;

/// The values that have an end, soonest first; of equal deadlines the older version first. A binary
/// heap whose members know their place, so that any of them can leave it.
public final class Expiry {
  private static final int REFERENCE_BYTES = 4;

  private Node.Timer[] heap = new Node.Timer[16];
  private int size;

  public int size() {
    return size;
  }

  /// What the heap takes beside its members; it never shrinks.
  public long memoryBytes() {
    return (long) REFERENCE_BYTES * heap.length;
  }

  /// The soonest, or null.
  public Node.Timer first() {
    return heap[0];
  }

  public void add(Node.Timer timer) {
    if (size == heap.length) heap = Arrays.copyOf(heap, size * 2);
    up(size++, timer);
  }

  public void remove(Node.Timer timer) {
    int place = timer.place;
    Node.Timer last = heap[--size];
    heap[size] = null;
    if (last == timer) return;
    if (place > 0 && last.before(heap[(place - 1) >>> 1])) up(place, last);
    else down(place, last);
  }

  private void up(int from, Node.Timer timer) {
    int place = from;
    while (place > 0) {
      int parent = (place - 1) >>> 1;
      if (!timer.before(heap[parent])) break;
      put(place, heap[parent]);
      place = parent;
    }
    put(place, timer);
  }

  private void down(int from, Node.Timer timer) {
    int place = from;
    while (2 * place + 1 < size) {
      int child = 2 * place + 1;
      if (child + 1 < size && heap[child + 1].before(heap[child])) child++;
      if (!heap[child].before(timer)) break;
      put(place, heap[child]);
      place = child;
    }
    put(place, timer);
  }

  private void put(int place, Node.Timer timer) {
    heap[place] = timer;
    timer.place = place;
  }
}
