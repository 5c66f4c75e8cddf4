package io.jangada.protocol.etcd;

import com.google.protobuf.ByteString;
import io.jangada.bytes.Bytes;
import io.jangada.kv.Change;
import io.jangada.kv.Compare;
import io.jangada.kv.Condition;
import io.jangada.kv.KeyRange;
import io.jangada.kv.KeyValue;
import io.jangada.kv.Lifetime;
import io.jangada.kv.Operation;
import io.jangada.kv.Result;
import io.jangada.kv.WatchEvent;
import io.jangada.node.Outcome;
import io.jangada.node.watch.Watch;
import io.jangada.node.watch.WatchEnd;
import io.jangada.node.watch.WatchRequest;
import io.jangada.node.watch.Watcher;
import io.jangada.protocol.rpc.Call;
import io.jangada.protocol.rpc.Moment;
import io.jangada.protocol.rpc.Status;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BiConsumer;

/// A client's key under a prefix, and its wait until none is there that was created before it: what
/// locks and elections are. They are ordinary keys: clients that do the same by themselves, as most
/// do, take part.
///
/// The key is the prefix and the number of the client's lease, so that the same client comes to the
/// same key. Of those before its own it looks for the newest, and watches that one alone, so that
/// the end of a key wakes one client; and its own, which may go with its lease.
///
/// A client that gives up while it waits has its key removed. It is not removed of a client that
/// had it before and need not wait: that one holds the lock, and keeps it.
final class Candidacy {
  /// How long a lease lasts that is granted for a client without one. It is not kept alive.
  private static final long GRANTED_MILLIS = 60_000;

  private static final int WITHDRAWALS_MAX = 10;
  private static final long WITHDRAWAL_MILLIS = 1_000;

  /// What a client asks for.
  ///
  /// @param value of its key, which is given to a key that is there already; null if that does not
  ///   matter
  record Asked(ByteString name, long lease, Bytes value) {}

  private final Call call;
  private final ByteString prefix;
  private final KeyRange all;
  private final Bytes value;
  private final BiConsumer<Candidacy, Moment> then;
  private final List<Watch> watches = new ArrayList<>(2);
  private long lease;
  private boolean hasOwnLease;
  private Bytes key;

  /// The revision that made the key; 0 while that is not known.
  private long created;

  private boolean isRemovable;
  private int withdrawals;

  private Candidacy(Call call, Asked asked, BiConsumer<Candidacy, Moment> then) {
    this.call = call;
    this.prefix = prefix(asked.name);
    this.all = range(asked.name);
    this.value = asked.value;
    this.lease = asked.lease;
    this.then = then;
  }

  /// Where all keys are that stand for the same.
  static KeyRange range(ByteString name) {
    return KeyRange.prefix(KeyValues.bytes(prefix(name)));
  }

  private static ByteString prefix(ByteString name) {
    return name.concat(ByteString.copyFromUtf8("/"));
  }

  /// What holds as long as a key is the one that was created then.
  static Compare isSince(Bytes key, long created) {
    return new Compare.Number(
        KeyRange.of(key), Compare.Field.CREATED, Compare.Relation.EQUAL, created);
  }

  /// @param then answers the call when the key is the first
  static void begin(Call call, Asked asked, BiConsumer<Candidacy, Moment> then) {
    var candidacy = new Candidacy(call, asked, then);
    call.whenCancelled(candidacy::giveUp);
    if (asked.lease == 0) candidacy.grant();
    else candidacy.enter();
  }

  Bytes key() {
    return key;
  }

  long created() {
    return created;
  }

  long lease() {
    return lease;
  }

  // ---- the key ----

  private void grant() {
    call.submitAnyway(
        new Operation.Grant(0, GRANTED_MILLIS),
        0,
        (outcome, _) -> {
          if (!(outcome instanceof Outcome.Done(Result.Granted(long number, _)))) {
            call.end(Errors.of(call, outcome));
            return;
          }
          lease = number;
          hasOwnLease = true;
          if (call.isOver()) withdraw();
          else enter();
        });
  }

  private void enter() {
    // Clients that name their keys themselves write a negative number with its sign.
    key = KeyValues.bytes(prefix.concat(ByteString.copyFromUtf8(Long.toString(lease, 16))));
    var enter =
        new Operation.Transaction(
            List.of(isSince(key, 0)),
            List.of(put()),
            List.of(new Operation.Range(KeyRange.of(key))),
            Operation.Decision.AHEAD);
    call.submitAnyway(
        enter,
        bytes(),
        (outcome, _) -> {
          if (outcome instanceof Outcome.Done(Result.Transacted done)) entered(done);
          else fail(Errors.of(call, outcome));
        });
  }

  private Operation.Put put() {
    return new Operation.Put(
        key,
        new Change.Set(value == null ? Bytes.EMPTY : value, 0),
        new Lifetime.Leased(lease),
        new Condition.Always(),
        false);
  }

