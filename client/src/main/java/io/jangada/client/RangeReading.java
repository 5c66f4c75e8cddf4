package io.jangada.client;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;

/// Reads a range in pieces, all of one revision, one after the other.
final class RangeReading {
  private final Function<RangeRequest, CompletableFuture<Reply.ToRange>> read;
  private final RangeRequest request;

  /// What to do with a piece: false, when that is known, ends the reading there.
  private final Function<Reply.Ranged, CompletionStage<Boolean>> taker;

  private final CompletableFuture<Reply.ToRange> end = new CompletableFuture<>();

  /// Of the first piece; null before.
  private Long count;

  private long entries;

  /// @param read reads one piece
  RangeReading(
      Function<RangeRequest, CompletableFuture<Reply.ToRange>> read,
      RangeRequest request,
      Function<Reply.Ranged, CompletionStage<Boolean>> taker) {
    this.read = read;
    this.request = request;
    this.taker = taker;
  }

  /// Completed after the last piece with a [Reply.Ranged] without entries, or with what went wrong
  /// before.
  CompletableFuture<Reply.ToRange> start() {
    readPiece(request);
    return end;
  }

  private void readPiece(RangeRequest piece) {
    read.apply(piece).thenAccept(this::take);
  }

  private void take(Reply.ToRange reply) {
    if (!(reply instanceof Reply.Ranged)) {
      end.complete(reply);
      return;
    }
    Reply.Ranged piece = (Reply.Ranged) reply;
    if (count == null) count = piece.count();
    entries += piece.entries().size();
    CompletionStage<Boolean> taken;
    try {
      taken = taker.apply(piece);
    } catch (RuntimeException e) {
      taken = CompletableFuture.failedFuture(e);
    }
    taken.whenComplete((goesOn, failure) -> goOn(piece, goesOn, failure));
  }

  private void goOn(Reply.Ranged piece, Boolean goesOn, Throwable failure) {
    boolean isFull = request.limit() > 0 && entries >= request.limit();
    if (failure != null) {
      end.complete(new Reply.Unavailable("what was to take a piece failed: " + failure));
    } else if (piece.rest() == null || isFull || !goesOn) {
      end.complete(new Reply.Ranged(piece.revision(), count, List.of(), piece.rest()));
    } else {
      long limit = request.limit() == 0 ? 0 : request.limit() - entries;
      readPiece(request.keys(piece.rest()).revision(piece.revision()).limit(limit));
    }
  }

  /// The pieces of a range as one.
  static final class Gathering {
    private final long bytesMax;
    private final List<KeyValue> entries = new ArrayList<>();
    private long bytes;
    private long count;

    /// @param bytesMax it ends with the piece that brings it to so many
    Gathering(long bytesMax) {
      this.bytesMax = bytesMax;
    }

    CompletionStage<Boolean> take(Reply.Ranged piece) {
      entries.addAll(piece.entries());
      for (KeyValue each : piece.entries()) bytes += each.sizeBytes();
      count += Math.max(0, piece.count());
      return CompletableFuture.completedFuture(bytes < bytesMax);
    }

    Reply.ToRange whole(Reply.ToRange end) {
      if (!(end instanceof Reply.Ranged)) return end;
      Reply.Ranged last = (Reply.Ranged) end;
      return new Reply.Ranged(last.revision(), last.count(), List.copyOf(entries), last.rest());
    }

    /// Of pieces that hold counts alone.
    Reply.ToCount counted(Reply.ToRange end) {
      return end instanceof Reply.Ranged last
          ? new Reply.Counted(last.revision(), count)
          : (Reply.ToCount) end;
    }
  }
}
