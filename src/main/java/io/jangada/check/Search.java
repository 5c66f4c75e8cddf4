package io.jangada.check;

import io.jangada.check.Course.Kind;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

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
/// **Covering.** A node is also dropped if one seen before at the same ending *covers* it: equal
/// value, no fewer possible versions, marks as told in [Marks], no unknown operation spent that it
/// has not. Whatever completes the one completes the other.
///
/// **Quiet operations at once.** One that changes nothing takes effect as soon as it can: move it
/// forward to here in any completion and all others see what they saw.
///
/// **Overwritten at once.** When a write or delete that does not care what was there takes effect,
/// any blind write in flight may have taken effect just before it, unseen. So these become free
/// instead of being tried in all subsets; and a blind write (or an unknown operation) is never
/// placed right before another blind one, since the node without it covers the node with it. Only
/// where no version is mentioned: an unseen write takes a version, and answers could tell.
///
/// **Room for versions.** Nothing is placed that would use up a version which an operation in
/// flight is known to have had.
///
/// **Unknown operations** of one kind (see [Course]) are taken from an endless supply, unless the
/// kind is `counted`. Without an order even so there is none at all. With one, [Witness] counts;
/// kinds that it spent more of than there were are counted from then on and the search starts
/// again. Counting every kind from the start would tell apart a great many nodes for nothing.
final class Search {

  /// How a search ends.
  sealed interface End {
    /// An order up to the last ending.
    record Found(Node last) implements End {}

    /// No order gets past the ending of this level; these nodes got there.
    record Stuck(int level, List<Node> nodes) implements End {}

    /// The limits were reached first.
    record GaveUp(String why) implements End {}
  }

  /// An order so far. `placed` is a step, or `-1 - kind` for an unknown operation of that kind, and
  /// took effect at the level of `parent`; or it is [#PASSED]. `spent` lists counted kinds
  /// ascending, once for each use. An `idle` node ends in an effect that nobody has made use of
  /// yet.
  record Node(
      Node parent,
      int placed,
      int level,
      Register register,
      Marks marks,
      int[] spent,
      boolean idle) {}

  private record Place(int level, String value) {}

  private static final class Frame {
    final Node node;
    int next;

    Frame(Node node) {
      this.node = node;
    }
  }

  /// Stands in [Node#placed] for: nothing placed yet.
  static final int ROOT = Integer.MIN_VALUE;

  /// Stands in [Node#placed] for: the free operation that ends at the parent's level was
  /// overwritten.
  static final int PASSED = Integer.MIN_VALUE + 1;

  private final Course course;
  private final boolean[] counted;
  private final Checker.Limits limits;
  private final Map<Place, List<Node>> seen = new HashMap<>();
  private final ArrayDeque<Frame> path = new ArrayDeque<>();
  private List<Node> deepest = new ArrayList<>();
  private int deepestLevel = -1;
  private int nodes;
  private long effort;

  Search(Course course, boolean[] counted, Checker.Limits limits, long effortBefore) {
    this.course = course;
    this.counted = counted;
    this.limits = limits;
    this.effort = effortBefore;
  }

  /// How many placements and comparisons were tried, those of earlier searches included.
  long effort() {
    return effort;
  }

  End run() {
    int[] nothing = {};
    Node root =
        new Node(
            null,
            ROOT,
            0,
            Register.initial(course.versions()),
            Marks.none(course.words()),
            nothing,
            false);
    Node last = visit(settled(root));
    while (last == null || last.level() < course.levels()) {
      if (effort > limits.effortMax()) {
        return new End.GaveUp("tried " + limits.effortMax() + " placements");
      }
      if (nodes > limits.nodesMax()) {
        return new End.GaveUp("held " + limits.nodesMax() + " orders in memory");
      }
      Frame frame = path.peek();
      if (frame == null) {
        return new End.Stuck(deepestLevel, deepest);
      }
      Node next = successor(frame);
      if (next == null) {
        path.pop();
      } else {
        last = visit(next);
      }
    }
    return new End.Found(last);
  }

