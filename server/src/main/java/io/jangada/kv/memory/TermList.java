package io.jangada.kv.memory;

/// The values of one lease, in no order that means something.
public final class TermList {
  private Term first;
  private int size;

  public int size() {
    return size;
  }

  /// The first, or null; the others by [Term#next].
  public Term first() {
    return first;
  }

  public void add(Term term) {
    term.previous = null;
    term.next = first;
    if (first != null) first.previous = term;
    first = term;
    size++;
  }

  public void remove(Term term) {
    if (term.previous == null) first = term.next;
    else term.previous.next = term.next;
    if (term.next != null) term.next.previous = term.previous;
    term.previous = null;
    term.next = null;
    size--;
  }
}
