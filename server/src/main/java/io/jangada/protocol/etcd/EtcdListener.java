package io.jangada.protocol.etcd;

import io.jangada.net.Loops;
import io.jangada.protocol.port.ClientListener;
import io.jangada.protocol.port.Counters;
import io.jangada.protocol.port.ReplyBatcher;
import io.jangada.protocol.rpc.Code;
import io.jangada.protocol.rpc.GrpcConnection;
import io.jangada.protocol.rpc.HttpPages;
import io.jangada.protocol.rpc.JsonConnection;
import io.jangada.protocol.rpc.Method;
import io.jangada.protocol.rpc.MethodCalls;
import io.jangada.protocol.rpc.Methods;
import io.netty.channel.WriteBufferWaterMark;
import io.netty.channel.socket.SocketChannel;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Consumer;

/// The side of a member that etcd's clients see: it listens, and serves those that connect.
public final class EtcdListener extends ClientListener {
  /// Answers to calls are longer than those of other protocols.
  private static final WriteBufferWaterMark UNSENT_BYTES =
      new WriteBufferWaterMark(128 << 10, 256 << 10);

  private final EtcdState state;
  private final List<Method<?>> methods;
  private final EtcdPages pages;
  private final GrpcConnection.Served served;
  private final JsonConnection.Served servedJson;

  private EtcdListener(EtcdSettings settings) {
    super(new Place("etcd", settings.address(), settings.gate()), settings.limits());
    this.state = new EtcdState(settings);
    this.methods = state.methods();
    this.pages = new EtcdPages(port());
    Methods byPath = new Methods(methods);
    this.served = new GrpcConnection.Served(byPath, settings.messageBytesMax());
    this.servedJson =
        new JsonConnection.Served(
            JsonPaths.routes(byPath),
            pages,
            settings.messageBytesMax(),
            JsonConnection.Times.DEFAULT);
  }

  /// Begins to listen.
  ///
  /// @throws IOException when it cannot; the message says where and why
  public static EtcdListener start(EtcdSettings settings, Loops loops) throws IOException {
    EtcdListener listener = new EtcdListener(settings);
    listener.listen(loops);
    return listener;
  }

  @Override
  protected void accept(SocketChannel channel, ReplyBatcher lane, boolean isBeyondMax) {
    if (isBeyondMax) {
      channel.close();
      return;
    }
    channel.config().setWriteBufferWaterMark(UNSENT_BYTES).setAutoRead(true);
    channel.config().setAllowHalfClosure(false);
    channel
        .pipeline()
        .addLast(
            new FirstBytes(
                () -> new GrpcConnection(port(), lane, channel, served).begin(),
                () -> new JsonConnection(port(), lane, channel, servedJson).begin()));
  }

  /// Who answers calls about the cluster and its members. To be called before [#serve].
  public void use(Member member) {
    state.serve(member);
  }

  /// Has `/metrics` show what `figures` gives, from any thread.
  public void show(Consumer<Consumer<HttpPages.Page>> figures) {
    pages.show(figures);
  }

  public EtcdStats stats() {
    SortedMap<String, EtcdStats.Calls> calls = new TreeMap<>();
    for (Method<?> method : methods)
      if (method.calls().started() > 0) calls.put(method.path(), calls(method));
    return new EtcdStats(calls, connections(), sum(Counters.BYTES_IN), sum(Counters.BYTES_OUT));
  }

  private static EtcdStats.Calls calls(Method<?> method) {
    String oneWay = JsonPaths.STREAMS.contains(method.path()) ? "server_stream" : "unary";
    MethodCalls calls = method.calls();
    Map<String, Long> handled = new LinkedHashMap<>();
    for (Code code : Code.values())
      if (calls.ended(code) > 0) handled.put(code.text(), calls.ended(code));
    return new EtcdStats.Calls(method.streams() ? "bidi_stream" : oneWay, calls.started(), handled);
  }
}
