package io.jangada.protocol.rpc;

import com.google.protobuf.Message;
import io.jangada.protocol.port.Client;
import io.netty.buffer.ByteBuf;
import io.netty.util.concurrent.Future;
import java.util.concurrent.TimeUnit;

/// A call as a request of HTTP/1.1, whose body is the only message that its client sends. The
/// messages of a stream are a chunk of the answer each.
final class JsonCall extends Call {
  private final JsonConnection connection;
  private final Method<?> method;
  private final boolean isStream;
  private final Receiver<?> receiver;
  private final Message request;

  /// The only message of an answer that is none of a stream.
  private Message only;

  private boolean hasHeaders;
  private Future<?> deadline;

  JsonCall(JsonConnection connection, JsonRoutes.Route route, Message request, Metadata metadata) {
    super(metadata);
    this.connection = connection;
    this.method = route.method();
    this.isStream = route.isStream();
    this.receiver = method.open().apply(this);
    this.request = request;
    method.calls().countStart();
    long nanos = metadata.timeoutNanos();
    if (nanos > 0) deadline = connection.loop().schedule(this::expire, nanos, TimeUnit.NANOSECONDS);
  }

  @Override
  public Client connection() {
    return connection;
  }

  boolean isStream() {
    return isStream;
  }

  // ---- what comes ----

  /// It is known who calls.
  void known(Callers.Found who) {
    if (isOver()) return;
    if (admit(who)) {
      if (isStream) watchLeader();
      hear(receiver, request);
      if (!isOver()) receiver.halfClosed();
    }
    flushSoon();
  }

  @SuppressWarnings("unchecked")
  private static <Q extends Message> void hear(Receiver<Q> receiver, Message message) {
    receiver.message((Q) message);
  }

  /// The client is gone.
  void cancel() {
    if (isOver()) return;
    abandoned();
    over(Code.CANCELLED);
    receiver.cancelled();
  }

  private void expire() {
    deadline = null;
    stop(new Status(Code.DEADLINE_EXCEEDED, "context deadline exceeded"));
  }

  /// Ends it for a reason that is not its receiver's.
  void stop(Status status) {
    if (isOver()) return;
    end(status);
    receiver.cancelled();
    flushSoon();
  }

  private void over(Code code) {
    method.calls().countEnd(code);
    if (deadline != null) deadline.cancel(false);
    deadline = null;
  }

  // ---- what is said ----

  @Override
  protected void write(Message message) {
    if (!isStream) {
      only = message;
      return;
    }
    ByteBuf out = connection.buffer(JsonText.sizeHint(message));
    JsonText.writeResult(out, message);
    if (!hasHeaders) connection.beginStream(Code.OK.http());
    hasHeaders = true;
    connection.writeChunk(out);
  }

  @Override
  protected void finish(Status status) {
    over(status.code());
    if (isStream) finishStream(status);
    else if (!status.isOk()) connection.refuse(status);
    else if (only == null) connection.refuse(new Status(Code.INTERNAL, "there is no answer"));
    else connection.answer(only);
  }

  private void finishStream(Status status) {
    if (!hasHeaders) connection.beginStream(status.code().http());
    if (!status.isOk()) {
      ByteBuf out = connection.buffer(2 * status.message().length());
      JsonText.writeError(out, status, HttpText.phrase(status));
      connection.writeChunk(out);
    }
    connection.endStream();
  }

  @Override
  public boolean isReady() {
    return connection.takesMore();
  }

  /// Tells the receiver that the client takes more again.
  void tellReady() {
    if (!isOver()) receiver.ready();
  }
}
