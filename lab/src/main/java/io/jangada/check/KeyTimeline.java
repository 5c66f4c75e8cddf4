package io.jangada.check;

import io.jangada.check.Candidates.Candidate;
import io.jangada.check.Rule.Effect;
import io.jangada.check.Rule.Need;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.IntStream;

/// The history of one key as the search walks it: **steps** (operations that must take effect), in
/// the order of their deadlines, one **level** for each; and **kinds** of unknown operations, which
/// may.
///
/// Unknown operations of equal rule are one kind, since one that has been invoked stays possible
/// for ever and any of them serves as well as another. Values that no operation tells apart from
/// others are taken for one value when unknown operations write them: no answer can depend on which
/// it was.
final class KeyTimeline {
  /// The most places in all lists of steps in flight together; beyond it the search does not start.
  static final int IN_FLIGHT_MAX = 8_000_000;

  /// An operation that must take effect before `deadline`.
  record Step(RecordedOp operation, Rule rule, int deadline, boolean answered) {}

  /// Unknown operations of equal rule in the order of invocation.
  record Kind(Rule rule, List<RecordedOp> members) {
    /// How many of them had been invoked before this event.
    int invokedBefore(int order) {
      int low = 0;
      int high = members.size();
      while (low < high) {
        int middle = (low + high) >>> 1;
        if (members.get(middle).invoked().order() < order) low = middle + 1;
        else high = middle;
      }
      return low;
    }
  }

  private final List<Step> steps;
  private final List<Kind> kinds;
  private final boolean versions;

  /// For each level the steps in flight, its own first.
  private final int[][] inFlight;

  /// For each step its bit in a [LinearizedSet], free again once its level has passed.
  private final int[] bit;

  private final int words;
  private final boolean tooWide;
  private final int[][] usefulKinds;
  private final long[][] quietBits;

  private KeyTimeline(List<Step> steps, List<Kind> kinds, boolean versions) {
    this.steps = steps;
    this.kinds = kinds;
    this.versions = versions;
    this.inFlight = new int[steps.size()][];
    this.bit = new int[steps.size()];
    this.usefulKinds = new int[steps.size()][];
    this.quietBits = new long[steps.size()][];
    Lanes lanes = new Lanes();
    this.tooWide = !lanes.fill();
    this.words = (lanes.highest >>> 6) + 1;
  }

  /// Makes the operations of one key ready for the search.
  static KeyTimeline of(List<RecordedOp> operations) {
    List<Candidate> candidates = Candidates.of(operations);
    boolean versions = candidates.stream().anyMatch(c -> c.rule.versioned());
    List<Step> steps =
        candidates.stream()
            .filter(c -> c.deadline != Candidates.NEVER)
            .sorted(Comparator.comparingInt((Candidate c) -> c.deadline).thenComparing(LAST))
            .map(c -> new Step(c.operation, c.rule, c.deadline, c.answered))
            .toList();
    Map<Rule, List<RecordedOp>> members = new LinkedHashMap<>();
    Merging merging = new Merging(candidates);
    for (Candidate candidate : candidates) {
      if (candidate.deadline == Candidates.NEVER) {
        Rule rule = merging.apply(candidate.rule);
        members.computeIfAbsent(rule, _ -> new ArrayList<>()).add(candidate.operation);
      }
    }
    List<Kind> kinds = new ArrayList<>();
    members.forEach((rule, list) -> kinds.add(new Kind(rule, List.copyOf(list))));
    return new KeyTimeline(steps, List.copyOf(kinds), versions);
  }

  /// An operation made certain by another's ending comes just before that other.
  private static final Comparator<Candidate> LAST =
      Comparator.comparing((Candidate c) -> c.answered).thenComparing(Candidate::invoked);

  int levels() {
    return steps.size();
  }

  /// Whether more steps are in flight at once than the search can take.
  boolean tooWide() {
    return tooWide;
  }

  Step step(int index) {
    return steps.get(index);
  }

  List<Kind> kinds() {
    return kinds;
  }

  /// Whether any operation mentions a version.
  boolean versions() {
    return versions;
  }

  int[] inFlight(int level) {
    return inFlight[level];
  }

  int bit(int step) {
    return bit[step];
  }

  /// How many words hold one bit for every step in flight.
  int words() {
    return words;
  }

