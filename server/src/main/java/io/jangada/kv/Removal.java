package io.jangada.kv;

import io.jangada.bytes.Bytes;
import io.jangada.kv.memory.Term;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.PriorityQueue;
import java.util.function.IntConsumer;

/// The keys that a command or the end of a lease removes, found some at a time, in order: there may
/// be very many. Nothing else changes in the store until the last of them is removed.
sealed interface Removal {
  /// How many keys are looked at in one step, at most.
  int STEP_KEYS_MAX = 1_024;

  /// How many keys are removed in all.
  long count();

  /// The former values that were asked for and seen so far.
  List<KeyValue> formers();

  /// Whether all keys were given to a remover.
  boolean isDone();

  /// Does a step: finds keys, and has them removed.
  ///
  /// @param keysMax how many keys are looked at, at most
  /// @param remover gets the head of each key that was found
  /// @return how many keys were looked at
  int step(int keysMax, IntConsumer remover);

  /// Does all that is left.
  default void finish(IntConsumer remover) {
    while (!isDone()) step(STEP_KEYS_MAX, remover);
  }

  /// The keys of a range.
  final class OfRange implements Removal {
    private final Keyspace keys;
    private final Bytes to;
    private final long count;
    private final Ranges.Room room;
    private final List<KeyValue> formers = new ArrayList<>();
    private long formerBytes;
    private boolean showsFormers;

    /// The first key that was not looked at.
    private Bytes from;

    private long left;

    /// Those of a step.
    private int[] heads;

    private int found;
    private int seen;

    /// @param room for former values
    OfRange(Keyspace keys, Operation.DeleteRange delete, Ranges.Room room) {
      this.keys = keys;
      this.room = room;
      from = delete.keys().from();
      to = delete.keys().to();
      count = delete.keys().isEmpty() ? 0 : keys.ordered.count(from, to);
      left = count;
      showsFormers = delete.former();
    }

    @Override
    public long count() {
      return count;
    }

    @Override
    public List<KeyValue> formers() {
      return formers;
    }

    @Override
    public boolean isDone() {
      return left == 0;
    }

    @Override
    public int step(int keysMax, IntConsumer remover) {
      int max = Math.min(keysMax, STEP_KEYS_MAX);
      heads = new int[(int) Math.min(max, left)];
      found = 0;
      seen = 0;
      // The index does not change while it is walked over.
      keys.ordered.scan(from, to, false, head -> see(head, max));
      for (int i = 0; i < found; i++) {
        show(heads[i]);
        remover.accept(heads[i]);
      }
      left -= found;
      return seen;
    }

    private boolean see(int head, int max) {
      if (seen == max) {
        from = keys.key(head).compact();
        return false;
      }
      seen++;
      if (keys.hasValue(head)) heads[found++] = head;
      return found < left;
    }

    private void show(int head) {
      if (!showsFormers) return;
      formerBytes += keys.sizeOf(head, true);
      showsFormers = formerBytes <= room.bytes() || room.isAlone() && formers.isEmpty();
      if (showsFormers) formers.add(keys.toKeep(head, true));
    }
  }

  /// The keys of a lease. They are sorted in runs, one a step, which are merged then.
  final class OfLease implements Removal {
    /// A key, copied to be compared many times in the cache.
    private record Held(Bytes key, int head) {}

    /// A part of the keys, in order.
    private static final class Run {
      final int[] heads;
      int place;

      /// The next one.
      Bytes key;

      Run(int[] heads) {
        this.heads = heads;
      }
    }

    private final Keyspace keys;
    private final long count;
    private long left;

    /// The first that is in no run.
    private Term unsorted;

    private final PriorityQueue<Run> runs =
        new PriorityQueue<>(Comparator.comparing(run -> run.key));

    OfLease(Keyspace keys, Leases.Lease lease) {
      this.keys = keys;
      count = lease.size();
      left = count;
      unsorted = lease.firstTerm();
    }

    @Override
    public long count() {
      return count;
    }

    @Override
    public List<KeyValue> formers() {
      return List.of();
    }

    @Override
    public boolean isDone() {
      return left == 0;
    }

    @Override
    public int step(int keysMax, IntConsumer remover) {
      int max = Math.min(keysMax, STEP_KEYS_MAX);
      return unsorted != null ? sort(max) : merge(max, remover);
    }

    private int sort(int max) {
      List<Held> held = new ArrayList<>();
      for (; unsorted != null && held.size() < max; unsorted = unsorted.next()) {
        int head = unsorted.node();
        held.add(new Held(keys.key(head).compact(), head));
      }
      held.sort(Comparator.comparing(Held::key));
      Run run = new Run(held.stream().mapToInt(Held::head).toArray());
      run.key = held.getFirst().key;
      runs.add(run);
      return held.size();
    }

    private int merge(int max, IntConsumer remover) {
      int merged = 0;
      for (; merged < max && left > 0; merged++, left--) {
        Run run = runs.poll();
        int head = run.heads[run.place++];
        if (run.place < run.heads.length) {
          run.key = keys.key(run.heads[run.place]).compact();
          runs.add(run);
        }
        remover.accept(head);
      }
      return merged;
    }
  }
}
