package io.jangada.kv;

import io.jangada.bytes.Bytes;
import io.jangada.kv.auth.AuthChange;
import io.jangada.kv.auth.Role;
import java.util.List;
import java.util.function.ToLongFunction;

/// How many bytes of keys and values things have, about: what they count against limits, and what
/// is set aside to encode them.
final class Sizes {
  /// What a step, a comparison or a result among others has at most beside keys and values.
  static final int PART_BYTES = 64;

  /// Values that are longer are not copied where they stay as they are.
  private static final int SAME_BYTES_MAX = 32 << 10;

  private Sizes() {}

  static long of(Operation operation) {
    return switch (operation) {
      case Operation.Get get -> get.key().length();
      case Operation.Range range -> range.keys().sizeBytes();
      case Operation.Write write ->
          (long) write.key().length() + write.value().length() + of(write.condition());
      case Operation.Put put -> (long) put.key().length() + of(put.change()) + of(put.condition());
      case Operation.Delete delete -> (long) delete.key().length() + of(delete.condition());
      case Operation.Copy(Bytes from, Bytes to, boolean _) -> (long) from.length() + to.length();
      case Operation.DeleteRange delete -> delete.keys().sizeBytes();
      case Operation.Transaction transaction -> of(transaction);
      case Operation.ReadTransaction(Operation.Transaction transaction) -> of(transaction);
      case Operation.KeepAlive(List<Long> leases) -> (long) Long.BYTES * leases.size();
      case Operation.ChangeUsers(AuthChange change) -> change.sizeBytes();
      case Operation.GetUser(Bytes user) -> user.length();
      case Operation.GetRole(Bytes role) -> role.length();
      case Operation.GetCredentials(Bytes user) -> user.length();
      case Operation.Look(Bytes key) -> key.length();
      case Operation.Claim claim -> claim.key().length();
      case Operation.Expire _,
          Operation.Flush _,
          Operation.Scan _,
          Operation.Grant _,
          Operation.Revoke _,
          Operation.Compact _,
          Operation.KeepHistory _,
          Operation.CountRevisions _,
          Operation.GetLease _,
          Operation.ListLeases _,
          Operation.ListUsers _,
          Operation.ListRoles _,
          Operation.AuthStatus _,
          Operation.CheckRight _ ->
          0;
    };
  }

  /// How many of its steps make values of those that are there, whatever their length.
  static int makingSteps(Operation.Step step) {
    return switch (step) {
      case Operation.Put put -> makes(put.change()) ? 1 : 0;
      case Operation.Copy _ -> 1;
      case Operation.Transaction transaction ->
          transaction.steps().stream().mapToInt(Sizes::makingSteps).sum();
      case Operation.Write _,
          Operation.Get _,
          Operation.Range _,
          Operation.Delete _,
          Operation.DeleteRange _ ->
          0;
    };
  }

  /// How many bytes a command makes of values that are there.
  ///
  /// @param length of a key's value, 0 for none
  static long made(Operation.Step step, ToLongFunction<Bytes> length) {
    return switch (step) {
      case Operation.Put put when put.change() instanceof Change.Replace replace ->
          Math.max(replace.offset(), length.applyAsLong(put.key()));
      case Operation.Put put ->
          makes(put.change()) ? made(put.change(), length.applyAsLong(put.key())) : 0;
      case Operation.Copy copy -> length.applyAsLong(copy.from());
      case Operation.Transaction transaction -> {
        long bytes = 0;
        for (Operation.Step one : transaction.steps()) bytes += made(one, length);
        yield Math.min(bytes, KvLimits.TRANSACTION_BYTES_MAX);
      }
      case Operation.Write _,
          Operation.Get _,
          Operation.Range _,
          Operation.Delete _,
          Operation.DeleteRange _ ->
          0;
    };
  }

  /// What a result takes at most of each value that it shows: a longer one is shared with the
  /// store.
  private static final int SHOWN_BYTES_MAX = 32 << 10;

  /// How much memory the values take at most that a command shows, as far as it is new.
  static int shownMax(Operation operation) {
    if (!(operation instanceof Operation.Command) || !(operation instanceof Operation.Step step))
      return 0;
    return (int) Math.min(shown(step, _ -> SHOWN_BYTES_MAX), KvLimits.RESULT_BYTES_MAX);
  }

  /// How many bytes of values a step shows, about; many where it may show any.
  static long shown(Operation.Step step, ToLongFunction<Bytes> length) {
    return switch (step) {
      case Operation.Get get -> length.applyAsLong(get.key());
      case Operation.Put put -> put.former() ? length.applyAsLong(put.key()) : 0;
      case Operation.DeleteRange delete -> delete.former() ? KvLimits.RESULT_BYTES_MAX : 0;
      case Operation.Range range ->
          range.selection().detail() == Operation.Detail.COUNT ? 0 : KvLimits.RANGE_BYTES_MAX;
      case Operation.Transaction transaction -> shown(transaction, length);
      case Operation.Write _, Operation.Delete _, Operation.Copy _ -> 0;
    };
  }

