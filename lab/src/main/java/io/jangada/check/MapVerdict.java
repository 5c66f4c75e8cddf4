package io.jangada.check;

import java.util.List;

/// What a [MapChecker] found out about a whole history.
public sealed interface MapVerdict {
  /// There is a serial order: these revisions, and each read between its own and the next.
  record Explained(List<MapEvent.Revision> revisions) implements MapVerdict {
    public Explained {
      revisions = List.copyOf(revisions);
    }

    @Override
    public String toString() {
      return "explained: " + revisions.size() + " revisions";
    }
  }

  /// There is none. `stuck` is an operation that fits into no order, or null if what does not fit
  /// is a revision or a watcher; `last` are the operations that took the revisions before it.
  record Violated(long revision, MapHistory.Call stuck, String why, List<MapHistory.Call> last)
      implements MapVerdict {
    public Violated {
      last = List.copyOf(last);
    }

    /// The same, after other ways to fill holes were tried.
    Violated after(long ways) {
      return ways == 0
          ? this
          : new Violated(revision, stuck, why + "; other ways tried: " + ways, last);
    }

    @Override
    public String toString() {
      StringBuilder text = new StringBuilder("not explained, revision " + revision + ": " + why);
      for (MapHistory.Call call : last) text.append("\n  before: ").append(call);
      return text.toString();
    }
  }

  /// The limits were reached. Not an answer, and never to be taken for a good one.
  record Undecided(long revision, String why) implements MapVerdict {
    @Override
    public String toString() {
      return "undecided, revision " + revision + ": " + why;
    }
  }
}
