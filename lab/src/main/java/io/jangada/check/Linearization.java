package io.jangada.check;

import io.jangada.check.KeyTimeline.Kind;
import io.jangada.check.KeyTimeline.Step;
import io.jangada.check.Search.Node;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/// The order that a node of the [Search] stands for, operation by operation: the path to it walked
/// again, with quiet operations where they took effect and overwritten ones just before what
/// overwrote them. A kind's unknown operations are spent in the order of invocation.
final class Linearization {
  private final KeyTimeline course;
  private final List<RecordedOp> order = new ArrayList<>();
  private final Map<Integer, List<RecordedOp>> justBefore = new TreeMap<>();
  private final int[] overwrittenAt;
  private final boolean[] done;
  private final int[] spent;
  private final boolean[] overspent;
  private Register register;
  private int level;

  private Linearization(KeyTimeline course) {
    this.course = course;
    this.overwrittenAt = new int[course.levels()];
    this.done = new boolean[course.levels()];
    this.spent = new int[course.kinds().size()];
    this.overspent = new boolean[spent.length];
    this.register = Register.initial(course.versions());
  }

  static Linearization of(KeyTimeline course, Node last) {
    List<Node> path = new ArrayList<>();
    for (Node node = last; node.parent() != null; node = node.parent()) path.add(node);
    Linearization witness = new Linearization(course);
    witness.settle();
    for (Node node : path.reversed()) {
      witness.follow(node);
      witness.settle();
    }
    return witness;
  }

  /// The operations that take effect, first to last.
  List<RecordedOp> order() {
    List<RecordedOp> whole = new ArrayList<>();
    for (int i = 0; i < order.size(); i++) {
      whole.addAll(justBefore.getOrDefault(i, List.of()));
      whole.add(order.get(i));
    }
    return whole;
  }

  /// Marks the kinds spent more of than had been invoked; returns whether there are any.
  boolean markOverspent(boolean[] kinds) {
    boolean any = false;
    for (int i = 0; i < kinds.length; i++) {
      kinds[i] |= overspent[i];
      any |= overspent[i];
    }
    return any;
  }

  /// Checks an order from scratch, so that no verdict of linearizable rests on the search alone:
  /// every answered operation of the key is there, none twice, none that failed, each right where
  /// it stands, none before one that ended before it was invoked.
  static boolean verified(List<RecordedOp> operations, List<RecordedOp> order) {
    Register register = Register.initial(order.stream().anyMatch(o -> ruleOf(o).versioned()));
    BitSet placed = new BitSet();
    for (RecordedOp operation : order) {
      register = register.apply(ruleOf(operation));
      if (register == null || placed.get(operation.id())) return false;
      placed.set(operation.id());
    }
    int soonestEnd = Integer.MAX_VALUE;
    for (RecordedOp operation : order.reversed()) {
      if (operation.invoked().order() > soonestEnd) return false;
      if (operation.ending() instanceof Ending.Ok ok) soonestEnd = Math.min(soonestEnd, ok.order());
    }
    return operations.stream()
        .allMatch(o -> !(o.ending() instanceof Ending.Ok) || placed.get(o.id()));
  }

  private static Rule ruleOf(RecordedOp operation) {
    return switch (operation.ending()) {
      case Ending.Ok(RecordedResult result, long _, int _) ->
          Model.rule(operation.op(), result).orElseThrow();
      case Ending.Unknown() -> Model.ifItHappened(operation.op()).orElseThrow();
      case Ending.Failed _ -> throw new IllegalStateException("failed: " + operation.id());
    };
  }

  private void follow(Node node) {
    if (node.placed() == Search.PASSED) {
      done[level] = true;
      justBefore
          .computeIfAbsent(overwrittenAt[level], _ -> new ArrayList<>())
          .add(course.step(level).operation());
      return;
    }
    boolean unknown = node.placed() < 0;
    Rule rule =
        unknown ? course.kinds().get(-1 - node.placed()).rule() : course.step(node.placed()).rule();
    register = register.apply(rule);
    if (!unknown) done[node.placed()] = true;
    if (rule.blind() || rule.clears()) {
      for (int other : course.inFlight(level)) {
        if (!done[other]) overwrittenAt[other] = order.size();
      }
    }
    order.add(unknown ? spend(-1 - node.placed()) : course.step(node.placed()).operation());
  }

  private RecordedOp spend(int index) {
    Kind kind = course.kinds().get(index);
    int use = spent[index]++;
    overspent[index] |= use >= kind.invokedBefore(course.step(level).deadline());
    return kind.members().get(Math.min(use, kind.members().size() - 1));
  }

  private void settle() {
    while (level < course.levels()) {
      for (int index : course.inFlight(level)) {
        Step step = course.step(index);
        if (step.rule().quiet() && !done[index] && register.apply(step.rule()) == register) {
          done[index] = true;
          order.add(step.operation());
        }
      }
      if (!done[level]) return;
      level++;
    }
  }
}
