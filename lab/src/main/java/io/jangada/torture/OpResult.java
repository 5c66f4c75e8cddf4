package io.jangada.torture;

import io.jangada.check.RecordedResult;

/// What became of a [ClientOp], as far as its client can know.
sealed interface OpResult {
  /// It was done, or found that there was nothing to do.
  record Done(RecordedResult result) implements OpResult {}

  /// It had no effect and will have none.
  record No() implements OpResult {}

  /// It may have been done, or may yet be.
  record Unknown() implements OpResult {}
}
