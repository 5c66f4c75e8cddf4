package io.jangada.bench;

import static org.assertj.core.api.Assertions.assertThat;

import io.jangada.bytes.ByteWriter;
import io.jangada.bytes.Bytes;
import io.jangada.kv.CommandCodec;
import io.jangada.kv.KeyRange;
import io.jangada.kv.KeyValue;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.embedded.EmbeddedChannel;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/// Watchers of a bench notice what should not be.
class WatchConnectionTest {
  private static final int VALUE_BYTES = 100_000;

  private final List<Long> told = new ArrayList<>();
  private final WatchConnection watches =
      new WatchConnection(List.of(KeyRange.ALL, KeyRange.ALL), told::add);
  private final EmbeddedChannel channel = new EmbeddedChannel(watches);

  WatchConnectionTest() {
    channel.releaseOutbound();
    channel.writeInbound(Unpooled.buffer().writeLong(BinaryFrames.PREFACE));
    for (int watch = 0; watch < 2; watch++) {
      assertThat(watches.started()).isNotDone();
      send(watch, BinaryFrames.WATCH_STARTED, Unpooled.buffer().writeLong(7));
    }
    assertThat(watches.started()).isCompleted();
  }

  @AfterEach
  void end() {
    channel.finishAndReleaseAll();
  }

  private void send(int watch, int kind, ByteBuf body) {
    ByteBuf out = Unpooled.buffer();
    int start = BinaryFrames.begin(out, watch, kind);
    BinaryFrames.end(out.writeBytes(body), start);
    body.release();
    channel.writeInbound(out);
  }

  private void sendEvents(int watch, long... revisions) {
    ByteBuf body = Unpooled.buffer().writeByte(0).writeInt(revisions.length);
    for (long revision : revisions) {
      ByteWriter entry = new ByteWriter(64);
      CommandCodec.append(
          entry,
          new KeyValue(
              Bytes.utf8("key"),
              Bytes.wrap(new byte[VALUE_BYTES]),
              0,
              new KeyValue.Revisions(1, revision, 2),
              new KeyValue.Terms(0, 0, 0)));
      body.writeByte(0).writeBytes(entry.array(), 0, entry.length());
    }
    send(watch, BinaryFrames.EVENTS, body);
  }

  @Test
  void eventsOfEachWatchAreCounted() {
    sendEvents(0, 8, 10);
    sendEvents(1, 9);
    assertThat(told).containsExactly(8L, 10L, 9L);
    assertThat(watches.events()).isEqualTo(3);
    assertThat(watches.lastRevision()).isEqualTo(10);
    assertThat(watches.trouble()).isNull();
  }

  @Test
  void aRevisionThatComesTwiceIsTrouble() {
    sendEvents(0, 8);
    sendEvents(0, 8);
    assertThat(watches.trouble()).contains("revision 8 came behind 8");
  }

  @Test
  void theWindowIsWidenedByWhatCame() {
    sendEvents(0, 8);
    assertThat(channel.outboundMessages()).isEmpty();
    sendEvents(0, 9, 10);
    ByteBuf out = channel.readOutbound();
    assertThat(out.getByte(out.readableBytes() - Integer.BYTES - 1))
        .isEqualTo((byte) BinaryFrames.WINDOW);
    assertThat(out.getInt(out.readableBytes() - Integer.BYTES))
        .isBetween(3 * VALUE_BYTES, 3 * (VALUE_BYTES + 100));
    out.release();
  }

  @Test
  void anEndIsNoticed() {
    send(1, BinaryFrames.WATCH_COMPACTED, Unpooled.buffer().writeLong(20));
    assertThat(watches.isCompacted()).isTrue();
    assertThat(watches.trouble()).isNull();
    send(0, BinaryFrames.REFUSED, Unpooled.buffer().writeInt(0));
    assertThat(watches.trouble()).contains("a frame of kind 5");
  }
}
