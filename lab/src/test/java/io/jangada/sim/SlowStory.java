package io.jangada.sim;

import static org.assertj.core.api.Assertions.assertThat;

import io.jangada.bytes.Bytes;
import io.jangada.kv.Change;
import io.jangada.kv.Compare;
import io.jangada.kv.Condition;
import io.jangada.kv.Envelope;
import io.jangada.kv.KeyRange;
import io.jangada.kv.KeyValue;
import io.jangada.kv.KvLimits;
import io.jangada.kv.Lifetime;
import io.jangada.kv.Operation;
import io.jangada.kv.Result;
import io.jangada.kv.WatchEvent;
import java.util.List;
import java.util.stream.Collectors;

/// A slow twin that is told commands one after the other, each a second long at most.
class SlowStory {
  static final Condition ALWAYS = new Condition.Always();
  static final Lifetime FOR_EVER = new Lifetime.ForEver();

  final SlowKv kv = new SlowKv(new KvLimits.State(5, 9, 30, 100_000, 3));
  long index;
  long now = 1_000;

  Result run(Operation.Command command) {
    return kv.apply(++index, new Envelope(null, now, command));
  }

  static Bytes bytes(String text) {
    return Bytes.utf8(text);
  }

  static KeyRange range(String from, String to) {
    return new KeyRange(bytes(from), bytes(to));
  }

  static Operation.Put put(String key, Change change) {
    return new Operation.Put(bytes(key), change, new Lifetime.Same(), ALWAYS, false);
  }

  static Operation.Put put(String key, String value) {
    return new Operation.Put(bytes(key), set(value), FOR_EVER, ALWAYS, false);
  }

  static Operation.Put put(String key, String value, Lifetime lifetime) {
    return new Operation.Put(bytes(key), set(value), lifetime, ALWAYS, false);
  }

  static Operation.Put put(String key, String value, Condition condition) {
    return new Operation.Put(bytes(key), set(value), FOR_EVER, condition, false);
  }

  static Change set(String value) {
    return new Change.Set(bytes(value), 0);
  }

  static Operation.Write write(String key, String value, long ttlMillis) {
    return new Operation.Write(bytes(key), bytes(value), ttlMillis, ALWAYS);
  }

  static Operation.Delete delete(String key) {
    return new Operation.Delete(bytes(key), ALWAYS);
  }

  static Operation.Transaction all(Operation.Step... steps) {
    return new Operation.Transaction(List.of(), List.of(steps), List.of());
  }

  static Operation.Transaction when(Compare compare) {
    return new Operation.Transaction(List.of(compare), List.of(), List.of());
  }

  static Result.Changed changed(long revision, long changes, String value) {
    return new Result.Changed(revision, changes, value.length(), null, null);
  }

  static Result.Changed number(long revision, long changes, String value) {
    return new Result.Changed(revision, changes, value.length(), bytes(value), null);
  }

  static Result refused(Result.Reason reason) {
    return new Result.Refused(reason);
  }

  boolean holds(Compare compare) {
    return ((Result.Transacted) run(when(compare))).succeeded();
  }

  KeyValue entry(String key) {
    return kv.state().stream()
        .filter(each -> each.key().equals(bytes(key)))
        .findFirst()
        .orElseThrow();
  }

  Result.Ranged ranged(Operation.Range range) {
    Result result = kv.read(range);
    assertThat(result).isInstanceOf(Result.Ranged.class);
    return (Result.Ranged) result;
  }

  /// What is there at a revision, as `a=1@2 b=2@3`.
  String stateAt(long revision) {
    return told(kv.stateAt(revision));
  }

  String state() {
    return told(kv.state());
  }

  static String told(List<KeyValue> entries) {
    return entries.stream().map(SlowStory::told).collect(Collectors.joining(" "));
  }

  private static String told(KeyValue entry) {
    return entry.key().toUtf8() + "=" + entry.value().toUtf8() + "@" + entry.revisions().modified();
  }

  /// What happened from a revision on, as `a=1@2 -a@3(a=1@2)`: the former value in parentheses.
  String events(long from) {
    return kv.events(from).stream().map(SlowStory::told).collect(Collectors.joining(" "));
  }

  private static String told(WatchEvent event) {
    String now =
        event.removed()
            ? "-" + event.entry().key().toUtf8() + "@" + event.revision()
            : told(event.entry());
    return event.former() == null ? now : now + "(" + told(event.former()) + ")";
  }
}
