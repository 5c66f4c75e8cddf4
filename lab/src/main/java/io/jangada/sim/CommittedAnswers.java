package io.jangada.sim;

import io.jangada.kv.Envelope;
import io.jangada.kv.RequestId;
import io.jangada.kv.Result;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;

/// What the committed log came to for each request that has an id.
final class CommittedAnswers {
  /// More than one where a request was asked again and its session was forgotten.
  private final SortedMap<String, List<Result>> answers = new TreeMap<>();

  void note(Envelope envelope, Result result) {
    RequestId id = envelope.requestId();
    if (id == null || result instanceof Result.Forgotten) return;
    List<Result> known = answers.computeIfAbsent(id.toString(), _ -> new ArrayList<>(1));
    if (!known.contains(result)) known.add(result);
  }

  /// What a request came to; null for one that is not in the log.
  Result first(RequestId id) {
    List<Result> known = answers.get(id.toString());
    return known == null ? null : known.getFirst();
  }

  /// A client was told what its command came to.
  void check(RequestId id, Result told) {
    List<Result> known = answers.getOrDefault(id.toString(), List.of());
    if (!known.contains(told))
      SafetyChecker.check(
          false, "an answer is what the log came to: " + id + " got " + told + ", not " + known);
  }
}
