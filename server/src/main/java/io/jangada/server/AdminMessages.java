package io.jangada.server;

import io.jangada.bytes.Bytes;
import io.jangada.node.PeerMessage;
import io.jangada.node.Transport;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;

/// Questions of administration to other members, and the replies. Messages may be lost: then there
/// is none. For any thread.
final class AdminMessages {
  private static final int WAITING_MAX = 64;

  private final int id;
  private final Transport transport;
  private final AtomicLong numbers = new AtomicLong();
  private final Map<Long, CompletableFuture<Bytes>> waiting = new ConcurrentHashMap<>();

  AdminMessages(int id, Transport transport) {
    this.id = id;
    this.transport = transport;
  }

  /// @param reply called once; gets null when none came in time
  void ask(int member, Bytes question, long millisMax, Consumer<Bytes> reply) {
    if (waiting.size() >= WAITING_MAX || question.length() > PeerMessage.Admin.BYTES_MAX) {
      reply.accept(null);
      return;
    }
    long number = numbers.incrementAndGet();
    CompletableFuture<Bytes> answer = new CompletableFuture<>();
    waiting.put(number, answer);
    answer
        .completeOnTimeout(null, millisMax, TimeUnit.MILLISECONDS)
        .thenAccept(
            content -> {
              waiting.remove(number);
              reply.accept(content);
            });
    transport.send(new PeerMessage.Admin(id, member, number, false, question));
  }

  void reply(PeerMessage.Admin question, Bytes content) {
    transport.send(new PeerMessage.Admin(id, question.from(), question.number(), true, content));
  }

  void replied(PeerMessage.Admin reply) {
    CompletableFuture<Bytes> answer = waiting.get(reply.number());
    if (answer != null) answer.complete(reply.content());
  }
}
