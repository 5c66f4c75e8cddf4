package io.jangada.kv;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.jangada.bytes.Bytes;
import io.jangada.bytes.MalformedException;
import io.jangada.client.Forms;
import io.jangada.client.Put;
import io.jangada.client.RangeRequest;
import io.jangada.client.Reply;
import io.jangada.client.Step;
import io.jangada.client.Transaction;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/// The Java client writes operations and reads results in the forms of [CommandCodec], though it
/// has code of its own for both.
class ClientFormsTest {
  private static final int ROUNDS = 5_000;

  // ---- operations ----

  @Test
  void operationsThatTheClientWritesAreThoseThatTheServerReads() {
    long seed = new Random().nextLong();
    RandomOperations operations = new RandomOperations(new Random(seed), 9);
    int compared = 0;
    for (int i = 0; i < ROUNDS; i++) {
      Operation operation = i % 3 == 0 ? operations.read(50) : operations.command(50);
      if (!(operation instanceof Operation.Step step)) continue;
      Operation plain = plain(step);
      assertThat(CommandCodec.decodeOperation(Forms.bytesOf(client(plain))))
          .as("seed " + seed)
          .isEqualTo(plain);
      compared++;
    }
    assertThat(compared).isGreaterThan(ROUNDS / 3);
  }

  /// The same, or the next that the client can ask for.
  private static Operation.Step plain(Operation.Step step) {
    return switch (step) {
      case Operation.Write(Bytes key, Bytes value, long ttl, Condition condition) ->
          plain(
              new Operation.Put(
                  key, new Change.Set(value, 3), new Lifetime.Same(), condition, false));
      case Operation.Put put ->
          new Operation.Put(
              put.key(),
              plain(put.change()),
              plain(put.lifetime()),
              plain(put.condition()),
              put.former());
      case Operation.Delete delete -> new Operation.Delete(delete.key(), new Condition.Always());
      case Operation.Transaction transaction ->
          new Operation.Transaction(
              transaction.compares(), plain(transaction.then()), plain(transaction.otherwise()));
      case Operation.Copy(Bytes from, Bytes _, boolean _) -> new Operation.Get(from);
      case Operation.Get _, Operation.Range _, Operation.DeleteRange _ -> step;
    };
  }

  private static List<Operation.Step> plain(List<Operation.Step> steps) {
    return steps.stream().map(ClientFormsTest::plain).toList();
  }

  private static Lifetime plain(Lifetime lifetime) {
    return switch (lifetime) {
      case Lifetime.Leased(long lease) -> new Lifetime.Leased(Math.abs(lease));
      case Lifetime.Extended _ -> new Lifetime.Same();
      case Lifetime.ForEver _, Lifetime.Of _, Lifetime.Same _ -> lifetime;
    };
  }

  private static Change plain(Change change) {
    Change.Growth growth = new Change.Growth(true, Integer.MAX_VALUE);
    return switch (change) {
      case Change.Extend(Change.Side side, Bytes bytes, Change.Growth _) ->
          new Change.Extend(side, bytes, growth);
      case Change.Replace(int offset, Bytes bytes, Change.Growth _) ->
          new Change.Replace(offset, bytes, growth);
      case Change.Rewrite(), Change.Invalidate(), Change.AddDecimal(Bytes _) -> new Change.Keep();
      case Change.Set _, Change.Keep _, Change.Add _ -> change;
    };
  }

  private static Condition plain(Condition condition) {
    return switch (condition) {
      case Condition.Always _,
          Condition.Absent _,
          Condition.Present _,
          Condition.Version _,
          Condition.Value _ ->
          condition;
      case Condition.Unique _,
          Condition.UniqueOrLater _,
          Condition.Ends _,
          Condition.Changes _,
          Condition.AnyChanges _,
          Condition.AbsentOrValue _ ->
          new Condition.Always();
    };
  }

  private static Step client(Operation operation) {
    return switch (operation) {
      case Operation.Get(Bytes key) -> Step.get(key);
      case Operation.Range range -> client(range);
      case Operation.Put put -> client(put);
      case Operation.Delete(Bytes key, Condition _) -> Step.delete(key);
      case Operation.DeleteRange(KeyRange keys, boolean former) ->
          Step.deleteRange(client(keys), former);
      case Operation.Transaction transaction ->
          Transaction.when(
                  transaction.compares().stream()
                      .map(ClientFormsTest::client)
                      .toArray(io.jangada.client.Compare[]::new))
              .then(transaction.then().stream().map(ClientFormsTest::client).toList())
              .otherwise(transaction.otherwise().stream().map(ClientFormsTest::client).toList());
      default -> throw new AssertionError("no step: " + operation);
    };
  }

