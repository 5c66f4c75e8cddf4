package io.jangada.client;

import java.util.function.Consumer;

/// A command on its way to its reply: how often it was tried, and what is known of whether it was
/// done. Owned by the dispatcher's event loop once it was submitted.
final class Call {
  final Request request;
  final long deadlineNanos;

  /// The only server to ask, or null for the one that leads.
  final Endpoint only;

  private final Consumer<Reply> consumer;

  /// The number that makes it be done once, or null until it has one, and for calls without.
  RequestNumbers.Ticket ticket;

  int attempts;

  /// When it is to be tried again, or 0 when it does not wait for that.
  long dueNanos;

  /// It stands in what was sent to a server, and nothing was heard of it.
  boolean isSent;

  /// It was sent, and the answer was lost or settled nothing.
  boolean mayBeDone;

  boolean isOver;

  /// What went wrong last, in words.
  String trouble = "no server was asked yet";

  Call(Request request, long deadlineNanos, Endpoint only, Consumer<Reply> consumer) {
    this.request = request;
    this.deadlineNanos = deadlineNanos;
    this.only = only;
    this.consumer = consumer;
  }

  /// Whether it can be sent again though it may have been done.
  boolean isRepeatable() {
    return !request.changes() || request.isNumbered();
  }

  /// What to say when it is given up.
  Reply failure(String reason) {
    boolean unknown = request.changes() && (isSent || mayBeDone);
    return unknown ? new Reply.Unknown(reason) : new Reply.Unavailable(reason);
  }

  void end(Reply reply) {
    isOver = true;
    consumer.accept(reply);
  }
}
