package io.jangada.check;

import java.util.ArrayList;
import java.util.List;

/// The operations of one key that a picture shows: all if they are few, else those about a moment.
/// In flight at its beginning may be some that were invoked earlier.
record Window(List<RecordedOp> shown, List<RecordedOp> earlierUnknown, int outOf) {
  /// The most operations invoked up to the moment that are shown.
  static final int BEFORE_MAX = 70;

  /// The most invoked after it.
  static final int AFTER_MAX = 20;

  /// The most shown that were invoked before all those and had not ended.
  static final int LONG_MAX = 30;

  /// The window about the event `moment` of these operations, which stand in the order of
  /// invocation; operation `always` is in it however early it was.
  static Window about(int moment, int always, List<RecordedOp> operations) {
    int middle = 0;
    while (middle < operations.size() && invoked(operations.get(middle)) <= moment) middle++;
    int from = Math.max(0, middle - BEFORE_MAX);
    int to = Math.min(operations.size(), middle + AFTER_MAX);
    if (from == 0) to = Math.min(operations.size(), BEFORE_MAX + AFTER_MAX);
    int start = from < operations.size() ? invoked(operations.get(from)) : 0;
    List<RecordedOp> shown = new ArrayList<>();
    List<RecordedOp> unknown = new ArrayList<>();
    for (RecordedOp operation : operations.subList(0, from)) {
      if (operation.id() == always) shown.add(operation);
      else if (operation.ending() instanceof Ending.Unknown)
        Model.ifItHappened(operation.op()).ifPresent(_ -> unknown.add(operation));
      else if (end(operation) > start && shown.size() < LONG_MAX) shown.add(operation);
    }
    shown.addAll(operations.subList(from, to));
    return new Window(shown, unknown, operations.size());
  }

  /// The order of the event that ended an operation, or the highest there is.
  static int end(RecordedOp operation) {
    return switch (operation.ending()) {
      case Ending.Ok ok -> ok.order();
      case Ending.Failed failed -> failed.order();
      case Ending.Unknown() -> Integer.MAX_VALUE;
    };
  }

  static int invoked(RecordedOp operation) {
    return operation.invoked().order();
  }

  boolean whole() {
    return shown.size() == outOf;
  }
}
