package io.jangada.check;

import java.util.List;

/// What a check found out about a whole history.
public sealed interface Verdict {
  /// One order of the operations of one key in which all answers are right.
  record Order(String key, List<RecordedOp> operations) {
    public Order {
      operations = List.copyOf(operations);
    }
  }

  /// Every key has an order; each was checked from scratch after it was found.
  record Linearizable(List<Order> orders) implements Verdict {
    public Linearizable {
      orders = List.copyOf(orders);
    }

    @Override
    public String toString() {
      int placed = orders.stream().mapToInt(o -> o.operations().size()).sum();
      return "linearizable: " + placed + " operations placed, keys: " + orders.size();
    }
  }

  /// This key has none: no order gets `stuck` in by the event `moment`, by which it must have taken
  /// effect: its own ending, or that of one that saw it. `why` says so in plain words, `longest` is
  /// an order that gets as far as any, and `attempts` tells of some of the ways tried. An order may
  /// hold an unknown operation more than once, where there is none even so.
  record NotLinearizable(
      String key,
      RecordedOp stuck,
      int moment,
      String why,
      List<RecordedOp> longest,
      List<Attempt> attempts)
      implements Verdict {
    public NotLinearizable {
      longest = List.copyOf(longest);
      attempts = List.copyOf(attempts);
    }

    @Override
    public String toString() {
      return "not linearizable, key " + Words.value(key) + ": " + why;
    }
  }

  /// One way that was tried: its last operations, what was there after them, and what was wrong
  /// with going on.
  record Attempt(List<RecordedOp> last, String state, String refusal) {
    public Attempt {
      last = List.copyOf(last);
    }
  }

  /// The limits were reached before this key was decided, and no other key was found wanting. Not
  /// an answer, and never to be taken for a good one.
  record Undecided(String key, String why) implements Verdict {
    @Override
    public String toString() {
      return "undecided, key " + Words.value(key) + ": " + why;
    }
  }
}
