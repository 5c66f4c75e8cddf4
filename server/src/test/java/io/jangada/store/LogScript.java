package io.jangada.store;

import io.jangada.bytes.Bytes;
import io.jangada.raft.Entry;
import io.jangada.raft.EntryId;
import io.jangada.raft.HardState;
import io.jangada.raft.Membership;
import io.jangada.raft.Persist;
import java.util.ArrayList;
import java.util.List;
import java.util.random.RandomGenerator;

/// Draws batches such as a replica would submit: appends of all sizes, tails cut by a new leader's
/// entries, votes, releases, resets by installed snapshots.
final class LogScript {
  private final RandomGenerator dice;
  private LogModel model;
  private long batch;

  LogScript(RandomGenerator dice, LogModel start) {
    this.dice = dice;
    model = start;
  }

  LogModel model() {
    return model;
  }

  /// A replica that was started again counts its batches from 1, and goes on from what it found.
  void restart(LogModel found) {
    model = found;
    batch = 0;
  }

  Persist next() {
    HardState hard = null;
    EntryId reset = null;
    List<Entry> entries = new ArrayList<>();
    long released = 0;
    long term = Math.max(1, model.hardState().term());
    if (model.hardState().term() == 0 || dice.nextInt(5) == 0)
      hard = new HardState(term += dice.nextInt(3), dice.nextInt(-1, 4));
    if (dice.nextInt(25) == 0)
      reset = new EntryId(model.last().index() + dice.nextInt(1, 9), Math.max(1, term - 1));
    LogModel before = reset == null ? model : new LogModel(HardState.INITIAL, reset, List.of());
    if (dice.nextInt(8) != 0) {
      long from = before.last().index() + 1;
      int cuttable = before.entries().size();
      if (cuttable > 0 && dice.nextInt(5) == 0) from -= dice.nextInt(Math.min(cuttable, 12)) + 1;
      int count = dice.nextInt(6) == 0 ? dice.nextInt(20) : dice.nextInt(1, 4);
      for (int i = 0; i < count; i++) entries.add(entry(from + i, term));
    }
    long last = entries.isEmpty() ? before.last().index() : entries.getLast().index();
    if (dice.nextInt(6) == 0 && last > before.base().index())
      released = before.base().index() + dice.nextLong(last - before.base().index()) + 1;
    Persist persist = new Persist(++batch, reset, hard, entries, released);
    model = model.after(persist).getLast();
    return persist;
  }

  private Entry entry(long index, long term) {
    Entry.Kind kind = Entry.Kind.values()[dice.nextInt(3)];
    Bytes data = kind == Entry.Kind.MEMBERSHIP ? Membership.of(1, 2, 3).encode() : data();
    return new Entry(index, term, kind, data);
  }

  private Bytes data() {
    int length =
        switch (dice.nextInt(12)) {
          case 0 -> 0;
          case 1 -> dice.nextInt(600);
          case 2 -> dice.nextInt(1500);
          case 3 -> dice.nextInt(20) == 0 ? dice.nextInt(6000) : 1;
          default -> dice.nextInt(40);
        };
    byte[] data = new byte[length];
    if (dice.nextInt(10) != 0) dice.nextBytes(data);
    return Bytes.wrap(data);
  }
}
