package io.jangada.check;

import io.jangada.check.KeyTimeline.Kind;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/// Looks for one order of a key's operations in which every answer is right and nothing comes
/// before what had ended when it was invoked. `docs/CHECKING.md` tells the story; here is why each
/// shortcut is sound.
///
/// **The walk** is Wing and Gong's (1993) with Lowe's improvements (2017): go through the endings
/// in time and let operations take effect *just in time*. A node is what an order so far leaves
/// behind: the register, and which of the operations in flight have taken effect. At the ending of
/// X, if X has not, some sequence of operations in flight and X last has to be placed; anything
/// that would come after X can as well wait for the next ending. Nodes seen before are not walked
/// from twice.
///
/// **Covering.** A node is also dropped if another at the same ending *covers* it: equal value, no
/// fewer possible versions, marks as told in [LinearizedSet], no unknown operation spent that it
/// has not. Whatever completes the one completes the other.
///
/// **Quiet operations at once.** One that changes nothing takes effect as soon as it can: move it
/// forward to here in any completion and all others see what they saw.
///
/// **Overwritten at once.** When a write or delete that does not care what was there takes effect,
/// any blind write in flight may have taken effect just before it, unseen. So these become free
/// instead of being tried in all subsets, and a blind write (or an unknown operation) is never
/// placed right before one that goes as well without it. Where versions are mentioned this is too
/// `lenient`: an unseen write takes a version, and answers could tell. It is done all the same, for
/// blind writes whose own version is not known, since without an order even so there is none at
/// all; an order found is checked from scratch, and if it is none the search starts again,
/// strictly.
///
/// **Room for versions.** Nothing is placed that would use up a version which an operation in
/// flight is known to have had.
///
/// **Unknown operations** of one kind (see [KeyTimeline]) are taken from an endless supply, unless
/// the kind is `counted`. Again, without an order even so there is none at all. With one,
/// [Linearization] counts; kinds that it spent more of than there were are counted from then on and
/// the search starts again. Counting every kind from the start would tell apart a great many nodes
/// for nothing.
///
/// **Two ways to walk.** Deepest ending first finds an order soon if there is one, but if there is
/// none goes a long way from nodes that others cover. Ending by ending meets all nodes of one
/// before it goes on from any, and wastes nothing but cannot be lucky. So the first is tried with
/// little effort, the second with half of what is left, and then the first again with the rest.
final class Search {
  /// How a search ends.
  sealed interface End {
    /// An order up to the last ending.
    record Found(Node last) implements End {}

    /// No order gets past the ending of this level; these nodes got there.
    record Stuck(int level, List<Node> nodes) implements End {}

    /// The plan's limits were reached first.
    record GaveUp() implements End {}
  }

  /// An order so far. `placed` is a step, or `-1 - kind` for an unknown operation of that kind, and
  /// took effect at the level of `parent`; or it is [#PASSED]. `spent` lists counted kinds
  /// ascending, once for each use. An `idle` node ends in an effect that is not made use of yet.
  record Node(
      Node parent,
      int placed,
      int level,
      Register register,
      LinearizedSet marks,
      int[] spent,
      boolean idle) {}

  /// A node being gone on from: how far, and whether one found later covers it, so that there is no
  /// use in going on.
  private static final class Frame {
    final Node node;
    int next;
    boolean beaten;

    Frame(Node node) {
      this.node = node;
    }
  }

  /// Stands in [Node#placed] for: nothing placed yet.
  static final int ROOT = Integer.MIN_VALUE;

  /// Stands in [Node#placed] for: the free operation that ends at the parent's level was
  /// overwritten.
  static final int PASSED = Integer.MIN_VALUE + 1;

  /// How to search: which kinds to count, whether leniently, which way, and how far.
  record Plan(boolean[] counted, boolean lenient, Walk walk, long effortMax, int nodesMax) {}

  /// Which node is gone on from.
  enum Walk {
    /// One at the deepest ending reached.
    DEEPEST_FIRST,
    /// One at the first ending where any is left.
    LEVEL_BY_LEVEL
  }

