package io.jangada.client;

import java.util.List;
import java.util.concurrent.CompletionStage;

/// Is told what a [Watch] sees, one thing after the other, on the client's own thread: it must not
/// block.
public interface WatchListener {
  /// Keys were changed. All events of a revision come together, in the order of revisions, without
  /// gap or double, whichever members they come from.
  ///
  /// @param more whether more events of the last revision follow in the next call
  /// @return what completes when the listener takes more: nothing is told before, and what the
  ///   servers go on to see is not sent here. Null for at once.
  CompletionStage<?> onEvents(List<WatchEvent> events, boolean more);

  /// The watch fell so far behind that the servers no longer keep what comes next. It has ended.
  ///
  /// @param compacted the first revision that can still be read
  void onCompacted(long compacted);

  /// The watch has ended otherwise: the servers refuse it, this listener failed, or the client was
  /// closed. It is not told of a watch that was closed by its owner.
  default void onEnded(String reason) {}
}
