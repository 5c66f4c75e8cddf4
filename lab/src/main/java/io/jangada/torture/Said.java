package io.jangada.torture;

import io.jangada.check.Result;

/// What became of a [Wish], as far as its client can know.
sealed interface Said {
  /// It was done, or found that there was nothing to do.
  record Done(Result result) implements Said {}

  /// It had no effect and will have none.
  record No() implements Said {}

  /// It may have been done, or may yet be.
  record Unknown() implements Said {}
}
