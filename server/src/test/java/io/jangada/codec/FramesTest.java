package io.jangada.codec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.jangada.bytes.Bytes;
import io.jangada.bytes.MalformedException;
import io.jangada.node.PeerMessage;
import io.jangada.raft.Entry;
import io.jangada.raft.EntryId;
import io.jangada.raft.Message;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class FramesTest {
  private static final int BYTES_MAX = 4 << 20;

  private static ByteBuf frame(byte[] payload) {
    ByteBuf out = Unpooled.buffer();
    int start = Frames.begin(out);
    out.writeBytes(payload);
    Frames.end(out, start);
    return out;
  }

  private static void open(ByteBuf frame) {
    ByteBuf read = frame.duplicate();
    Frames.open(read, Frames.payloadLength(read, BYTES_MAX));
  }

  @ParameterizedTest(name = "{0} bytes")
  @ValueSource(ints = {1, 7, 4_095, 4_096, 4_097, 8_193, 70_000, 1_100_000})
  void aFlippedBitIsNoticedWhereverItIs(int bytes) {
    SplittableRandom random = new SplittableRandom(bytes);
    byte[] payload = new byte[bytes];
    random.nextBytes(payload);
    ByteBuf frame = frame(payload);
    open(frame);
    for (int i = 0; i <= 200; i++) {
      int at = Frames.HEADER_BYTES + (int) ((long) (bytes - 1) * i / 200);
      int bit = 1 << random.nextInt(8);
      frame.setByte(at, frame.getByte(at) ^ bit);
      assertThatThrownBy(() -> open(frame))
          .as("byte %d", at)
          .isInstanceOf(MalformedException.class)
          .hasMessageContaining("checksum");
      frame.setByte(at, frame.getByte(at) ^ bit);
    }
    open(frame);
  }

  @Test
  void theChecksumDoesNotDependOnWhereTheFrameIs() {
    byte[] payload = new byte[9_000];
    new SplittableRandom(1).nextBytes(payload);
    ByteBuf both =
        Unpooled.buffer().writeBytes(frame(new byte[] {1, 2, 3})).writeBytes(frame(payload));
    open(both);
    both.skipBytes(Frames.HEADER_BYTES + 3);
    open(both);
    assertThat(both.getInt(both.readerIndex() + 4)).isEqualTo(frame(payload).getInt(4));
  }

  @Test
  void aMessageWithALargeEntryIsCoveredToItsLastByte() {
    byte[] value = new byte[30_000];
    new SplittableRandom(2).nextBytes(value);
    Entry entry = new Entry(8, 3, Entry.Kind.COMMAND, Bytes.wrap(value));
    var append = new Message.AppendEntries(1, 2, 3, new EntryId(7, 3), List.of(entry), 7, 1);
    ByteBuf frame = Unpooled.buffer();
    Frames.write(frame, new PeerMessage.Raft(append, 5), BYTES_MAX);
    open(frame);
    int last = frame.writerIndex() - 1;
    for (int at = Frames.HEADER_BYTES;
        at <= last;
        at += at + 61 > last && at < last ? last - at : 61) {
      frame.setByte(at, frame.getByte(at) ^ 0x10);
      assertThatThrownBy(() -> open(frame))
          .as("byte %d", at)
          .isInstanceOf(MalformedException.class);
      frame.setByte(at, frame.getByte(at) ^ 0x10);
    }
  }
}