  private static RangeRequest client(Operation.Range range) {
    Operation.Selection selection = range.selection();
    RangeRequest request =
        RangeRequest.of(client(range.keys()))
            .revision(range.revision())
            .created(selection.created().min(), selection.created().max())
            .modified(selection.modified().min(), selection.modified().max())
            .limit(range.page().limit());
    if (range.page().descending()) request = request.descending();
    return switch (selection.detail()) {
      case VALUES -> request;
      case KEYS -> request.keysOnly();
      case COUNT -> request.countOnly();
    };
  }

  private static Step client(Operation.Put put) {
    Bytes key = put.key();
    Put changing =
        switch (put.change()) {
          case Change.Set(Bytes value, int flags) -> Put.set(key, value, flags);
          case Change.Keep() -> Put.touch(key);
          case Change.Rewrite(), Change.Invalidate(), Change.AddDecimal(Bytes _) ->
              throw new AssertionError("the client has no such change");
          case Change.Add(Change.Arithmetic arithmetic, long delta, Long initial) ->
              Put.add(key, Put.Arithmetic.valueOf(arithmetic.name()), delta, initial);
          case Change.Extend(Change.Side side, Bytes bytes, Change.Growth _) ->
              side == Change.Side.END ? Put.append(key, bytes) : Put.prepend(key, bytes);
          case Change.Replace(int offset, Bytes bytes, Change.Growth _) ->
              Put.replace(key, offset, bytes);
        };
    Put living =
        switch (put.lifetime()) {
          case Lifetime.ForEver() -> changing.forEver();
          case Lifetime.Of(long ttl) -> changing.ttl(Duration.ofMillis(ttl));
          case Lifetime.Leased(long lease) -> changing.lease(lease);
          case Lifetime.Same() -> changing.sameTime();
          case Lifetime.Extended _ -> throw new AssertionError("the client has no such lifetime");
        };
    Put guarded =
        switch (put.condition()) {
          case Condition.Absent() -> living.ifAbsent();
          case Condition.Present() -> living.ifPresent();
          case Condition.Version(long version) -> living.ifRevision(version);
          case Condition.Value(Bytes value) -> living.ifValue(value);
          default -> living;
        };
    return put.former() ? guarded.former() : guarded;
  }

  private static io.jangada.client.Compare client(Compare compare) {
    return switch (compare) {
      case Compare.Value(KeyRange keys, Compare.Relation relation, Bytes value) ->
          io.jangada.client.Compare.value(client(keys), client(relation), value);
      case Compare.Number(
              KeyRange keys,
              Compare.Field field,
              Compare.Relation relation,
              long number) ->
          io.jangada.client.Compare.number(
              client(keys),
              io.jangada.client.Compare.Field.valueOf(field.name()),
              client(relation),
              number);
    };
  }

  private static io.jangada.client.Compare.Relation client(Compare.Relation relation) {
    return io.jangada.client.Compare.Relation.valueOf(relation.name());
  }

  private static io.jangada.client.KeyRange client(KeyRange keys) {
    return new io.jangada.client.KeyRange(keys.from(), keys.to());
  }

  // ---- results ----

  @Test
  void resultsThatTheServerWritesAreThoseThatTheClientReads() {
    long seed = new Random().nextLong();
    RandomResults results = new RandomResults(new Random(seed));
    int compared = 0;
    for (int i = 0; i < ROUNDS; i++) {
      Result result = results.next();
      if (!isForClients(result)) continue;
      assertThat(Forms.replyOf(CommandCodec.encode(result)))
          .as("seed " + seed)
          .isEqualTo(reply(result));
      compared++;
    }
    assertThat(compared).isGreaterThan(ROUNDS / 2);
  }

