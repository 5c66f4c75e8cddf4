package io.jangada.cli.backup;

import io.jangada.bytes.Bytes;
import io.jangada.bytes.MalformedException;
import io.jangada.cli.cluster.Admin;
import io.jangada.client.Endpoint;
import io.jangada.client.JangadaClient;
import io.jangada.client.Reply;
import io.jangada.codec.Json;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;

/// A server that gives its data away, snapshot and chunks.
final class BackupSource {
  /// Chunks that are asked for at a time.
  private static final int WINDOW_CHUNKS = 4;

  /// A server that is busy says no more of a chunk than one that does not have it any more.
  private static final int TRIES_PER_CHUNK_MAX = 4;

  private static final long PAUSE_MILLIS = 200;

  private final JangadaClient client;
  private final Endpoint server;

  /// The server does not give it.
  static final class RefusedException extends Exception {
    private static final long serialVersionUID = 1L;

    RefusedException(String message) {
      super(message);
    }
  }

  /// Takes the chunks of a backup.
  interface Sink {
    void take(Bytes chunk) throws IOException;
  }

  BackupSource(JangadaClient client, Endpoint server) {
    this.client = client;
    this.server = server;
  }

  /// Lets the server take a snapshot, or name one that has everything in it.
  Description snapshot() throws RefusedException {
    Bytes content = content(client.adminAt(server, "backup").join());
    try {
      Json.Obj response = Admin.read(content);
      String refusal = Admin.refusal(response);
      if (refusal != null) throw new RefusedException(refusal);
      return Description.of(response);
    } catch (MalformedException e) {
      throw new RefusedException("its answer makes no sense: " + e.getMessage());
    }
  }

  /// Gets the chunks of a snapshot from a number on.
  void chunks(Description snapshot, int from, Sink sink) throws RefusedException, IOException {
    ArrayDeque<CompletableFuture<Reply.ToAdmin>> window = new ArrayDeque<>();
    int next = from;
    for (int number = from; number < snapshot.chunks(); number++) {
      while (next < snapshot.chunks() && window.size() < WINDOW_CHUNKS)
        window.add(request(snapshot, next++));
      sink.take(chunk(snapshot, number, window.poll()));
    }
  }

  private Bytes chunk(Description snapshot, int number, CompletableFuture<Reply.ToAdmin> asked)
      throws RefusedException {
    CompletableFuture<Reply.ToAdmin> reply = asked;
    for (int tries = 1; ; tries++) {
      try {
        return content(reply.join());
      } catch (RefusedException e) {
        if (tries == TRIES_PER_CHUNK_MAX) throw e;
      }
      Executor later = CompletableFuture.delayedExecutor(PAUSE_MILLIS, TimeUnit.MILLISECONDS);
      reply =
          CompletableFuture.completedFuture(snapshot)
              .thenComposeAsync(again -> request(again, number), later);
    }
  }

  private CompletableFuture<Reply.ToAdmin> request(Description snapshot, int number) {
    return client.adminAt(
        server, "chunk", "" + snapshot.last().index(), "" + snapshot.last().term(), "" + number);
  }

  private static Bytes content(Reply.ToAdmin reply) throws RefusedException {
    return switch (reply) {
      case Reply.Told(Bytes content) -> content;
      case Reply.Refused(String reason) -> throw new RefusedException(reason);
      case Reply.Unavailable(String reason) -> throw new RefusedException(reason);
      case Reply.Unknown(String reason) -> throw new RefusedException(reason);
    };
  }
}
