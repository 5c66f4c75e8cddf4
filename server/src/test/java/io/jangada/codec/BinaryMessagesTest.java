package io.jangada.codec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.jangada.bytes.Bytes;
import io.jangada.bytes.MalformedException;
import io.jangada.node.PeerMessage;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.util.Random;
import org.junit.jupiter.api.Test;

class BinaryMessagesTest {
  private static final int FROM = 3;
  private static final int TO = 4;

  private static ByteBuf written(PeerMessage message) {
    ByteBuf out = Unpooled.buffer();
    BinaryMessages.write(out, message);
    return out;
  }

  private static PeerMessage read(ByteBuf bytes) {
    return BinaryMessages.read(bytes, bytes.readableBytes(), FROM, TO);
  }

  @Test
  void every_kind_of_message_comes_back_as_it_was() {
    long seed = 5;
    Random random = new Random(seed);
    for (int run = 0; run < 5_000; run++) {
      PeerMessage message = RandomMessages.any(random, FROM, TO);
      assertThat(read(written(message))).as("seed %s, run %s", seed, run).isEqualTo(message);
    }
  }

  @Test
  void administration_comes_back_as_it_was() {
    for (boolean isReply : new boolean[] {true, false}) {
      PeerMessage message = new PeerMessage.Admin(FROM, TO, 7, isReply, Bytes.utf8("remove\n3"));
      assertThat(read(written(message))).isEqualTo(message);
    }
    Bytes most = Bytes.wrap(new byte[PeerMessage.Admin.BYTES_MAX]);
    ByteBuf tooLong = written(new PeerMessage.Admin(FROM, TO, 7, true, most));
    tooLong.setInt(11, PeerMessage.Admin.BYTES_MAX + 1).writeByte(0);
    assertThatThrownBy(() -> read(tooLong)).isInstanceOf(MalformedException.class);
  }

  @Test
  void any_change_to_the_bytes_gives_a_message_or_is_malformed() {
    long seed = 6;
    Random random = new Random(seed);
    int malformed = 0;
    for (int run = 0; run < 20_000; run++) {
      ByteBuf bytes = written(RandomMessages.any(random, FROM, TO));
      for (int i = random.nextInt(3); i >= 0; i--)
        bytes.setByte(random.nextInt(bytes.readableBytes()), random.nextInt(256));
      try {
        read(bytes);
      } catch (MalformedException expected) {
        malformed++;
      }
    }
    assertThat(malformed).as("seed %s", seed).isBetween(2_000, 19_999);
  }

  @Test
  void a_message_that_is_cut_off_anywhere_is_malformed() {
    Random random = new Random(7);
    for (int run = 0; run < 300; run++) {
      ByteBuf bytes = written(RandomMessages.any(random, FROM, TO));
      for (int length = 0; length < bytes.readableBytes(); length++) {
        ByteBuf cut = bytes.slice(0, length);
        assertThatThrownBy(() -> read(cut)).isInstanceOf(MalformedException.class);
      }
    }
  }
}