  /// The list that shows more counts. Where it is decided ahead a range is not cut.
  private static long shown(Operation.Transaction transaction, ToLongFunction<Bytes> length) {
    boolean isCut = transaction.decision() == Operation.Decision.STEP_BY_STEP;
    long most = 0;
    for (List<Operation.Step> steps : List.of(transaction.then(), transaction.otherwise())) {
      long bytes = 0;
      for (Operation.Step one : steps) {
        boolean isWhole = !isCut && one instanceof Operation.Range;
        bytes += isWhole ? KvLimits.RESULT_BYTES_MAX : shown(one, length);
      }
      most = Math.max(most, bytes);
    }
    return most;
  }

  private static boolean makes(Change change) {
    return made(change, 1) > 0;
  }

  /// How many bytes a change makes of a value that is there.
  ///
  /// @param length of what comes of it
  static long made(Change change, long length) {
    return switch (change) {
      case Change.Keep(), Change.Rewrite(), Change.Invalidate() -> Math.min(length, SAME_BYTES_MAX);
      case Change.Extend _, Change.Replace _ -> length;
      case Change.Set _, Change.Add _, Change.AddDecimal _ -> 0;
    };
  }

  private static long of(Operation.Transaction transaction) {
    long bytes = 0;
    for (Compare compare : transaction.compares())
      bytes += PART_BYTES + compare.keys().sizeBytes() + of(compare);
    for (Operation.Step step : transaction.steps()) bytes += PART_BYTES + of(step);
    return bytes;
  }

  /// The value alone.
  static int of(Compare compare) {
    return compare instanceof Compare.Value there ? there.value().length() : 0;
  }

  static int of(Change change) {
    return switch (change) {
      case Change.Set set -> set.value().length();
      case Change.Extend extend -> extend.bytes().length();
      case Change.Replace replace -> replace.bytes().length();
      case Change.AddDecimal add -> add.amount().length();
      case Change.Keep _, Change.Rewrite _, Change.Invalidate _, Change.Add _ -> 0;
    };
  }

  static int of(Condition condition) {
    return switch (condition) {
      case Condition.Value(Bytes value) -> value.length();
      case Condition.AbsentOrValue(Bytes value) -> value.length();
      case Condition.Always _,
          Condition.Absent _,
          Condition.Present _,
          Condition.Unique _,
          Condition.UniqueOrLater _,
          Condition.Ends _,
          Condition.Version _,
          Condition.Changes _,
          Condition.AnyChanges _ ->
          0;
    };
  }

  static long of(Result result) {
    return switch (result) {
      case Result.Found found -> found.value().length();
      case Result.Changed changed -> changed.former() == null ? 0 : changed.former().sizeBytes();
      case Result.Marked marked -> marked.entry() == null ? 0 : marked.entry().sizeBytes();
      case Result.Scanned(List<Bytes> keys, long _) -> ofNames(keys);
      case Result.Removed removed -> of(removed.formers());
      case Result.Ranged(_, _, List<KeyValue> entries, KeyRange rest) ->
          of(entries) + (rest == null ? 0 : rest.sizeBytes());
      case Result.Transacted transacted -> {
        long bytes = 0;
        for (Result one : transacted.results()) bytes += PART_BYTES + of(one);
        yield bytes;
      }
      case Result.KeptAlive(List<Long> ttlMillis) -> (long) Long.BYTES * ttlMillis.size();
      case Result.LeaseList(List<Long> leases) -> (long) Long.BYTES * leases.size();
      case Result.Leased leased -> {
        long bytes = 0;
        for (Bytes key : leased.keys()) bytes += Integer.BYTES + key.length();
        yield bytes;
      }
      case Result.OfUsers ofUsers -> of(ofUsers);
      case Result.Written _,
          Result.NotFound _,
          Result.Exists _,
          Result.Mismatch _,
          Result.Deleted _,
          Result.Expired _,
          Result.Forgotten _,
          Result.Refused _,
          Result.Granted _,
          Result.Noted _,
          Result.Compacted _ ->
          0;
    };
  }

  private static long of(Result.OfUsers result) {
    return switch (result) {
      case Result.UsersChanged _, Result.AuthState _ -> 0;
      case Result.FoundUser(Bytes name, boolean _, List<Bytes> roles) ->
          name.length() + ofNames(roles);
      case Result.FoundRole(Role role) -> role.sizeBytes();
      case Result.NameList(List<Bytes> names) -> ofNames(names);
      case Result.Credentials _ -> KvLimits.HASH_BYTES_MAX + KvLimits.SIGNING_KEY_BYTES_MAX;
    };
  }

  private static long ofNames(List<Bytes> names) {
    long bytes = 0;
    for (Bytes name : names) bytes += Integer.BYTES + name.length();
    return bytes;
  }

  private static long of(List<KeyValue> entries) {
    long bytes = 0;
    for (KeyValue entry : entries) bytes += entry.sizeBytes();
    return bytes;
  }
}
