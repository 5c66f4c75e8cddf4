package io.jangada.raft;

import static org.assertj.core.api.Assertions.assertThat;

import io.jangada.bytes.Bytes;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/// [RaftLog] against a plain list of entries, and against a disk that really does the writes: what
/// the log calls durable must be on that disk, now and after any of the writes under way.
class RaftLogTwinTest {
  private record Write(long batch, EntryId resetTo, List<Entry> entries) {}

  private static final class Twin {
    final SplittableRandom random;
    final RaftLog log = new RaftLog(EntryId.ZERO, List.of(), 0);

    EntryId base = EntryId.ZERO;
    List<Entry> entries = new ArrayList<>();
    long commit;
    long applied;
    long term = 1;

    EntryId diskBase = EntryId.ZERO;
    List<Entry> disk = new ArrayList<>();
    final ArrayDeque<Write> writes = new ArrayDeque<>();
    EntryId resetTo;
    long batch;

    /// Entries that were cut and may come back: the A of A, B, A.
    List<Entry> cut = List.of();

    private final boolean large;

    Twin(SplittableRandom random) {
      this.random = random;
      this.large = random.nextBoolean();
    }

    long last() {
      return base.index() + entries.size();
    }

    long termAt(long index) {
      return index == base.index() ? base.term() : entry(index).term();
    }

    Entry entry(long index) {
      return entries.get((int) (index - base.index() - 1));
    }

    void act() {
      switch (random.nextInt(12)) {
        case 0, 1, 2 -> append();
        case 3 -> cut();
        case 4 -> comeBack();
        case 5, 6 -> persist();
        case 7, 8 -> sync();
        case 9 -> commit();
        case 10 -> apply();
        default -> {
          if (random.nextInt(3) == 0) release();
          else if (random.nextInt(8) == 0) reset();
        }
      }
    }

    void append() {
      if (random.nextInt(4) == 0) term++;
      // In some logs entries are so large that what is applied is soon packed.
      int bytes = random.nextInt(large ? 12_000 : 9);
      Entry entry = new Entry(last() + 1, term, Entry.Kind.COMMAND, Bytes.wrap(new byte[bytes]));
      entries.add(entry);
      log.append(entry);
    }

    void cut() {
      long to = random.nextLong(commit, last() + 1);
      cut = List.copyOf(entries.subList((int) (to - base.index()), entries.size()));
      entries.removeIf(entry -> entry.index() > to);
      log.truncateAfter(to);
      term++;
    }

    /// A leader with the entries that were cut wins after all.
    void comeBack() {
      if (cut.isEmpty() || cut.getFirst().index() <= commit || cut.getFirst().index() > last() + 1)
        return;
      Entry first = cut.getFirst();
      if (first.index() - 1 < base.index() || termAt(first.index() - 1) > first.term()) return;
      List<Entry> again = cut;
      long to = first.index() - 1;
      cut = List.copyOf(entries.subList((int) (to - base.index()), entries.size()));
      entries.removeIf(entry -> entry.index() > to);
      log.truncateAfter(to);
      for (Entry entry : again) {
        entries.add(entry);
        log.append(entry);
      }
      term = Math.max(term, last() == base.index() ? base.term() : entries.getLast().term()) + 1;
    }

    void persist() {
      if (!log.hasUnpersisted() && resetTo == null) return;
      batch++;
      List<Entry> taken = log.hasUnpersisted() ? log.takeUnpersisted(batch) : List.of();
      writes.add(new Write(batch, resetTo, taken));
      resetTo = null;
    }

    void sync() {
      if (writes.isEmpty()) return;
      long reported = 0;
      for (int count = 1 + random.nextInt(writes.size()); count > 0; count--) {
        Write write = writes.remove();
        if (write.resetTo != null) {
          diskBase = write.resetTo;
          disk = new ArrayList<>();
        }
        disk = written(disk, diskBase, write.entries);
        reported = write.batch;
      }
      log.synced(reported);
    }

