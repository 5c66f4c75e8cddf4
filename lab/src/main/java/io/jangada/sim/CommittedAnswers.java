package io.jangada.sim;

import io.jangada.kv.Envelope;
import io.jangada.kv.RequestId;
import io.jangada.kv.Result;
import io.jangada.kv.auth.Caller;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.SortedMap;
import java.util.TreeMap;

/// What the committed log came to for each request that has an id.
final class CommittedAnswers {
  private static final Result NO_USER = new Result.Refused(Result.Reason.NO_USER);

  /// More than one where a request was asked again and its session was forgotten.
  private final SortedMap<String, List<Result>> answers = new TreeMap<>();

  /// Who asked, as the log has it.
  private final SortedMap<String, Caller> callers = new TreeMap<>();

  void note(Envelope envelope, Result result) {
    RequestId id = envelope.requestId();
    if (id != null && envelope.caller() != null) callers.put(id.toString(), envelope.caller());
    if (id == null || result instanceof Result.Forgotten) return;
    List<Result> known = answers.computeIfAbsent(id.toString(), _ -> new ArrayList<>(1));
    if (!known.contains(result)) known.add(result);
  }

  /// What a request came to; null for one that is not in the log.
  Result first(RequestId id) {
    List<Result> known = answers.get(id.toString());
    return known == null ? null : known.getFirst();
  }

  /// A command that was answered stands in the log for who asked for it.
  void check(RequestId id, Caller caller) {
    Caller known = callers.get(id.toString());
    if (!Objects.equals(known, caller))
      SafetyChecker.check(
          false,
          "a command is done for who asked for it: " + id + " of " + caller + ", not " + known);
  }

  /// A client was told what its command came to. A command without a caller may be refused before
  /// it is in the log.
  void check(RequestId id, Result told) {
    List<Result> known = answers.getOrDefault(id.toString(), List.of());
    boolean hasNoCaller = known.isEmpty() && NO_USER.equals(told);
    if (!known.contains(told) && !hasNoCaller)
      SafetyChecker.check(
          false, "an answer is what the log came to: " + id + " got " + told + ", not " + known);
  }
}