  private int bytes() {
    return 2 * key.length() + (value == null ? 0 : value.length());
  }

  private void entered(Result.Transacted done) {
    if (done.succeeded()) {
      created = done.revision();
      isRemovable = true;
      if (call.isOver()) withdraw();
      else look();
    } else if (!call.isOver()) {
      KeyValue entry = ((Result.Ranged) done.results().getFirst()).entries().getFirst();
      created = entry.revisions().created();
      if (value == null || value.equals(entry.value())) look();
      else change();
    }
  }

  /// Gives another value to the key that is there.
  private void change() {
    call.submit(
        new Operation.Transaction(List.of(isSince(key, created)), List.of(put()), List.of()),
        bytes(),
        (outcome, _) -> {
          if (!(outcome instanceof Outcome.Done(Result.Transacted done)))
            fail(Errors.of(call, outcome));
          else if (done.succeeded()) look();
          else fail(Errors.NOT_ELECTED);
        });
  }

  // ---- the wait ----

  private void look() {
    stopWatching();
    if (!call.isOver()) new Look().begin();
  }

  private void stopWatching() {
    watches.forEach(Watch::cancel);
    watches.clear();
  }

  /// Finds out which keys are before the client's, and whether that is there.
  private final class Look implements PrefixReading.Reader {
    private KeyValue before;
    private boolean isThere;

    void begin() {
      var selection =
          new Operation.Selection(
              Operation.Detail.KEYS, new Operation.Between(0, created), Operation.Between.ANY);
      PrefixReading.begin(call, new Operation.Range(all, 0, selection, Operation.Page.ALL), this);
    }

    @Override
    public void found(KeyValue one) {
      long since = one.revisions().created();
      if (since == created) isThere |= one.key().equals(key);
      else if (before == null || since > before.revisions().created()) before = one;
    }

    @Override
    public void end(long revision, Moment moment) {
      if (!isThere) {
        fail(Errors.SESSION_EXPIRED);
      } else if (before == null) {
        then.accept(Candidacy.this, moment);
      } else {
        isRemovable = true;
        call.lasts();
        watch(key, created, revision);
        watch(before.key(), before.revisions().created(), revision);
      }
    }

    @Override
    public void failed(Outcome outcome) {
      if (PrefixReading.Reader.isOvertaken(outcome)) look();
      else fail(Errors.of(call, outcome));
    }
  }

  /// Has it looked again when a key is not the one any more that is there at a revision.
  private void watch(Bytes one, long since, long revision) {
    boolean needsLeader = call.metadata().requiresLeader();
    var request =
        new WatchRequest(
            KeyRange.of(one), revision + 1, false, WatchRequest.Kinds.ALL, needsLeader);
    var vigil = new Vigil(since);
    vigil.watch = call.watch(new Watch.Asked(call.caller(), request), vigil);
    watches.add(vigil.watch);
  }

  private final class Vigil implements Watcher {
    private final long since;
    private Watch watch;

    Vigil(long since) {
      this.since = since;
    }

    @Override
    public void started(long revision) {}

    @Override
    public boolean events(List<WatchEvent> events) {
      for (WatchEvent one : events)
        if (one.removed() || one.entry().revisions().created() != since) {
          post(Candidacy.this::look);
          return false;
        }
      return true;
    }

    @Override
    public void progress(long revision) {}

    @Override
    public void compacted(long compacted) {
      post(Candidacy.this::look);
    }

    @Override
    public void ended(WatchEnd reason) {
      if (reason != WatchEnd.CANCELLED) post(() -> fail(Errors.of(reason)));
    }

    /// Does something unless it is watched no more by then.
    private void post(Runnable task) {
      call.post(
          () -> {
            if (watches.contains(watch)) task.run();
          });
    }
  }

  // ---- the end ----

  private void fail(Status status) {
    call.end(status);
    giveUp();
  }

  private void giveUp() {
    stopWatching();
    withdraw();
  }

  /// Takes back what was done for the client.
  private void withdraw() {
    if (hasOwnLease) withdraw(new Operation.Revoke(lease));
    else if (isRemovable)
      withdraw(
          new Operation.Transaction(
              List.of(isSince(key, created)),
              List.of(new Operation.Delete(key, new Condition.Always())),
              List.of()));
  }

  /// Again while it is not known to be done: twice is no more than once.
  private void withdraw(Operation.Command command) {
    withdrawals++;
    call.submitAnyway(
        command,
        key == null ? 0 : bytes(),
        (outcome, _) -> {
          if (!(outcome instanceof Outcome.Done) && withdrawals < WITHDRAWALS_MAX)
            call.connection().later(() -> withdraw(command), WITHDRAWAL_MILLIS);
        });
  }
}
