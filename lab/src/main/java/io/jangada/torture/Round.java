package io.jangada.torture;

import io.jangada.check.History;
import io.jangada.check.Op;
import io.jangada.check.RecordedResult;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.concurrent.TimeUnit;

/// What clients asked and were told in one stretch of a run, on keys of its own, so that it can be
/// checked by itself.
///
/// A value that may expire is recorded, from the moment on when it may be gone, as deleted by an
/// unknown client. That has to stand in the history before any answer that saw it gone, so it is
/// entered before the ending of the first operation on its key that ends after that moment.
final class Round {
  /// Clocks of one machine differ by no more than they are corrected.
  private static final long EARLY_NANOS_MAX = TimeUnit.MILLISECONDS.toNanos(20);

  /// No client's process: those of clients are 1 or more.
  private static final int NO_CLIENT = 0;

  private record Expiry(String value, long dueNanos) {}

  /// An operation that was begun in this epoch.
  record Note(Round epoch, int id, ClientOp clientOp) {
    void end(OpResult said) {
      epoch.end(this, said);
    }
  }

  private final int number;
  private final int operationsMax;
  private final History.Recorder recorder = new History.Recorder();
  private final Map<String, List<Expiry>> expiries = new HashMap<>();
  private final Map<String, Long> versions = new HashMap<>();
  private int open;
  private boolean over;

  Round(int number, int operationsMax) {
    this.number = number;
    this.operationsMax = operationsMax;
  }

  int number() {
    return number;
  }

  /// A key of this epoch.
  String key(int index) {
    return "e" + number + "-" + index;
  }

  /// The last version that a client was told of; 0 for none.
  synchronized long versionOf(String key) {
    return versions.getOrDefault(key, 0L);
  }

  /// Records that a client asks for something now.
  ///
  /// @return null when the epoch is over, and it has to be asked for in the next
  synchronized Note begin(int client, ClientOp clientOp) {
    if (over || recorder.size() >= operationsMax) return null;
    long now = System.nanoTime();
    int id = recorder.invoke(client, clientOp.key(), clientOp.op(), now);
    if (clientOp.writes() && clientOp.exptimeSeconds() > 0) {
      long due = now + TimeUnit.SECONDS.toNanos(clientOp.exptimeSeconds()) - EARLY_NANOS_MAX;
      expiries
          .computeIfAbsent(clientOp.key(), _ -> new ArrayList<>())
          .add(new Expiry(clientOp.value(), due));
    }
    open++;
    return new Note(this, id, clientOp);
  }

  private synchronized void end(Note note, OpResult said) {
    long now = System.nanoTime();
    String key = note.clientOp.key();
    enterExpiries(key, now);
    switch (said) {
      case OpResult.Done(RecordedResult result) -> {
        recorder.complete(note.id, result, now);
        remember(note.clientOp, result);
      }
      case OpResult.No() -> {
        recorder.fail(note.id, now);
        forget(note.clientOp);
      }
      case OpResult.Unknown() -> recorder.unknown(note.id);
    }
    open--;
    notifyAll();
  }

  private void remember(ClientOp clientOp, RecordedResult result) {
    switch (result) {
      case RecordedResult.Written(long version) ->
          versions.merge(clientOp.key(), version, Math::max);
      case RecordedResult.Found(String _, long version) -> {
        if (version != RecordedResult.NO_VERSION)
          versions.merge(clientOp.key(), version, Math::max);
      }
      case RecordedResult.Absent _,
          RecordedResult.Deleted _,
          RecordedResult.Mismatch _,
          RecordedResult.Exists _ ->
          forget(clientOp);
    }
  }

  /// What was not written cannot expire.
  private void forget(ClientOp clientOp) {
    List<Expiry> waiting = expiries.get(clientOp.key());
    if (waiting != null) waiting.removeIf(expiry -> expiry.value.equals(clientOp.value()));
  }

  private void enterExpiries(String key, long now) {
    List<Expiry> waiting = expiries.get(key);
    if (waiting == null) return;
    for (Iterator<Expiry> each = waiting.iterator(); each.hasNext(); ) {
      Expiry expiry = each.next();
      if (now - expiry.dueNanos < 0) continue;
      recorder.unknown(recorder.invoke(NO_CLIENT, key, new Op.DeleteIfValue(expiry.value), now));
      each.remove();
    }
  }

  /// Lets nothing more begin.
  synchronized void close() {
    over = true;
  }

  /// Waits until all that was begun has ended.
  ///
  /// @return how many have not; empty when all have
  synchronized OptionalInt awaitEnd(long millisMax) throws InterruptedException {
    long deadline = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(millisMax);
    while (open > 0) {
      long left = TimeUnit.NANOSECONDS.toMillis(deadline - System.nanoTime());
      if (left <= 0) return OptionalInt.of(open);
      wait(left);
    }
    return OptionalInt.empty();
  }

  synchronized History history() {
    return recorder.history();
  }
}
