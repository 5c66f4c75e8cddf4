package io.jangada.torture;

import io.jangada.bytes.Bytes;
import io.jangada.check.RecordedResult;
import io.jangada.client.JangadaClient;
import io.jangada.client.Reply;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/// A client by way of `io.jangada.client`, which finds the leader and retries by itself. Several
/// share one [JangadaClient], whose connections they crowd.
final class LibraryCaller implements Caller {
  /// Longer than the library's own deadline.
  private static final long SILENCE_SECONDS_MAX = 60;

  private final JangadaClient client;

  LibraryCaller(JangadaClient client) {
    this.client = client;
  }

  @Override
  public void execute(List<ClientOp> clientOps, Listener listener) throws InterruptedException {
    List<CompletableFuture<Void>> heard = new ArrayList<>();
    for (int i = 0; i < clientOps.size(); i++) {
      int index = i;
      ClientOp clientOp = clientOps.get(i);
      heard.add(
          send(clientOp).thenAccept(reply -> listener.onResult(index, result(clientOp, reply))));
    }
    CompletableFuture<Void> all = CompletableFuture.allOf(heard.toArray(CompletableFuture[]::new));
    try {
      all.get(SILENCE_SECONDS_MAX, TimeUnit.SECONDS);
    } catch (TimeoutException | ExecutionException e) {
      throw new IllegalStateException("the client library owes an answer to " + clientOps, e);
    }
  }

  private CompletableFuture<? extends Reply> send(ClientOp clientOp) {
    Bytes key = Bytes.utf8(clientOp.key());
    Bytes value = Bytes.utf8(clientOp.value());
    return switch (clientOp.verb()) {
      case GET -> client.get(key);
      case GETM -> client.getm(key);
      case SET -> client.set(key, value, clientOp.exptimeSeconds());
      case CAS -> client.cas(key, clientOp.version(), value, clientOp.exptimeSeconds());
      case DELETE -> client.delete(key);
    };
  }

  private static OpResult result(ClientOp clientOp, Reply reply) {
    return switch (reply) {
      case Reply.Found(Bytes value) -> new OpResult.Done(new RecordedResult.Found(value.toUtf8()));
      case Reply.FoundVersion(Bytes value, long version, long _) ->
          new OpResult.Done(new RecordedResult.Found(value.toUtf8(), version));
      case Reply.Written(long version) -> new OpResult.Done(new RecordedResult.Written(version));
      case Reply.Deleted() -> new OpResult.Done(new RecordedResult.Deleted());
      case Reply.NotFound() -> new OpResult.Done(new RecordedResult.Absent());
      case Reply.Mismatch() ->
          new OpResult.Done(
              clientOp.verb() == ClientOp.Verb.SET
                  ? new RecordedResult.Exists()
                  : new RecordedResult.Mismatch());
      case Reply.Unavailable _ -> new OpResult.No();
      case Reply.Unknown _ -> new OpResult.Unknown();
      case Reply.Told _, Reply.Refused _, Reply.Advanced _ ->
          throw new IllegalStateException(clientOp + " was answered " + reply);
    };
  }

  @Override
  public void close() {
    // The client is another's, too.
  }
}
