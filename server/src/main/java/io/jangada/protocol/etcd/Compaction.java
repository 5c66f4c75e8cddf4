package io.jangada.protocol.etcd;

import io.jangada.kv.Operation;
import io.jangada.kv.Result;
import io.jangada.kv.auth.Right;
import io.jangada.node.Outcome;
import io.jangada.node.ReadConsistency;
import io.jangada.protocol.etcd.api.CompactionRequest;
import io.jangada.protocol.etcd.api.CompactionResponse;
import io.jangada.protocol.rpc.Call;
import io.jangada.protocol.rpc.Moment;

/// Compaction as etcd's clients know it: of the revision that they name, what changed at it is kept
/// too, so that a watch from there misses nothing.
///
/// The store keeps what changes after the revision that it is compacted to. So it is compacted to
/// the one before, which clients may not read then.
final class Compaction {
  /// The first revision at which something changes: an empty store is at the one before.
  static final long FIRST_CHANGE = 2;

  private Compaction() {}

  /// What clients take for the compacted revision.
  ///
  /// @param compacted the store's
  static long revision(long compacted) {
    return compacted < FIRST_CHANGE ? compacted : compacted + 1;
  }

  /// Whether clients may not read at a revision that they name.
  static boolean covers(Moment moment, long revision) {
    // The present one can be read, whatever is kept.
    return revision > 0 && revision < moment.revision() && revision < revision(moment.compacted());
  }

  static void begin(Call call, CompactionRequest request) {
    long revision = request.getRevision();
    if (revision < 0) {
      call.end(Errors.COMPACTED);
      return;
    }
    call.read(
        new Operation.CheckRight(Right.USERS),
        new ReadConsistency.Follower(),
        (outcome, moment) -> {
          if (!(outcome instanceof Outcome.Done(Result.AuthState _)))
            call.end(Errors.of(call, outcome));
          else if (revision > moment.revision()) call.end(Errors.FUTURE);
          else compact(call, revision);
        });
  }

  private static void compact(Call call, long revision) {
    long last = revision < FIRST_CHANGE ? revision : revision - 1;
    call.submit(
        new Operation.Compact(last),
        0,
        (outcome, moment) -> {
          switch (outcome) {
            case Outcome.Done(Result.Noted noted) -> answer(call, moment, noted.revision());
            case Outcome.Done(Result.Compacted(long there)) when isNothingBefore(revision, there) ->
                answer(call, moment, moment.revision());
            default -> call.end(Errors.of(call, outcome));
          }
        });
  }

  private static void answer(Call call, Moment moment, long revision) {
    var header = Headers.of(moment, revision);
    call.answer(CompactionResponse.newBuilder().setHeader(header).build());
  }

  /// Whether there is nothing to give up: the store was empty before that.
  private static boolean isNothingBefore(long revision, long compacted) {
    return revision == FIRST_CHANGE && compacted < FIRST_CHANGE;
  }
}
