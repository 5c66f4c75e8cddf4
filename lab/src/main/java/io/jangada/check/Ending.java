package io.jangada.check;

import static java.util.Objects.requireNonNull;

/// How an operation ended, as its client knows it. `order` is the place among all events of the
/// history and decides what came before what; `time` is for people.
public sealed interface Ending {
  /// The store answered: the operation took effect once, between invocation and answer.
  record Ok(RecordedResult result, long time, int order) implements Ending {
    public Ok {
      requireNonNull(result, "result");
    }
  }

  /// The store said for certain that the operation did not and will not happen.
  record Failed(long time, int order) implements Ending {}

  /// Unknown: it may have happened, may yet happen at any later time, or never.
  record Unknown() implements Ending {}
}