  /// Takes up a node unless one like it was seen; returns it if so, else null.
  private Node visit(Node node) {
    if (node.level() < course.levels()) {
      Place place = new Place(node.level(), node.register().value());
      List<Node> like = seen.computeIfAbsent(place, _ -> new ArrayList<>(2));
      for (Node other : like) {
        effort++;
        if (covers(other, node)) {
          return null;
        }
      }
      like.add(node);
    }
    nodes++;
    if (node.level() > deepestLevel) {
      deepestLevel = node.level();
      deepest = new ArrayList<>();
    }
    if (node.level() == deepestLevel) {
      deepest.add(node);
    }
    path.push(new Frame(node));
    return node;
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
      while (at < many.length && many[at] < kind) {
        at++;
      }
      if (at == many.length || many[at++] != kind) {
        return false;
      }
    }
    return true;
  }

  /// The next node reached by one placement from the frame's, or null if there is none left. The
  /// operation that ends here goes first, others in flight next, and unknown ones last.
  private Node successor(Frame frame) {
    Node node = frame.node;
    int[] inFlight = course.inFlight(node.level());
    while (frame.next <= inFlight.length) {
      int index = frame.next++;
      Node next = index == 0 ? pass(node) : place(node, inFlight[index - 1]);
      if (next != null) {
        return next;
      }
    }
    int[] kinds = course.usefulKinds(node.level());
    while (frame.next - inFlight.length <= kinds.length) {
      Node next = placeUnknown(node, kinds[frame.next++ - inFlight.length - 1]);
      if (next != null) {
        return next;
      }
    }
    return null;
  }

  /// Lets the free operation that ends here have been overwritten. Only before anything is placed
  /// at this ending: what is placed and not followed by X can wait.
  private Node pass(Node node) {
    boolean fresh = node.parent() == null || node.parent().level() < node.level();
    if (!fresh || !node.marks().free(course.bit(node.level()))) {
      return null;
    }
    Marks marks = node.marks().copy();
    marks.setDone(course.bit(node.level()));
    return settled(
        new Node(node, PASSED, node.level(), node.register(), marks, node.spent(), false));
  }

  private Node place(Node node, int step) {
    effort++;
    Rule rule = course.step(step).rule();
    int bit = course.bit(step);
    if (node.marks().done(bit) || (node.idle() && rule.blind())) {
      return null;
    }
    Register after = node.register().apply(rule);
    if (after == null || leavesNoRoom(after, node, step)) {
      return null;
    }
    Marks marks = node.marks().copy();
    marks.setDone(bit);
    freeOverwritten(rule, marks, node.level());
    boolean idle = !course.versions() && rule.blind();
    return settled(new Node(node, step, node.level(), after, marks, node.spent(), idle));
  }

  private Node placeUnknown(Node node, int index) {
    effort++;
    Kind kind = course.kinds().get(index);
    Rule rule = kind.rule();
    int[] spent = node.spent();
    if (node.idle() && rule.blind()) {
      return null;
    }
    if (counted[index]) {
      long uses = Arrays.stream(spent).filter(k -> k == index).count();
      if (uses >= kind.invokedBefore(course.step(node.level()).deadline())) {
        return null;
      }
      spent = Arrays.copyOf(spent, spent.length + 1);
      spent[spent.length - 1] = index;
      Arrays.sort(spent);
    }
    Register after = node.register().apply(rule);
    if (after == null || leavesNoRoom(after, node, -1)) {
      return null;
    }
    Marks marks = node.marks().copy();
    freeOverwritten(rule, marks, node.level());
    return settled(new Node(node, -1 - index, node.level(), after, marks, spent, true));
  }

  private void freeOverwritten(Rule by, Marks marks, int level) {
    if (!course.versions() && (by.blind() || by.clears())) {
      for (int other : course.inFlight(level)) {
        if (course.step(other).rule().blind() && !marks.done(course.bit(other))) {
          marks.setFree(course.bit(other));
        }
      }
    }
  }

  private boolean leavesNoRoom(Register after, Node node, int placing) {
    if (course.versions()) {
      for (int other : course.inFlight(node.level())) {
        if (other != placing
            && !node.marks().done(course.bit(other))
            && !after.leavesRoomFor(course.step(other).rule())) {
          return true;
        }
      }
    }
    return false;
  }

  /// The node after quiet operations took effect where they can, and moved on past every ending
  /// whose operation has taken effect. The marks given are this method's to change.
  private Node settled(Node node) {
    Marks marks = node.marks();
    int level = node.level();
    boolean idle = node.idle();
    while (level < course.levels()) {
      for (int step : course.inFlight(level)) {
        int bit = course.bit(step);
        Rule rule = course.step(step).rule();
        if (rule.quiet() && !marks.done(bit) && node.register().apply(rule) == node.register()) {
          marks.setDone(bit);
          idle = false;
        }
      }
      int bit = course.bit(level);
      if (!marks.done(bit)) {
        break;
      }
      marks.clear(bit);
      level++;
      // What ends later can have been invoked only after the idle effect, so it counts as used.
      idle = false;
    }
    return new Node(
        node.parent(), node.placed(), level, node.register(), marks, node.spent(), idle);
  }
}
