package io.jangada.check;

import io.jangada.check.KeyTimeline.Kind;
import io.jangada.check.KeyTimeline.Step;
import io.jangada.check.Rule.Effect;
import io.jangada.check.Rule.Need;
import io.jangada.check.Search.End;
import io.jangada.check.Search.Node;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/// Says why a key's history has no order, in plain words.
final class Explanation {
  /// The most possible values named in a sentence.
  static final int STATES_MAX = 8;

  /// The most ways told of.
  static final int ATTEMPTS_MAX = 8;

  /// The most operations told of in each.
  static final int LAST_MAX = 10;

  private final String key;
  private final List<RecordedOp> operations;
  private final KeyTimeline course;

  Explanation(String key, List<RecordedOp> operations, KeyTimeline course) {
    this.key = key;
    this.operations = operations;
    this.course = course;
  }

  Verdict.NotLinearizable of(End.Stuck stuck) {
    Step step = course.step(stuck.level());
    List<Node> refused = new ArrayList<>();
    Set<String> noRoom = new LinkedHashSet<>();
    List<Verdict.Attempt> attempts = new ArrayList<>();
    for (Node node : stuck.nodes()) {
      if (node.register().apply(step.rule()) == null) keep(node, refused);
      else if (noRoom.add(noRoom(node, step)) && attempts.size() < ATTEMPTS_MAX)
        attempts.add(attempt(node, noRoom(node, step)));
    }
    Set<String> states = new LinkedHashSet<>();
    for (Node node : refused) {
      if (states.add(node.register().text(step.rule().versioned()))
          && attempts.size() < ATTEMPTS_MAX)
        attempts.add(attempt(node, Words.text(step.operation()) + ", not possible here"));
    }
    addUnknown(states, step);
    String why = text(step);
    if (!states.isEmpty()) why += (step.answered() ? ", " : "; ") + possible(states) + hint(step);
    if (!noRoom.isEmpty())
      why += (states.isEmpty() ? ", but " : "; with others ") + noRoom.iterator().next();
    List<RecordedOp> longest = Linearization.of(course, stuck.nodes().getFirst()).order();
    return new Verdict.NotLinearizable(
        key, step.operation(), step.deadline(), why, longest, attempts);
  }

  /// Adds a node unless one of the same value and all its versions is there; takes out those that
  /// it stands for as well.
  private static void keep(Node node, List<Node> nodes) {
    for (Node other : nodes) {
      if (other.register().sameValue(node.register()) && other.register().covers(node.register()))
        return;
    }
    nodes.removeIf(
        other ->
            other.register().sameValue(node.register())
                && node.register().covers(other.register()));
    nodes.add(node);
  }

  private Verdict.Attempt attempt(Node node, String refusal) {
    List<RecordedOp> order = Linearization.of(course, node).order();
    List<RecordedOp> last = order.subList(Math.max(0, order.size() - LAST_MAX), order.size());
    return new Verdict.Attempt(last, node.register().text(course.versions()), refusal);
  }

  /// Blind writes of unknown ending are only tried where they help; they were possible all the
  /// same.
  private void addUnknown(Set<String> states, Step step) {
    for (Kind kind : course.kinds()) {
      if (!course.versions()
          && kind.invokedBefore(step.deadline()) > 0
          && kind.rule().blind()
          && kind.rule().effect() instanceof Effect.Put(String value, long _)
          && !fits(step.rule().need(), value)) states.add(Words.value(value));
    }
  }

  private String text(Step step) {
    if (step.answered()) return Words.text(step.operation());
    String by = "";
    for (int level = 0; level < course.levels(); level++) {
      Step seer = course.step(level);
      if (seer.answered() && seer.deadline() == step.deadline())
        by = ": " + Words.text(seer.operation()) + ", and nothing else wrote what that needs";
    }
    return Words.text(step.operation()) + ", but must have taken effect" + by;
  }

  private static String possible(Set<String> states) {
    List<String> shown = states.stream().limit(STATES_MAX).toList();
    int more = states.size() - shown.size();
    String list = String.join(" or ", shown) + (more > 0 ? " or " + more + " others" : "");
    return states.size() == 1
        ? "the only possible value was " + list
        : "possible values were " + list;
  }

  /// Where the value asked for came from, if that alone settles it.
  private String hint(Step step) {
    if (!(step.rule().need() instanceof Need.Holds(String value, long _))) return "";
    RecordedOp failed = null;
    for (RecordedOp operation : operations) {
      boolean writes = Model.ifItHappened(operation.op()).map(r -> puts(r, value)).orElse(false);
      if (writes && operation.ending() instanceof Ending.Failed) failed = operation;
      else if (writes && mayHaveWritten(operation))
        return operation.invoked().order() < step.deadline()
            ? ""
            : "; nothing had asked to write " + Words.value(value) + " by then";
    }
    return failed != null
        ? "; " + Words.value(value) + " is what failed: " + Words.text(failed)
        : "; nothing ever wrote " + Words.value(value);
  }

  private static boolean mayHaveWritten(RecordedOp operation) {
    return !(operation.ending() instanceof Ending.Ok(RecordedResult result, long _, int _))
        || result instanceof RecordedResult.Written;
  }

  private static boolean puts(Rule rule, String value) {
    return rule.effect() instanceof Effect.Put(String written, long _) && written.equals(value);
  }

  /// Whether a value alone meets a need that names no version.
  private static boolean fits(Need need, String value) {
    return switch (need) {
      case Need.Anything(), Need.Present() -> true;
      case Need.Absent() -> false;
      case Need.Holds(String wanted, long _) -> wanted.equals(value);
      case Need.HoldsOther(String other) -> !other.equals(value);
      case Need.HoldsOrAbsent(String wanted) -> wanted.equals(value);
      case Need.AtVersion _, Need.NotAtVersion _ -> true;
    };
  }

  private String noRoom(Node node, Step step) {
    Register after = node.register().apply(step.rule());
    for (int other : course.inFlight(node.level())) {
      Step late = course.step(other);
      if (late != step
          && !node.marks().done(course.bit(other))
          && !after.leavesRoomFor(late.rule()))
        return "it would use up the version of another, still to come: "
            + Words.text(late.operation());
    }
    return "it would have to come after another that cannot come first";
  }
}
