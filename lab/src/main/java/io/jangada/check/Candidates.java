package io.jangada.check;

import io.jangada.check.Rule.Effect;
import io.jangada.check.Rule.Need;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// The operations of one key that an order must or may hold, each with its [Rule] and with the
/// moment before which it must take effect. Drops, in steps that each change nothing about whether
/// an order exists:
/// - operations that certainly failed: they never happened;
/// - unknown operations that change nothing (reads): they may as well not have happened;
/// - unknown operations that need a value which nothing writes: they cannot have happened.
///
/// And makes **certain** what was unknown but must have happened: where an operation that happened
/// needs value `v`, and only one operation writes `v`, that one happened, and before the other's
/// ending. So a write that timed out and was read later is like any other from there on, and only
/// those remain unknown whose effect was not seen or that have a double.
final class Candidates {
  /// The moment of an operation that need never take effect.
  static final int NEVER = Integer.MAX_VALUE;

  /// One operation, and the order of the event by which it must have happened, or [#NEVER].
  static final class Candidate {
    final RecordedOp operation;
    final Rule rule;
    final boolean answered;
    int deadline;

    Candidate(RecordedOp operation, Rule rule, int deadline) {
      this.operation = operation;
      this.rule = rule;
      this.deadline = deadline;
      this.answered = deadline != NEVER;
    }

    int invoked() {
      return operation.invoked().order();
    }
  }

  private List<Candidate> candidates = new ArrayList<>();
  private Map<String, Integer> writers = new HashMap<>();

  private Candidates() {}

  /// The candidates among the operations of one key, in the order of invocation.
  static List<Candidate> of(List<RecordedOp> operations) {
    Candidates made = new Candidates();
    for (RecordedOp operation : operations) made.add(operation);
    made.countWriters();
    while (made.dropImpossible()) made.countWriters();
    made.makeCertain();
    return made.candidates;
  }

  private void add(RecordedOp operation) {
    switch (operation.ending()) {
      case Ending.Ok(RecordedResult result, long _, int order) ->
          candidates.add(
              new Candidate(operation, Model.rule(operation.op(), result).orElseThrow(), order));
      case Ending.Failed _ -> {}
      case Ending.Unknown() -> {
        Optional<Rule> rule = Model.ifItHappened(operation.op());
        rule.ifPresent(r -> candidates.add(new Candidate(operation, r, NEVER)));
      }
    }
  }

  private void countWriters() {
    writers = new HashMap<>();
    for (Candidate candidate : candidates) {
      if (candidate.rule.effect() instanceof Effect.Put(String value, long _))
        writers.merge(value, 1, Integer::sum);
    }
  }

  private boolean dropImpossible() {
    int before = candidates.size();
    candidates.removeIf(
        c ->
            !c.answered
                && c.rule.need() instanceof Need.Holds(String value, long _)
                && !writers.containsKey(value));
    return candidates.size() < before;
  }

  private void makeCertain() {
    Map<String, Candidate> soleUnknown = new HashMap<>();
    ArrayDeque<Candidate> happened = new ArrayDeque<>();
    for (Candidate candidate : candidates) {
      if (candidate.answered) happened.add(candidate);
      else if (candidate.rule.effect() instanceof Effect.Put(String value, long _)
          && writers.get(value) == 1) soleUnknown.put(value, candidate);
    }
    while (!happened.isEmpty()) {
      Candidate seer = happened.poll();
      if (!(seer.rule.need() instanceof Need.Holds(String value, long _))) continue;
      Candidate writer = soleUnknown.get(value);
      boolean possible = writer != null && writer.invoked() < seer.deadline;
      if (possible && seer.deadline < writer.deadline) {
        writer.deadline = seer.deadline;
        happened.add(writer);
      }
    }
  }
}
