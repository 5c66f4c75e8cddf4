package io.jangada.protocol.rpc;

import com.google.protobuf.Message;
import java.util.function.BiConsumer;
import java.util.function.Function;

/// A method that clients may call.
///
/// @param path as in HTTP: `/package.Service/Method`
/// @param empty a message of the kind that the client sends
/// @param streams whether the client may send any number of messages, rather than one
/// @param open gets each new call, and tells who hears its messages
/// @param calls counts them
public record Method<Q extends Message>(
    String path, Q empty, boolean streams, Function<Call, Receiver<Q>> open, MethodCalls calls) {

  /// A method with one request: it gets the call and the request.
  public static <Q extends Message> Method<Q> unary(
      String path, Q empty, BiConsumer<Call, Q> begin) {
    return new Method<>(path, empty, false, call -> new One<>(call, begin), new MethodCalls());
  }

  /// A method whose client may send any number of messages.
  public static <Q extends Message> Method<Q> streaming(
      String path, Q empty, Function<Call, Receiver<Q>> open) {
    return new Method<>(path, empty, true, open, new MethodCalls());
  }

  /// Takes the only request, when it is known to be the only one.
  private static final class One<Q extends Message> implements Receiver<Q> {
    private final Call call;
    private final BiConsumer<Call, Q> begin;
    private Q request;

    One(Call call, BiConsumer<Call, Q> begin) {
      this.call = call;
      this.begin = begin;
    }

    @Override
    public void message(Q message) {
      if (request == null) request = message;
      else call.end(new Status(Code.INTERNAL, "there is more than one request message"));
    }

    @Override
    public void halfClosed() {
      if (request == null) call.end(new Status(Code.INTERNAL, "there is no request message"));
      else begin.accept(call, request);
    }

    @Override
    public void ready() {
      call.goOn();
    }

    @Override
    public void cancelled() {
      call.giveUp();
    }
  }
}
