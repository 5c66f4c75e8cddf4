package io.jangada.protocol.etcd;

import io.jangada.kv.KeyRange;
import io.jangada.kv.KeyValue;
import io.jangada.kv.Operation;
import io.jangada.node.ReadConsistency;
import io.jangada.protocol.etcd.api.RangeRequest;
import io.jangada.protocol.etcd.api.RangeResponse;
import io.jangada.protocol.etcd.api.ResponseHeader;
import io.jangada.protocol.rpc.Status;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/// What a range request asks for, as the store and as its response have it.
///
/// The store finds keys in their order. Where another one is wanted all that are found are sorted
/// here, and the limit cuts after that. Otherwise one more than the limit is asked for: whether
/// there is one says `more`.
record RangeQuery(RangeRequest request, Comparator<KeyValue> sort) {
  static RangeQuery of(RangeRequest request) {
    return new RangeQuery(request, sort(request));
  }

  /// Why it makes no sense; null if it does.
  static Status objection(RangeRequest request) {
    if (request.getKey().isEmpty()) return Errors.KEY_NOT_PROVIDED;
    boolean isSortKnown =
        request.getSortOrder() != RangeRequest.SortOrder.UNRECOGNIZED
            && request.getSortTarget() != RangeRequest.SortTarget.UNRECOGNIZED;
    return isSortKnown ? null : Errors.INVALID_SORT;
  }

  /// The order that is none of keys; null for one of keys.
  private static Comparator<KeyValue> sort(RangeRequest request) {
    Comparator<KeyValue> ascending =
        switch (request.getSortTarget()) {
          case VERSION -> Comparator.comparingLong(one -> one.revisions().changes());
          case CREATE -> Comparator.comparingLong(one -> one.revisions().created());
          case MOD -> Comparator.comparingLong(one -> one.revisions().modified());
          case VALUE -> Comparator.comparing(KeyValue::value);
          case KEY, UNRECOGNIZED -> null;
        };
    boolean descends = request.getSortOrder() == RangeRequest.SortOrder.DESCEND;
    return ascending == null || !descends ? ascending : ascending.reversed();
  }

  /// How fresh it has to be: as this member has it, or linearizable.
  ReadConsistency consistency() {
    return request.getSerializable() ? new ReadConsistency.Local() : new ReadConsistency.Follower();
  }

  boolean isCountOnly() {
    return request.getCountOnly();
  }

  /// The range that is read.
  Operation.Range operation() {
    long revision = Math.max(0, request.getRevision());
    return operation(KeyValues.range(request.getKey(), request.getRangeEnd()), revision, 0);
  }

  /// The rest of it, at the revision of the first part.
  ///
  /// @param found how many of it are there already
  Operation.Range operation(KeyRange rest, long revision, int found) {
    return new Operation.Range(rest, revision, selection(), page(found));
  }

  /// Only how many keys the whole range has, at a revision.
  static Operation.Range count(KeyRange rest, long revision) {
    var count =
        new Operation.Selection(
            Operation.Detail.COUNT, Operation.Between.ANY, Operation.Between.ANY);
    return new Operation.Range(rest, revision, count, Operation.Page.ALL);
  }

  private Operation.Selection selection() {
    boolean needsValue = request.getSortTarget() == RangeRequest.SortTarget.VALUE;
    Operation.Detail detail =
        request.getCountOnly()
            ? Operation.Detail.COUNT
            : request.getKeysOnly() && !needsValue
                ? Operation.Detail.KEYS
                : Operation.Detail.VALUES;
    return new Operation.Selection(
        detail,
        between(request.getMinCreateRevision(), request.getMaxCreateRevision()),
        between(request.getMinModRevision(), request.getMaxModRevision()));
  }

  private static Operation.Between between(long min, long max) {
    return new Operation.Between(min, max == 0 ? Long.MAX_VALUE : max);
  }

  private Operation.Page page(int found) {
    boolean descends = sort == null && request.getSortOrder() == RangeRequest.SortOrder.DESCEND;
    long limit = request.getLimit();
    boolean isLimited = sort == null && limit > 0 && limit < Integer.MAX_VALUE;
    return new Operation.Page(descends, isLimited ? limit + 1 - found : 0);
  }

  /// Whether as much is found as can be of use.
  boolean isEnough(int found) {
    return sort == null && request.getLimit() > 0 && found > request.getLimit();
  }

  RangeResponse response(ResponseHeader header, List<KeyValue> found, long count) {
    long limit = request.getLimit() > 0 ? request.getLimit() : Long.MAX_VALUE;
    RangeResponse.Builder response =
        RangeResponse.newBuilder().setHeader(header).setCount(count).setMore(found.size() > limit);
    Stream<KeyValue> ordered = sort == null ? found.stream() : found.stream().sorted(sort);
    ordered.limit(limit).forEach(one -> response.addKvs(message(one)));
    return response.build();
  }

  io.jangada.protocol.etcd.api.KeyValue message(KeyValue one) {
    return request.getKeysOnly() ? KeyValues.keyOnly(one) : KeyValues.message(one);
  }
}
