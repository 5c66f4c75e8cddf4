package io.jangada.torture;

import io.jangada.bytes.Bytes;
import io.jangada.check.Result;
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
  public void ask(List<Wish> wishes, Ear ear) throws InterruptedException {
    List<CompletableFuture<Void>> heard = new ArrayList<>();
    for (int i = 0; i < wishes.size(); i++) {
      int index = i;
      Wish wish = wishes.get(i);
      heard.add(send(wish).thenAccept(reply -> ear.hear(index, said(wish, reply))));
    }
    CompletableFuture<Void> all = CompletableFuture.allOf(heard.toArray(CompletableFuture[]::new));
    try {
      all.get(SILENCE_SECONDS_MAX, TimeUnit.SECONDS);
    } catch (TimeoutException | ExecutionException e) {
      throw new IllegalStateException("the client library owes an answer to " + wishes, e);
    }
  }

  private CompletableFuture<? extends Reply> send(Wish wish) {
    Bytes key = Bytes.utf8(wish.key());
    Bytes value = Bytes.utf8(wish.value());
    return switch (wish.verb()) {
      case GET -> client.get(key);
      case GETM -> client.getm(key);
      case SET -> client.set(key, value, wish.exptimeSeconds());
      case CAS -> client.cas(key, wish.version(), value, wish.exptimeSeconds());
      case DELETE -> client.delete(key);
    };
  }

  private static Said said(Wish wish, Reply reply) {
    return switch (reply) {
      case Reply.Found(Bytes value) -> new Said.Done(new Result.Found(value.toUtf8()));
      case Reply.FoundVersion(Bytes value, long version, long _) ->
          new Said.Done(new Result.Found(value.toUtf8(), version));
      case Reply.Written(long version) -> new Said.Done(new Result.Written(version));
      case Reply.Deleted() -> new Said.Done(new Result.Deleted());
      case Reply.NotFound() -> new Said.Done(new Result.Absent());
      case Reply.Mismatch() ->
          new Said.Done(wish.verb() == Wish.Verb.SET ? new Result.Exists() : new Result.Mismatch());
      case Reply.Unavailable _ -> new Said.No();
      case Reply.Unknown _ -> new Said.Unknown();
      case Reply.Told _, Reply.Refused _ ->
          throw new IllegalStateException(wish + " was answered " + reply);
    };
  }

  @Override
  public void close() {
    // The client is another's, too.
  }
}