  private final KeyTimeline course;
  private final Plan plan;
  private final TreeMap<Integer, Map<String, List<Frame>>> seen = new TreeMap<>();
  private final TreeMap<Integer, ArrayDeque<Frame>> agenda = new TreeMap<>();
  private List<Node> deepest = new ArrayList<>();
  private int deepestLevel = -1;
  private int nodes;
  private long effort;

  Search(KeyTimeline course, Plan plan) {
    this.course = course;
    this.plan = plan;
  }

  /// How many placements and comparisons were tried.
  long effort() {
    return effort;
  }

  End run() {
    Register unwritten = Register.initial(course.versions());
    LinearizedSet none = LinearizedSet.none(course.words());
    Node last = visit(settled(new Node(null, ROOT, 0, unwritten, none, new int[0], false)));
    while (last == null || last.level() < course.levels()) {
      if (effort >= plan.effortMax() || nodes > plan.nodesMax()) return new End.GaveUp();
      if (agenda.isEmpty()) return new End.Stuck(deepestLevel, deepest);
      Node next = next();
      last = next == null ? null : visit(next);
    }
    return new End.Found(last);
  }

  /// The next node from the first frame of the agenda, or null when that has no more to give.
  private Node next() {
    var first =
        switch (plan.walk()) {
          case DEEPEST_FIRST -> agenda.lastEntry();
          case LEVEL_BY_LEVEL -> agenda.firstEntry();
        };
    Node next = successor(first.getValue().getFirst());
    if (next == null) {
      first.getValue().removeFirst();
      if (first.getValue().isEmpty()) {
        agenda.remove(first.getKey());
        if (plan.walk() == Walk.LEVEL_BY_LEVEL) seen.remove(first.getKey());
      }
    }
    return next;
  }

  /// Takes up a node unless another covers it; returns it if so, else null.
  private Node visit(Node node) {
    Frame frame = new Frame(node);
    if (node.level() < course.levels() && !place(frame)) return null;
    nodes++;
    if (node.level() > deepestLevel) {
      deepestLevel = node.level();
      deepest = new ArrayList<>();
    }
    if (node.level() == deepestLevel) deepest.add(node);
    ArrayDeque<Frame> here = agenda.computeIfAbsent(node.level(), _ -> new ArrayDeque<>());
    if (plan.walk() == Walk.DEEPEST_FIRST) here.addFirst(frame);
    else here.addLast(frame);
    return node;
  }

  private boolean place(Frame frame) {
    Node node = frame.node;
    List<Frame> like =
        seen.computeIfAbsent(node.level(), _ -> new HashMap<>())
            .computeIfAbsent(node.register().value(), _ -> new ArrayList<>(2));
    effort += like.size();
    for (Frame other : like) {
      if (covers(other.node, node)) return false;
    }
    for (int i = like.size() - 1; i >= 0; i--) {
      if (covers(node, like.get(i).node)) {
        like.get(i).beaten = true;
        like.set(i, like.getLast());
        like.removeLast();
      }
    }
    like.add(frame);
    return true;
  }

  private boolean covers(Node a, Node b) {
    return (!a.idle() || b.idle())
        && a.register().covers(b.register())
        && within(a.spent(), b.spent())
        && a.marks().covers(b.marks(), course.quietBits(a.level()));
  }

  private static boolean within(int[] few, int[] many) {
    int at = 0;
    for (int kind : few) {
      while (at < many.length && many[at] < kind) at++;
      if (at == many.length || many[at++] != kind) return false;
    }
    return true;
  }

  /// The next node reached by one placement from the frame's, or null if there is none left. The
  /// operation that ends here goes first, others in flight next, and unknown ones last.
  private Node successor(Frame frame) {
    Node node = frame.node;
    if (frame.beaten) return null;
    int[] inFlight = course.inFlight(node.level());
    while (frame.next <= inFlight.length) {
      int index = frame.next++;
      Node next = index == 0 ? pass(node) : place(node, inFlight[index - 1]);
      if (next != null) return next;
    }
    int[] kinds = course.usefulKinds(node.level());
    while (frame.next - inFlight.length <= kinds.length) {
      Node next = placeUnknown(node, kinds[frame.next++ - inFlight.length - 1]);
      if (next != null) return next;
    }
    return null;
  }