    static List<Entry> written(List<Entry> disk, EntryId base, List<Entry> entries) {
      if (entries.isEmpty()) return disk;
      long from = entries.getFirst().index();
      assertThat(from)
          .as("a write leaves no gap")
          .isLessThanOrEqualTo(base.index() + disk.size() + 1);
      List<Entry> after = new ArrayList<>(disk.subList(0, (int) (from - base.index() - 1)));
      after.addAll(entries);
      return after;
    }

    void commit() {
      if (last() == commit) return;
      commit = random.nextLong(commit, last() + 1);
      log.commitTo(commit);
    }

    void apply() {
      int bytes = random.nextInt(large ? 50_000 : 200);
      if (applied == commit) {
        assertThat(log.hasUnapplied()).isFalse();
        return;
      }
      List<Entry> taken = log.takeCommitted(bytes);
      assertThat(taken).isEqualTo(entriesWithin(applied + 1, commit, Integer.MAX_VALUE, bytes));
      applied += taken.size();
    }

    /// As many entries as fit, one at least.
    List<Entry> entriesWithin(long from, long to, int count, long bytes) {
      List<Entry> fit = new ArrayList<>();
      for (long index = from; index <= to; index++) {
        List<Entry> more = new ArrayList<>(fit);
        more.add(entry(index));
        boolean tooMany =
            more.size() > count || more.stream().mapToLong(Entry::sizeBytes).sum() > bytes;
        if (tooMany && !fit.isEmpty()) break;
        fit = more;
        if (tooMany) break;
      }
      return fit;
    }

    void release() {
      if (log.hasUnpersisted()) persist();
      long to = random.nextLong(base.index(), applied + 1);
      EntryId next = new EntryId(to, termAt(to));
      entries = new ArrayList<>(entries.subList((int) (to - base.index()), entries.size()));
      base = next;
      log.compactTo(to);
    }

    void reset() {
      term++;
      EntryId to = new EntryId(commit + 1 + random.nextInt(5), term);
      base = to;
      entries.clear();
      commit = to.index();
      applied = to.index();
      resetTo = to;
      cut = List.of();
      log.reset(to);
    }

    void check() {
      assertThat(log.compacted()).isEqualTo(base);
      assertThat(log.last()).isEqualTo(new EntryId(last(), termAt(last())));
      assertThat(log.commit()).isEqualTo(commit);
      assertThat(log.applied()).isEqualTo(applied);
      assertThat(log.sizeBytes()).isEqualTo(bytes(base.index() + 1, last()));
      assertThat(log.uncommittedBytes()).isEqualTo(bytes(commit + 1, last()));
      for (long index = base.index() - 1; index <= last() + 1; index++) {
        boolean known = index >= base.index() && index <= last();
        assertThat(log.knows(index)).isEqualTo(known);
        if (known) assertThat(log.termAt(index)).isEqualTo(termAt(index));
        if (known && index > base.index()) assertThat(log.get(index)).isEqualTo(entry(index));
      }
      durability();
      questions();
    }

    long bytes(long from, long to) {
      long sum = 0;
      for (long index = from; index <= to; index++) sum += entry(index).sizeBytes();
      return sum;
    }

    /// Whatever the log calls durable is on the disk after each of the writes under way, and all of
    /// it is once nothing is under way. (What a snapshot covers is durable by that.)
    void durability() {
      assertThat(log.durable()).isBetween(base.index(), last());
      List<Entry> content = disk;
      EntryId contentBase = diskBase;
      onDisk(content, contentBase);
      for (Write write : writes) {
        if (write.resetTo != null) {
          contentBase = write.resetTo;
          content = List.of();
        }
        content = written(content, contentBase, write.entries);
        onDisk(content, contentBase);
      }
      if (writes.isEmpty() && resetTo == null && !log.hasUnpersisted())
        assertThat(log.durable()).isEqualTo(last());
    }