  /// The bits of those steps in flight that change nothing.
  long[] quietBits(int level) {
    if (quietBits[level] == null) {
      long[] bits = new long[words];
      for (int step : inFlight[level]) {
        if (steps.get(step).rule().quiet()) bits[bit[step] >>> 6] |= 1L << bit[step];
      }
      quietBits[level] = bits;
    }
    return quietBits[level];
  }

  /// The kinds invoked before this level's deadline of which one could bring about what a step in
  /// flight needs, directly or by way of others. No other kind is worth trying: its effect would be
  /// followed by something that goes as well without it.
  int[] usefulKinds(int level) {
    if (usefulKinds[level] == null) usefulKinds[level] = new Wants(level).kinds();
    return usefulKinds[level];
  }

  /// Gives every value that no rule asks about, where an unknown operation writes it, one name.
  private static final class Merging {
    private final Set<String> askedFor = new HashSet<>();
    private String name;

    Merging(List<Candidate> candidates) {
      for (Candidate candidate : candidates) {
        switch (candidate.rule.need()) {
          case Need.Holds(String value, long _) -> askedFor.add(value);
          case Need.HoldsOther(String value) -> askedFor.add(value);
          case Need.HoldsOrAbsent(String value) -> askedFor.add(value);
          case Need.Anything(), Need.Present(), Need.Absent() -> {}
          case Need.AtVersion _, Need.NotAtVersion _ -> {}
        }
      }
    }

    Rule apply(Rule rule) {
      if (rule.effect() instanceof Effect.Put(String value, long version)
          && !askedFor.contains(value)) {
        name = name == null ? value : name;
        return new Rule(rule.need(), new Effect.Put(name, version));
      }
      return rule;
    }
  }

  /// Finds which steps are in flight at each level and gives each a bit.
  private final class Lanes {
    private int highest;

    boolean fill() {
      Integer[] byInvocation = new Integer[steps.size()];
      for (int i = 0; i < byInvocation.length; i++) byInvocation[i] = i;
      Arrays.sort(byInvocation, Comparator.comparingInt(this::invoked));
      BitSet taken = new BitSet();
      TreeSet<Integer> open = new TreeSet<>();
      long places = 0;
      int next = 0;
      for (int level = 0; level < steps.size(); level++) {
        int deadline = steps.get(level).deadline();
        while (next < byInvocation.length && invoked(byInvocation[next]) < deadline) {
          int step = byInvocation[next++];
          open.add(step);
          bit[step] = taken.nextClearBit(0);
          taken.set(bit[step]);
          highest = Math.max(highest, bit[step]);
        }
        places += open.size();
        if (places > IN_FLIGHT_MAX) return false;
        // Steps are numbered by deadline, so this level's own is the first of those in flight.
        inFlight[level] = open.stream().mapToInt(Integer::intValue).toArray();
        open.remove(level);
        taken.clear(bit[level]);
      }
      return true;
    }

    private int invoked(Integer step) {
      return steps.get(step).operation().invoked().order();
    }
  }

  /// What the steps in flight at one level could make use of.
  private final class Wants {
    private final Set<String> values = new HashSet<>();
    private boolean absent;
    private boolean anyValue;
    private final int deadline;

    Wants(int level) {
      this.deadline = steps.get(level).deadline();
      for (int step : inFlight[level]) want(steps.get(step).rule().need());
    }

    int[] kinds() {
      boolean[] useful = new boolean[kinds.size()];
      boolean more = true;
      while (more) {
        more = false;
        for (int i = 0; i < useful.length; i++) {
          if (!useful[i] && wanted(kinds.get(i))) {
            useful[i] = true;
            want(kinds.get(i).rule().need());
            more = true;
          }
        }
      }
      return IntStream.range(0, useful.length).filter(i -> useful[i]).toArray();
    }

    private boolean wanted(Kind kind) {
      return kind.members().getFirst().invoked().order() < deadline
          && switch (kind.rule().effect()) {
            case Effect.Keep() -> false;
            case Effect.Put(String value, long _) -> anyValue || values.contains(value);
            case Effect.Remove(long _) -> absent;
          };
    }

    private void want(Need need) {
      switch (need) {
        case Need.Anything() -> {}
        case Need.Present() -> anyValue = true;
        case Need.Absent() -> absent = true;
        case Need.Holds(String value, long _) -> values.add(value);
        case Need.HoldsOther _, Need.AtVersion _, Need.NotAtVersion _ -> anyValue = true;
        case Need.HoldsOrAbsent(String value) -> {
          absent = true;
          values.add(value);
        }
      }
    }
  }
}
