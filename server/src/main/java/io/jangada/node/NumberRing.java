package io.jangada.node;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;

/// Values under numbers that lie close together, such as those of requests or of entries under way:
/// an array that covers all numbers from the lowest that has a value to the highest, used in the
/// round. What it takes of memory grows with that span, not with how many values there are.
final class NumberRing<T> {
  private static final int CAPACITY_MIN = 16;

  private Object[] slots = new Object[CAPACITY_MIN];
  private long from;
  private long to;

  boolean isEmpty() {
    return from == to;
  }

  /// The lowest number that has a value. Not to be asked of an empty ring.
  long first() {
    if (isEmpty()) throw new IllegalStateException("an empty ring has no first number");
    return from;
  }

  /// The value with the lowest number; null in an empty ring.
  T peek() {
    return get(from);
  }

  /// The values from the lowest number on, up to the first that is not chosen.
  List<T> firstWhile(Predicate<? super T> chosen) {
    List<T> values = new ArrayList<>();
    for (long number = from; number < to; number++) {
      T value = at(number);
      if (value != null && !chosen.test(value)) break;
      if (value != null) values.add(value);
    }
    return values;
  }

  /// The value, or null where there is none.
  T get(long number) {
    return number < from || number >= to ? null : at(number);
  }

  @SuppressWarnings("unchecked")
  private T at(long number) {
    return (T) slots[slot(number)];
  }

  private int slot(long number) {
    return (int) number & slots.length - 1;
  }

  /// @param value not null; it takes the place of one that is there
  void put(long number, T value) {
    if (isEmpty()) {
      from = number;
      to = number;
    }
    cover(Math.min(from, number), Math.max(to, number + 1));
    slots[slot(number)] = value;
  }

  private void cover(long newFrom, long newTo) {
    if (newTo - newFrom > slots.length) {
      Object[] before = slots;
      slots = new Object[Math.toIntExact(Long.highestOneBit(newTo - newFrom - 1) << 1)];
      for (long number = from; number < to; number++)
        slots[slot(number)] = before[(int) number & before.length - 1];
    }
    from = newFrom;
    to = newTo;
  }

  /// Takes the value out; null where there is none.
  T remove(long number) {
    T value = get(number);
    if (value == null) return null;
    slots[slot(number)] = null;
    while (from < to && slots[slot(from)] == null) from++;
    while (to > from && slots[slot(to - 1)] == null) to--;
    return value;
  }
}
