package io.jangada.protocol.etcd;

import com.google.protobuf.ByteString;
import io.jangada.bytes.Bytes;
import io.jangada.kv.KeyRange;
import io.jangada.protocol.etcd.api.RequestOp;
import io.jangada.protocol.etcd.api.TxnRequest;
import java.util.ArrayList;
import java.util.List;
import java.util.NavigableSet;
import java.util.TreeSet;

/// Looks whether a transaction could put a key twice, or put and delete it. Of the two lists of a
/// transaction only one is done: these may do what they like to the same key.
final class TxnKeys {
  /// What a list of operations changes, at most.
  private record Touched(NavigableSet<Bytes> puts, List<KeyRange> deletes) {
    Touched() {
      this(new TreeSet<>(), new ArrayList<>());
    }

    /// Adds what is done as well.
    void add(Touched other) throws TxnReader.Objection {
      for (Bytes key : other.puts) if (puts.contains(key)) throw duplicate();
      for (KeyRange range : other.deletes) if (hits(puts, range)) throw duplicate();
      for (KeyRange range : deletes) if (hits(other.puts, range)) throw duplicate();
      either(other);
    }

    /// Adds what is done instead.
    void either(Touched other) {
      puts.addAll(other.puts);
      deletes.addAll(other.deletes);
    }

    private static boolean hits(NavigableSet<Bytes> keys, KeyRange range) {
      if (range.isEmpty()) return false;
      Bytes first = keys.ceiling(range.from());
      return first != null && range.contains(first);
    }

    private static TxnReader.Objection duplicate() {
      return new TxnReader.Objection(Errors.DUPLICATE_KEY);
    }
  }

  void check(TxnRequest request) throws TxnReader.Objection {
    touchedBy(request);
  }

  private Touched touchedBy(TxnRequest request) throws TxnReader.Objection {
    Touched all = touchedBy(request.getSuccessList());
    all.either(touchedBy(request.getFailureList()));
    return all;
  }

  private Touched touchedBy(List<RequestOp> ops) throws TxnReader.Objection {
    Touched all = new Touched();
    for (RequestOp op : ops) all.add(touchedBy(op));
    return all;
  }

  private Touched touchedBy(RequestOp op) throws TxnReader.Objection {
    Touched one = new Touched();
    switch (op.getRequestCase()) {
      case REQUEST_PUT -> one.puts.add(KeyValues.bytes(op.getRequestPut().getKey()));
      case REQUEST_DELETE_RANGE -> {
        ByteString key = op.getRequestDeleteRange().getKey();
        one.deletes.add(KeyValues.range(key, op.getRequestDeleteRange().getRangeEnd()));
      }
      case REQUEST_TXN -> one.either(touchedBy(op.getRequestTxn()));
      case REQUEST_RANGE, REQUEST_NOT_SET -> {}
    }
    return one;
  }
}
