package io.jangada.cli.cluster;

import io.jangada.client.JangadaClient;
import io.jangada.client.KeyValue;
import io.jangada.client.RangeRequest;
import io.jangada.client.Reply;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicReference;

/// Reads a range entry by entry, holding one piece of it at a time. All are of one revision.
final class RangeCursor {
  private final JangadaClient client;

  /// What is still to be fetched, or null.
  private RangeRequest rest;

  private Iterator<KeyValue> piece = List.<KeyValue>of().iterator();
  private Reply failure;

  RangeCursor(JangadaClient client, RangeRequest request) {
    this.client = client;
    rest = request;
  }

  /// The next entry, or null at the end and where it fails.
  KeyValue next() {
    while (!piece.hasNext() && rest != null) fetch();
    return piece.hasNext() ? piece.next() : null;
  }

  private void fetch() {
    AtomicReference<Reply.Ranged> fetched = new AtomicReference<>();
    Reply.ToRange end =
        client
            .range(
                rest,
                one -> {
                  fetched.set(one);
                  return CompletableFuture.completedFuture(false);
                })
            .join();
    if (!(end instanceof Reply.Ranged)) {
      failure = end;
      rest = null;
      return;
    }
    Reply.Ranged found = fetched.get();
    piece = found.entries().iterator();
    long limit = rest.limit() - found.entries().size();
    boolean isOver = found.rest() == null || rest.limit() > 0 && limit <= 0;
    rest =
        isOver
            ? null
            : rest.keys(found.rest())
                .revision(found.revision())
                .limit(rest.limit() == 0 ? 0 : limit);
  }

  /// What kept it from its end, or null.
  Reply failure() {
    return failure;
  }
}
