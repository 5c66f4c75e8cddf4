package io.jangada.protocol.etcd;

import io.jangada.kv.Compare.Field;
import io.jangada.kv.Compare.Relation;
import io.jangada.kv.KeyRange;
import io.jangada.kv.Operation;
import io.jangada.protocol.etcd.api.Compare;
import io.jangada.protocol.etcd.api.DeleteRangeRequest;
import io.jangada.protocol.etcd.api.PutRequest;
import io.jangada.protocol.etcd.api.RequestOp;
import io.jangada.protocol.etcd.api.TxnRequest;
import io.jangada.protocol.rpc.Status;
import java.util.ArrayList;
import java.util.List;

/// Makes a transaction of what a client sends, or says why it makes no sense.
final class TxnReader {
  /// Why a request makes no sense.
  static final class Objection extends Exception {
    private static final long serialVersionUID = 1;
    private final transient Status status;

    Objection(Status status) {
      super(status.message(), null, false, false);
      this.status = status;
    }

    Status status() {
      return status;
    }
  }

  private TxnReader() {}

  /// @param opsMax how many operations, and comparisons, one list may have
  static Operation.Transaction read(TxnRequest request, int opsMax) throws Objection {
    Operation.Transaction read = transaction(request, opsMax);
    new TxnKeys().check(request);
    return read;
  }

  /// A transaction in another gets what the longest list of that leaves.
  private static Operation.Transaction transaction(TxnRequest request, int opsMax)
      throws Objection {
    int longest = Math.max(request.getSuccessCount(), request.getFailureCount());
    longest = Math.max(longest, request.getCompareCount());
    if (longest > opsMax) throw new Objection(Errors.TOO_MANY_OPS);
    List<io.jangada.kv.Compare> compares = new ArrayList<>(request.getCompareCount());
    for (Compare one : request.getCompareList()) compares.add(compare(one));
    return new Operation.Transaction(
        compares,
        steps(request.getSuccessList(), opsMax - longest),
        steps(request.getFailureList(), opsMax - longest),
        Operation.Decision.AHEAD);
  }

  private static List<Operation.Step> steps(List<RequestOp> ops, int opsMax) throws Objection {
    List<Operation.Step> steps = new ArrayList<>(ops.size());
    for (RequestOp one : ops) steps.add(step(one, opsMax));
    return steps;
  }

  private static Operation.Step step(RequestOp op, int opsMax) throws Objection {
    return switch (op.getRequestCase()) {
      case REQUEST_RANGE -> {
        need(RangeQuery.objection(op.getRequestRange()));
        yield RangeQuery.of(op.getRequestRange()).operation();
      }
      case REQUEST_PUT -> put(op.getRequestPut());
      case REQUEST_DELETE_RANGE -> delete(op.getRequestDeleteRange());
      case REQUEST_TXN -> transaction(op.getRequestTxn(), opsMax);
      case REQUEST_NOT_SET -> throw new Objection(Errors.KEY_NOT_FOUND);
    };
  }

  static Operation.Put put(PutRequest request) throws Objection {
    if (request.getKey().isEmpty()) throw new Objection(Errors.KEY_NOT_PROVIDED);
    if (request.getIgnoreValue() && !request.getValue().isEmpty())
      throw new Objection(Errors.VALUE_PROVIDED);
    if (request.getIgnoreLease() && request.getLease() != 0)
      throw new Objection(Errors.LEASE_PROVIDED);
    return KeyValues.put(request);
  }

  static Operation.DeleteRange delete(DeleteRangeRequest request) throws Objection {
    if (request.getKey().isEmpty()) throw new Objection(Errors.KEY_NOT_PROVIDED);
    KeyRange keys = KeyValues.range(request.getKey(), request.getRangeEnd());
    return new Operation.DeleteRange(keys, request.getPrevKv());
  }

  private static void need(Status objection) throws Objection {
    if (objection != null) throw new Objection(objection);
  }

  private static io.jangada.kv.Compare compare(Compare compare) throws Objection {
    if (compare.getKey().isEmpty()) throw new Objection(Errors.KEY_NOT_PROVIDED);
    KeyRange keys = KeyValues.range(compare.getKey(), compare.getRangeEnd());
    Relation relation = relation(compare.getResult());
    return switch (compare.getTarget()) {
      case VALUE ->
          new io.jangada.kv.Compare.Value(keys, relation, KeyValues.bytes(compare.getValue()));
      case VERSION -> number(keys, relation, Field.CHANGES, compare.getVersion());
      case CREATE -> number(keys, relation, Field.CREATED, compare.getCreateRevision());
      case MOD -> number(keys, relation, Field.MODIFIED, compare.getModRevision());
      case LEASE -> number(keys, relation, Field.LEASE, compare.getLease());
      case UNRECOGNIZED -> throw new Objection(Errors.UNKNOWN_COMPARE);
    };
  }

  private static Relation relation(Compare.CompareResult result) throws Objection {
    return switch (result) {
      case EQUAL -> Relation.EQUAL;
      case NOT_EQUAL -> Relation.NOT_EQUAL;
      case LESS -> Relation.LESS;
      case GREATER -> Relation.GREATER;
      case UNRECOGNIZED -> throw new Objection(Errors.UNKNOWN_COMPARE);
    };
  }

  private static io.jangada.kv.Compare number(
      KeyRange keys, Relation relation, Field field, long number) {
    return new io.jangada.kv.Compare.Number(keys, field, relation, number);
  }
}
