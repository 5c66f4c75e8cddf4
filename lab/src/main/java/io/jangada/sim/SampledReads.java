package io.jangada.sim;

import io.jangada.bytes.Bytes;
import io.jangada.kv.Compare;
import io.jangada.kv.KeyRange;
import io.jangada.kv.KeyValue;
import io.jangada.kv.Operation;
import io.jangada.kv.Operation.Between;
import io.jangada.kv.Operation.Detail;
import io.jangada.kv.Operation.Page;
import io.jangada.kv.Operation.Selection;
import io.jangada.kv.Result;
import java.util.List;

/// What a member's state is asked, a little each time: of all that can be asked something else
/// comes with each look.
final class SampledReads {
  private static final int LIMITS = 6;

  private int looks;

  /// The next questions, about what is there.
  List<Operation.Read> next(SlowKv slow, List<KeyValue> state) {
    int look = looks++;
    return switch (look % 4) {
      case 0 ->
          List.of(
              lease(slow.leases(), look),
              new Operation.ListLeases(),
              new Operation.AuthStatus(),
              user(slow, look),
              role(slow, look));
      case 1 -> List.of(range(state, look, 0, Between.ANY));
      case 2 -> List.of(range(state, look, past(slow, look), Between.ANY), both(slow, state, look));
      default -> {
        long middle = (slow.compacted() + slow.revision()) / 2;
        yield List.of(
            range(state, look, 0, new Between(middle, Long.MAX_VALUE)),
            new Operation.Range(keys(state, look), past(slow, look), counting(), Page.ALL));
      }
    };
  }

  /// What is and what was, in one transaction with a comparison.
  private static Operation.Read both(SlowKv slow, List<KeyValue> state, int look) {
    Compare.Relation relation = look % 8 < 4 ? Compare.Relation.LESS : Compare.Relation.GREATER;
    long past = past(slow, look);
    var compare =
        new Compare.Number(keys(state, look), Compare.Field.CREATED, relation, slow.revision());
    List<Operation.Step> steps =
        List.of(range(state, look + 1, 0, Between.ANY), range(state, look + 2, past, Between.ANY));
    return new Operation.ReadTransaction(
        new Operation.Transaction(List.of(compare), steps, List.of(), Operation.Decision.AHEAD));
  }

  private static Operation.Read lease(List<Long> leases, int look) {
    return new Operation.GetLease(leases.isEmpty() ? look : leases.get(look % leases.size()));
  }

  private static Operation.Read user(SlowKv slow, int look) {
    List<Bytes> names = List.copyOf(slow.usersSince().keySet());
    if (names.isEmpty()) return new Operation.ListUsers();
    return new Operation.GetCredentials(names.get(look / 4 % names.size()));
  }

  private static Operation.Read role(SlowKv slow, int look) {
    var all = (Result.NameList) slow.read(new Operation.ListRoles());
    List<Bytes> names = all.names();
    if (names.isEmpty()) return new Operation.ListRoles();
    return new Operation.GetRole(names.get(look / 4 % names.size()));
  }

  private static long past(SlowKv slow, int look) {
    return slow.compacted() + look % (slow.revision() - slow.compacted() + 1);
  }

  private static Selection counting() {
    return new Selection(Detail.COUNT, Between.ANY, Between.ANY);
  }

  private static Operation.Range range(
      List<KeyValue> state, int look, long revision, Between modified) {
    Detail detail = look % 5 == 0 ? Detail.KEYS : Detail.VALUES;
    Page page = new Page(look % 8 < 4, look / 4 % LIMITS);
    return new Operation.Range(
        keys(state, look), revision, new Selection(detail, Between.ANY, modified), page);
  }

  private static KeyRange keys(List<KeyValue> state, int look) {
    if (state.isEmpty() || look % 3 == 0) return KeyRange.ALL;
    Bytes from = state.get(look % state.size()).key();
    if (look % 3 == 1) return new KeyRange(from, null);
    return new KeyRange(from, state.get(look * 7 % state.size()).key());
  }
}
