package io.jangada.check;

import static java.util.Objects.requireNonNull;

/// One operation of a history: who asked what of which key, and how it ended. `id` is the place
/// among all invocations, from 0; `invokedOrder` the place among all events (see [Ending]).
public record RecordedOp(int id, int process, String key, Op op, Invoked invoked, Ending ending) {
  /// When an operation was asked for: a time for people, a place in the order of events for the
  /// checker.
  public record Invoked(long time, int order) {}

  /// See the record.
  public RecordedOp {
    requireNonNull(key, "key");
    requireNonNull(op, "op");
    requireNonNull(invoked, "invoked");
    requireNonNull(ending, "ending");
  }

  /// In plain words, such as `read by p3 saw 1`.
  @Override
  public String toString() {
    return Words.text(this);
  }
}
