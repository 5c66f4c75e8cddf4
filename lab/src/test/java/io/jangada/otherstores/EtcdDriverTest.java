package io.jangada.otherstores;

import static org.assertj.core.api.Assertions.assertThat;

import io.jangada.bench.Load;
import io.jangada.bench.LoadRun;
import io.jangada.bench.Measured;
import io.jangada.bench.Workload;
import io.jangada.client.Endpoint;
import io.jangada.net.Loops;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.handler.codec.http2.DefaultHttp2DataFrame;
import io.netty.handler.codec.http2.DefaultHttp2Headers;
import io.netty.handler.codec.http2.DefaultHttp2HeadersFrame;
import io.netty.handler.codec.http2.Http2DataFrame;
import io.netty.handler.codec.http2.Http2FrameCodecBuilder;
import io.netty.handler.codec.http2.Http2FrameStream;
import io.netty.handler.codec.http2.Http2Headers;
import io.netty.handler.codec.http2.Http2HeadersFrame;
import io.netty.util.ReferenceCountUtil;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;

/// gRPC as etcd's clients speak it, against a stand-in that keeps what it is told.
class EtcdDriverTest {
  private static final int PREFIX_BYTES = 5;

  /// What becomes of a request: which status it ends with, and whether a read gets the right value.
  private record Manners(String status, boolean isHonest) {}

  private static Measured run(Manners manners, Workload workload) throws Exception {
    try (Loops loops = new Loops("stand-in", 1);
        LoadRun run = new LoadRun(open(loops, manners), (_, c) -> () -> new EtcdDriver(c, 1))) {
      Load load =
          new Load(
              workload,
              new Load.Clients(2, 8, 0),
              new Load.Data(100, 50, true),
              new Load.Times(0.2, 0.05));
      if (manners.status.equals("0")) run.prefill(load);
      return run.run(load, LoadRun.Watcher.NONE);
    }
  }

  private static Endpoint open(Loops loops, Manners manners) throws InterruptedException {
    Map<String, byte[]> values = new HashMap<>();
    Channel channel =
        new ServerBootstrap()
            .group(loops.group())
            .channel(loops.serverSocketClass())
            .childHandler(
                new ChannelInitializer<Channel>() {
                  @Override
                  protected void initChannel(Channel one) {
                    one.pipeline()
                        .addLast(Http2FrameCodecBuilder.forServer().build())
                        .addLast(new Server(manners, values));
                  }
                })
            .bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))
            .sync()
            .channel();
    return new Endpoint("127.0.0.1", ((InetSocketAddress) channel.localAddress()).getPort());
  }

  private static final class Server extends ChannelInboundHandlerAdapter {
    private final Manners manners;
    private final Map<String, byte[]> values;
    private final Map<Http2FrameStream, String> paths = new HashMap<>();

    Server(Manners manners, Map<String, byte[]> values) {
      this.manners = manners;
      this.values = values;
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
      try {
        if (message instanceof Http2HeadersFrame headers)
          paths.put(headers.stream(), headers.headers().path().toString());
        if (message instanceof Http2DataFrame data && data.isEndStream())
          answer(context, data.stream(), data.content());
      } finally {
        ReferenceCountUtil.release(message);
      }
    }

    /// The client closes as it likes.
    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
      context.close();
    }

    private void answer(ChannelHandlerContext context, Http2FrameStream stream, ByteBuf request) {
      boolean isPut = paths.remove(stream).equals("/etcdserverpb.KV/Put");
      assertThat(request.readByte()).isZero();
      assertThat(request.readInt()).isEqualTo(request.readableBytes());
      String key = new String(field(request, 1), StandardCharsets.US_ASCII);
      ByteBuf reply = Unpooled.buffer().writeByte(0).writeInt(0);
      Protobuf.writeBytes(reply, 1, new byte[] {8, 1});
      if (isPut) values.put(key, field(request, 2));
      else Protobuf.writeBytes(reply, 2, found(key));
      reply.setInt(1, reply.readableBytes() - PREFIX_BYTES);
      Http2Headers begin = new DefaultHttp2Headers().status("200");
      context.write(new DefaultHttp2HeadersFrame(begin, false).stream(stream));
      context.write(new DefaultHttp2DataFrame(reply, false).stream(stream));
      Http2Headers end = new DefaultHttp2Headers().add("grpc-status", manners.status);
      context.writeAndFlush(new DefaultHttp2HeadersFrame(end, true).stream(stream));
    }

    private byte[] found(String key) {
      byte[] value = values.getOrDefault(key, new byte[0]).clone();
      if (!manners.isHonest) value[0] ^= 1;
      ByteBuf pair = Unpooled.buffer();
      Protobuf.writeBytes(pair, 1, key.getBytes(StandardCharsets.US_ASCII));
      pair.writeByte(4 << 3).writeByte(200).writeByte(1);
      Protobuf.writeBytes(pair, 5, value);
      byte[] bytes = new byte[pair.readableBytes()];
      pair.readBytes(bytes);
      return bytes;
    }

    /// Lengths here are below 128.
    private static byte[] field(ByteBuf in, int number) {
      assertThat(in.readByte()).isEqualTo((byte) (number << 3 | 2));
      byte[] bytes = new byte[in.readByte()];
      in.readBytes(bytes);
      return bytes;
    }
  }

  @Test
  void everyWorkloadGoesThrough() throws Exception {
    for (Workload workload : new Workload[] {Workload.put, Workload.get, Workload.mix}) {
      Measured measured = run(new Manners("0", true), workload);
      assertThat(measured.trouble()).as("%s", workload).isNull();
      assertThat(measured.isGood()).isTrue();
    }
  }

  @Test
  void anotherValueIsWrongAndAnotherStatusIsARefusal() throws Exception {
    Measured lied = run(new Manners("0", false), Workload.get);
    assertThat(lied.wrong()).isPositive();
    assertThat(lied.trouble()).contains("another value");
    Measured refused = run(new Manners("14", true), Workload.put);
    assertThat(refused.failed()).isPositive();
    assertThat(refused.wrong()).isZero();
    assertThat(refused.trouble()).contains("SET: 14");
  }
}