  @Test
  void anyBytesAreAReplyOrMalformed() {
    Random dice = new Random();
    long seed = dice.nextLong();
    dice.setSeed(seed);
    RandomResults results = new RandomResults(dice);
    for (int i = 0; i < ROUNDS; i++) {
      byte[] bytes = CommandCodec.encode(results.next()).toArray();
      bytes[dice.nextInt(bytes.length)] = (byte) dice.nextInt();
      try {
        Forms.replyOf(Bytes.copyOf(bytes, 0, dice.nextInt(bytes.length + 1)));
      } catch (MalformedException e) {
        assertThat(e).as("seed " + seed).hasMessageMatching("(?s).+");
      }
    }
    assertThatThrownBy(() -> Forms.replyOf(CommandCodec.encode(new Result.Expired(1))))
        .isInstanceOf(MalformedException.class);
  }

  /// Not all results are those of requests that a client can make.
  private static boolean isForClients(Result result) {
    return switch (result) {
      case Result.Expired _, Result.Noted _, Result.Marked _, Result.Scanned _, Result.OfUsers _ ->
          false;
      case Result.Transacted transacted ->
          transacted.results().stream().allMatch(each -> isForClients(each) && isOfStep(each));
      default -> true;
    };
  }

  private static boolean isOfStep(Result result) {
    return reply(result) instanceof Reply.ToStep;
  }

  private static Reply reply(Result result) {
    return switch (result) {
      case Result.Written(long version, long _) -> new Reply.Written(version);
      case Result.Found found ->
          new Reply.FoundVersion(found.value(), found.version(), TimeToLive.seconds(found.ttl()));
      case Result.NotFound() -> new Reply.NotFound();
      case Result.Exists _, Result.Mismatch _ -> new Reply.Mismatch();
      case Result.Deleted _ -> new Reply.Deleted();
      case Result.Forgotten() -> null;
      case Result.Refused(Result.Reason reason) ->
          new Reply.Rejected(Reply.Reason.valueOf(reason.name()));
      case Result.Changed(long revision, long changes, int length, Bytes number, KeyValue former) ->
          new Reply.Changed(
              revision, changes, length, number, former == null ? null : client(former));
      case Result.Removed(long revision, long count, List<KeyValue> formers) ->
          new Reply.Removed(revision, count, entries(formers));
      case Result.Ranged(long revision, long count, List<KeyValue> entries, KeyRange rest) ->
          new Reply.Ranged(revision, count, entries(entries), rest == null ? null : client(rest));
      case Result.Transacted(long revision, boolean succeeded, List<Result> results) ->
          new Reply.Transacted(
              revision,
              succeeded,
              results.stream().map(each -> (Reply.ToStep) reply(each)).toList());
      case Result.Granted(long lease, long ttl) -> new Reply.Granted(lease, ttl);
      case Result.KeptAlive(List<Long> ttls) -> new Reply.KeptAlive(ttls);
      case Result.Leased(long lease, long ttl, long left, List<Bytes> keys) ->
          new Reply.Leased(lease, ttl, left, keys);
      case Result.LeaseList(List<Long> leases) -> new Reply.LeaseList(leases);
      case Result.Compacted(long compacted) -> new Reply.Compacted(compacted);
      case Result.Expired _, Result.Noted _, Result.Marked _, Result.Scanned _, Result.OfUsers _ ->
          throw new AssertionError("not for clients");
    };
  }

  private static List<io.jangada.client.KeyValue> entries(List<KeyValue> entries) {
    return entries.stream().map(ClientFormsTest::client).toList();
  }

  private static io.jangada.client.KeyValue client(KeyValue entry) {
    KeyValue.Revisions revisions = entry.revisions();
    KeyValue.Terms terms = entry.terms();
    return new io.jangada.client.KeyValue(
        entry.key(),
        entry.value(),
        entry.flags(),
        new io.jangada.client.KeyValue.Revisions(
            revisions.created(), revisions.modified(), revisions.changes()),
        new io.jangada.client.KeyValue.Terms(terms.ttl(), terms.deadlineMillis(), terms.lease()));
  }

  @Test
  void rangesOfPrefixesEndWhereTheServersEnd() {
    for (byte[] prefix : new byte[][] {{}, {1}, {(byte) 255}, {1, (byte) 255}, {5, 6, 7}}) {
      KeyRange expected = KeyRange.prefix(Bytes.wrap(prefix));
      assertThat(io.jangada.client.KeyRange.prefix(Bytes.wrap(prefix))).isEqualTo(client(expected));
    }
  }
}