    private void onDisk(List<Entry> content, EntryId contentBase) {
      // What was reset since is covered by the snapshot, whatever the disk's log still holds.
      for (long index = base.index() + 1; index <= log.durable(); index++) {
        int at = (int) (index - contentBase.index() - 1);
        if (at < 0) continue;
        assertThat(content.size()).as("entries on the disk").isGreaterThan(at);
        assertThat(content.get(at)).isEqualTo(entry(index));
      }
    }

    void questions() {
      long from = random.nextLong(base.index() + 1, last() + 2);
      long to = random.nextLong(base.index(), last() + 1);
      int count = 1 + random.nextInt(5);
      int bytes = random.nextInt(large ? 50_000 : 200);
      if (from <= to)
        assertThat(log.slice(from, to, count, bytes))
            .isEqualTo(entriesWithin(from, to, count, bytes));
      long run = to;
      while (run - 1 > base.index() && termAt(run - 1) == termAt(to)) run--;
      assertThat(log.firstOfTermAt(to)).isEqualTo(run);
      long keep = to;
      while (keep > base.index() && bytes(keep, to) <= bytes) keep--;
      assertThat(log.compactable(to, bytes)).isEqualTo(keep);
    }
  }

  @Test
  void itDoesWhatAPlainListDoesAndClaimsNoMoreThanTheDiskHolds() {
    Seeds.each(
        2000,
        random -> {
          Twin twin = new Twin(random);
          for (int i = 0; i < 120; i++) {
            twin.act();
            twin.check();
          }
        });
  }

  /// For two logs that may be, a leader's and a follower's: each refusal brings the leader's next
  /// try strictly down, never below where the logs part, and in no more tries than the follower's
  /// log has terms, and one.
  @Test
  void aRefusalSkipsAWholeTermAndNeverTheMeetingPlace() {
    Seeds.each(
        5000,
        random -> {
          List<Long> mine = terms(random);
          List<Long> theirs = terms(random);
          int shared = random.nextInt(Math.min(mine.size(), theirs.size()) + 1);
          for (int i = 0; i < shared; i++) theirs.set(i, mine.get(i));
          for (int i = Math.max(1, shared); i < theirs.size(); i++)
            theirs.set(i, Math.max(theirs.get(i), theirs.get(i - 1)));
          // Log Matching: two entries of one term in both logs would mean equal logs up to there.
          for (int i = shared; i < Math.min(mine.size(), theirs.size()); i++)
            if (mine.get(i).equals(theirs.get(i))) return;
          RaftLog leader = log(mine);
          RaftLog follower = log(theirs);
          long prev = leader.lastIndex();
          int tries = 0;
          while (!follower.matches(new EntryId(prev, leader.termAt(prev)))) {
            EntryId conflict =
                follower.knows(prev)
                    ? new EntryId(follower.firstOfTermAt(prev), follower.termAt(prev))
                    : new EntryId(follower.lastIndex() + 1, 0);
            long next = leader.nextAfterRefusal(prev, conflict);
            assertThat(next).as("next try").isLessThanOrEqualTo(prev).isGreaterThan(shared);
            prev = next - 1;
            tries++;
          }
          assertThat(tries).isLessThanOrEqualTo(1 + (int) theirs.stream().distinct().count());
        });
  }

  private static List<Long> terms(SplittableRandom random) {
    List<Long> terms = new ArrayList<>();
    long term = 1;
    for (int i = random.nextInt(20); i >= 0; i--) {
      if (random.nextInt(3) == 0) term += 1 + random.nextInt(2);
      terms.add(term);
    }
    return terms;
  }

  private static RaftLog log(List<Long> terms) {
    List<Entry> entries = new ArrayList<>();
    for (long term : terms)
      entries.add(new Entry(entries.size() + 1L, term, Entry.Kind.COMMAND, Bytes.EMPTY));
    return new RaftLog(EntryId.ZERO, entries, 0);
  }
}