  /// Lets the free operation that ends here have been overwritten. Only before anything is placed
  /// at this ending: what is placed and not followed by X can wait.
  private Node pass(Node node) {
    boolean fresh = node.parent() == null || node.parent().level() < node.level();
    if (!fresh || !node.marks().free(course.bit(node.level()))) return null;
    LinearizedSet marks = node.marks().copy();
    marks.setDone(course.bit(node.level()));
    return settled(
        new Node(node, PASSED, node.level(), node.register(), marks, node.spent(), false));
  }

  private Node place(Node node, int step) {
    effort++;
    Rule rule = course.step(step).rule();
    int bit = course.bit(step);
    if (node.marks().done(bit)) return null;
    Register after = node.register().apply(rule);
    if (after == null || leavesNoRoom(after, node, step) || goesWithoutIdle(node, rule, after))
      return null;
    LinearizedSet marks = node.marks().copy();
    marks.setDone(bit);
    freeOverwritten(rule, marks, node.level());
    boolean idle = mayBeOverwritten(rule);
    return settled(new Node(node, step, node.level(), after, marks, node.spent(), idle));
  }

  /// Whether what would be placed next goes as well without the node's idle effect, so that the
  /// node without it covers. If the next frees nothing itself, the idle effect must not have
  /// changed a mark: a step would have to take effect yet, and what it freed would too.
  private static boolean goesWithoutIdle(Node node, Rule rule, Register after) {
    if (!node.idle()
        || (!rule.blind() && !rule.clears() && !node.marks().equals(node.parent().marks())))
      return false;
    Register without = node.parent().register().apply(rule);
    return without != null && without.sameValue(after) && without.covers(after);
  }

  private Node placeUnknown(Node node, int index) {
    effort++;
    Kind kind = course.kinds().get(index);
    Rule rule = kind.rule();
    int[] spent = node.spent();
    if (plan.counted()[index]) {
      long uses = Arrays.stream(spent).filter(k -> k == index).count();
      if (uses >= kind.invokedBefore(course.step(node.level()).deadline())) return null;
      spent = Arrays.copyOf(spent, spent.length + 1);
      spent[spent.length - 1] = index;
      Arrays.sort(spent);
    }
    Register after = node.register().apply(rule);
    if (after == null || leavesNoRoom(after, node, -1) || goesWithoutIdle(node, rule, after))
      return null;
    LinearizedSet marks = node.marks().copy();
    freeOverwritten(rule, marks, node.level());
    return settled(new Node(node, -1 - index, node.level(), after, marks, spent, true));
  }

  private void freeOverwritten(Rule by, LinearizedSet marks, int level) {
    if (by.blind() || by.clears()) {
      for (int other : course.inFlight(level)) {
        if (mayBeOverwritten(course.step(other).rule()) && !marks.done(course.bit(other)))
          marks.setFree(course.bit(other));
      }
    }
  }

  private boolean mayBeOverwritten(Rule rule) {
    return rule.blind()
        && (!course.versions()
            || (plan.lenient() && rule.versionTaken() == RecordedResult.NO_VERSION));
  }

  private boolean leavesNoRoom(Register after, Node node, int placing) {
    if (course.versions()) {
      for (int other : course.inFlight(node.level())) {
        if (other != placing
            && !node.marks().done(course.bit(other))
            && !after.leavesRoomFor(course.step(other).rule())) return true;
      }
    }
    return false;
  }

  /// The node after quiet operations took effect where they can, and moved on past every ending
  /// whose operation has taken effect. The marks given are this method's to change.
  private Node settled(Node node) {
    LinearizedSet marks = node.marks();
    int level = node.level();
    boolean idle = node.idle();
    while (level < course.levels()) {
      effort += course.inFlight(level).length;
      for (int step : course.inFlight(level)) {
        int bit = course.bit(step);
        Rule rule = course.step(step).rule();
        if (rule.quiet() && !marks.done(bit) && node.register().apply(rule) == node.register()) {
          marks.setDone(bit);
          idle = false;
        }
      }
      int bit = course.bit(level);
      if (!marks.done(bit)) break;
      marks.clear(bit);
      level++;
      // What ends later can have been invoked only after the idle effect, so it counts as used.
      idle = false;
    }
    return new Node(
        node.parent(), node.placed(), level, node.register(), marks, node.spent(), idle);
  }
}
