package io.jangada.protocol.rpc;

import io.jangada.net.Loops;
import io.jangada.protocol.auth.Audit;
import io.jangada.protocol.etcd.api.RangeRequest;
import io.jangada.protocol.etcd.api.RangeResponse;
import io.jangada.protocol.etcd.api.WatchRequest;
import io.jangada.protocol.etcd.api.WatchResponse;
import io.jangada.protocol.port.PortLimits;
import io.jangada.protocol.port.PortState;
import io.jangada.protocol.port.ReplyBatcher;
import io.jangada.protocol.text.Served;
import io.netty.channel.Channel;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.socket.SocketChannel;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/// A port that speaks HTTP/1.1 alone, with a few methods of its own and the member behind it.
///
/// `/v3/echo` answers with the limit as count; `/v3/keep` is answered by the test; `/v3/fail` and
/// `/v3/failing` end with an error, the latter as a stream; `/v3/watch` is a stream that sends two
/// messages at once, and more when the test does; `/v3/missing` is not there.
final class JsonPort implements AutoCloseable {
  static final int MESSAGE_BYTES_MAX = 100_000;
  private static final int BOUND_MILLIS = 20_000;

  final BlockingQueue<Call> kept = new LinkedBlockingQueue<>();
  final BlockingQueue<String> heard = new LinkedBlockingQueue<>();
  final PortState state;
  private final Loops loops = new Loops("json", 1);
  private final Served member;
  private final Channel listener;

  JsonPort(Path folder, JsonConnection.Times times, PortLimits limits) throws IOException {
    member = Served.usual(folder);
    state = new PortState(limits);
    Methods methods = new Methods(methods());
    JsonRoutes routes =
        new JsonRoutes(
            Map.of(
                "/v3/echo", "/t.T/Echo",
                "/v3/keep", "/t.T/Keep",
                "/v3/fail", "/t.T/Fail",
                "/v3/failing", "/t.T/Failing",
                "/v3/watch", "/t.T/Watch",
                "/v3/missing", "/t.T/Missing"),
            Set.of("/t.T/Watch", "/t.T/Failing"),
            methods);
    var served = new JsonConnection.Served(routes, new Pages(), MESSAGE_BYTES_MAX, times);
    ReplyBatcher[] lane = new ReplyBatcher[1];
    listener =
        loops
            .listener("JSON")
            .childHandler(
                new ChannelInitializer<SocketChannel>() {
                  @Override
                  protected void initChannel(SocketChannel channel) {
                    if (lane[0] == null) lane[0] = new ReplyBatcher(channel.eventLoop());
                    new JsonConnection(state, lane[0], channel, served).begin();
                  }
                })
            .bind(InetAddress.getLoopbackAddress(), 0)
            .syncUninterruptibly()
            .channel();
  }

  static JsonPort serving(Path folder) throws IOException {
    JsonPort port = new JsonPort(folder, JsonConnection.Times.DEFAULT, PortLimits.DEFAULT);
    port.serve();
    return port;
  }

  void serve() {
    state.serve(member.member.replica(), null, Audit.NONE);
  }

  private List<Method<?>> methods() {
    RangeRequest range = RangeRequest.getDefaultInstance();
    Status status = new Status(Code.UNAVAILABLE, "no \"leader\"");
    return List.of(
        Method.unary(
            "/t.T/Echo",
            range,
            (call, request) ->
                call.answer(RangeResponse.newBuilder().setCount(request.getLimit()).build())),
        Method.unary(
            "/t.T/Keep",
            range,
            (call, request) -> {
              call.whenCancelled(() -> heard.add("cancelled"));
              kept.add(call);
            }),
        Method.unary("/t.T/Fail", range, (call, request) -> call.end(status)),
        Method.unary("/t.T/Failing", range, (call, request) -> call.end(status)),
        Method.streaming("/t.T/Watch", WatchRequest.getDefaultInstance(), Watching::new));
  }

  static WatchResponse event(long id) {
    return WatchResponse.newBuilder().setWatchId(id).build();
  }

  private final class Watching implements Receiver<WatchRequest> {
    private final Call call;

    Watching(Call call) {
      this.call = call;
    }

    @Override
    public void message(WatchRequest message) {
      call.send(event(1));
      call.send(event(2));
      kept.add(call);
    }

    @Override
    public void halfClosed() {
      heard.add("half-closed");
    }

    @Override
    public void ready() {
      heard.add("ready");
    }

    @Override
    public void cancelled() {
      heard.add("cancelled");
    }
  }

  private static final class Pages implements HttpPages {
    @Override
    public boolean has(String path) {
      return path.equals("/page");
    }

    @Override
    public void get(String path, Map<String, List<String>> query, Consumer<Page> then) {
      then.accept(Page.text(200, "page " + query.keySet()));
    }
  }

  URI uri(String path) {
    return URI.create("http://127.0.0.1:" + address().getPort() + path);
  }

  InetSocketAddress address() {
    return (InetSocketAddress) listener.localAddress();
  }

  /// The next call that the test is to answer.
  Call call() throws InterruptedException {
    return kept.poll(BOUND_MILLIS, TimeUnit.MILLISECONDS);
  }

  String heard() throws InterruptedException {
    return heard.poll(BOUND_MILLIS, TimeUnit.MILLISECONDS);
  }

  /// A client that says and hears bytes.
  Raw raw() throws IOException {
    return new Raw(address());
  }

  /// A socket.
  static final class Raw implements AutoCloseable {
    final Socket socket = new Socket();

    private Raw(InetSocketAddress address) throws IOException {
      socket.setReceiveBufferSize(16 << 10);
      socket.connect(address);
      socket.setSoTimeout(BOUND_MILLIS);
    }

    Raw say(String text) throws IOException {
      socket.getOutputStream().write(text.getBytes(StandardCharsets.ISO_8859_1));
      return this;
    }

    /// What comes up to `end`, that included; or up to the end of it all.
    String until(String end) throws IOException {
      StringBuilder text = new StringBuilder();
      InputStream in = socket.getInputStream();
      for (int next; (next = in.read()) >= 0; ) {
        text.append((char) next);
        if (text.toString().endsWith(end)) break;
      }
      return text.toString();
    }

    /// The head of the next answer.
    String head() throws IOException {
      return until("\r\n\r\n");
    }

    /// The number in the first line of the next answer; 0 when the connection ends instead.
    int code() throws IOException {
      String head = head();
      return head.isEmpty() ? 0 : Integer.parseInt(head.substring(9, 12));
    }

    /// Whether the connection ends, after whatever comes.
    boolean ends() throws IOException {
      byte[] some = new byte[64 << 10];
      try {
        while (socket.getInputStream().read(some) >= 0) continue;
        return true;
      } catch (java.net.SocketTimeoutException e) {
        return false;
      } catch (IOException e) {
        return true;
      }
    }

    @Override
    public void close() throws IOException {
      socket.close();
    }
  }

  @Override
  public void close() throws IOException {
    state.close(listener);
    member.close();
    loops.close();
  }
}
