package io.jangada.link;

import static org.assertj.core.api.Assertions.assertThat;

import io.jangada.codec.Frames;
import io.jangada.codec.RandomMessages;
import io.jangada.node.PeerMessage;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.buffer.UnpooledByteBufAllocator;
import io.netty.channel.embedded.EmbeddedChannel;
import java.net.SocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

/// Streams of bytes that are damaged, cut and split in every way, at the door of a member.
class StreamFuzzTest {
  private static final int FRAME_BYTES_MAX = 1 << 20;

  private final Ends ends = new Ends();
  private final UnpooledByteBufAllocator allocator = new UnpooledByteBufAllocator(false, true);
  private final List<PeerMessage> received = new ArrayList<>();
  private final List<LinkEvent> events = new ArrayList<>();

  /// A connection to member 4, which believes it to come from the loopback address.
  private EmbeddedChannel door() {
    LinkSettings settings =
        LinkSettings.of(Ends.CLUSTER, 4, Ends.loopback(0), ends.loops)
            .withLimits(new LinkSettings.Limits(FRAME_BYTES_MAX, 1 << 20));
    LinkContext linkContext =
        new LinkContext(
            settings,
            ends.loops.group().next(),
            new LinkContext.Local(() -> 1, new AtomicReference<>(Ends.IDENTITY)),
            _ -> null,
            Ends.watcher(events::add, _ -> {}));
    InboundHandler handler =
        new InboundHandler(
            new Acceptor(linkContext, new KnownPeers(linkContext, received::add)), linkContext);
    EmbeddedChannel channel =
        new EmbeddedChannel() {
          @Override
          protected SocketAddress remoteAddress0() {
            return Ends.loopback(4_001);
          }
        };
    channel.config().setAllocator(allocator);
    channel.pipeline().addLast(handler);
    handler.channelActive(channel.pipeline().context(handler));
    return channel;
  }

  private static ByteBuf stream(List<PeerMessage> messages) {
    ByteBuf out = Unpooled.buffer();
    Handshake.write(out, new Handshake.Hello(Ends.IDENTITY, 3, 4, 4_001), Handshake.VERSION);
    for (PeerMessage message : messages) Frames.write(out, message, FRAME_BYTES_MAX);
    return out;
  }

  private static List<PeerMessage> messages(Random random) {
    List<PeerMessage> messages = new ArrayList<>();
    for (int i = random.nextInt(1, 6); i > 0; i--) messages.add(RandomMessages.any(random, 3, 4));
    return messages;
  }

  /// Gives the stream to the door in pieces; returns the most memory that was in use.
  private long feed(EmbeddedChannel door, ByteBuf stream, Random random) {
    long most = 0;
    while (stream.isReadable() && door.isOpen()) {
      int length = Math.min(stream.readableBytes(), 1 + random.nextInt(random.nextInt(1, 400)));
      door.writeInbound(allocator.buffer(length).writeBytes(stream, length));
      most = Math.max(most, allocator.metric().usedHeapMemory());
    }
    return most;
  }

  private void end(EmbeddedChannel door) {
    door.finishAndReleaseAll();
    assertThat(allocator.metric().usedHeapMemory()).as("memory that was kept").isZero();
    ends.close();
  }

  @Test
  void a_stream_arrives_however_it_is_split() {
    long seed = 11;
    Random random = new Random(seed);
    for (int run = 0; run < 500; run++) {
      received.clear();
      List<PeerMessage> sent = messages(random);
      EmbeddedChannel door = door();
      feed(door, stream(sent), random);
      assertThat(received).as("seed %s, run %s", seed, run).isEqualTo(sent);
      end(door);
    }
  }

  @Test
  void what_is_damaged_ends_the_connection_and_nothing_wrong_is_received() {
    long seed = 12;
    Random random = new Random(seed);
    int closed = 0;
    for (int run = 0; run < 3_000; run++) {
      received.clear();
      List<PeerMessage> sent = messages(random);
      ByteBuf stream = stream(sent);
      int length = stream.readableBytes();
      damage(stream, random);
      EmbeddedChannel door = door();
      long most = feed(door, stream, random);
      assertThat(most).as("seed %s, run %s", seed, run).isLessThan(4L * length + 2_048);
      if (!door.isOpen()) closed++;
      assertThat(sent.subList(0, received.size())).as("run %s", run).isEqualTo(received);
      end(door);
    }
    assertThat(closed).isGreaterThan(1_500);
  }

  /// Changes what comes after the hello, or the hello itself, in one of many ways.
  private static void damage(ByteBuf stream, Random random) {
    int at = random.nextInt(stream.readableBytes());
    switch (random.nextInt(4)) {
      case 0 -> stream.setByte(at, stream.getByte(at) ^ 1 << random.nextInt(8));
      case 1 -> stream.setByte(at, random.nextInt(256));
      case 2 -> {
        for (int i = at; i < stream.writerIndex(); i++) stream.setByte(i, random.nextInt(256));
      }
      default -> stream.setBytes(at, stream, 0, Math.min(16, stream.writerIndex() - at));
    }
  }

  @Test
  void a_length_that_is_a_lie_takes_no_memory() {
    EmbeddedChannel door = door();
    ByteBuf stream = stream(List.of());
    stream.writeInt(FRAME_BYTES_MAX).writeInt(0).writeZero(100);
    long most = feed(door, stream, new Random(13));
    assertThat(door.isOpen()).as("the rest may still come").isTrue();
    assertThat(most).isLessThan(2_048);
    end(door);
  }

  @Test
  void random_bytes_are_turned_away() {
    Random random = new Random(14);
    for (int run = 0; run < 500; run++) {
      events.clear();
      byte[] bytes = new byte[random.nextInt(8, 200)];
      random.nextBytes(bytes);
      EmbeddedChannel door = door();
      feed(door, Unpooled.wrappedBuffer(bytes), random);
      assertThat(door.isOpen()).isFalse();
      end(door);
      assertThat(events).hasSize(1);
    }
  }
}
