package io.jangada.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.jangada.bytes.Bytes;
import io.jangada.bytes.MalformedException;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/// Replies out of a stream, however it is cut into pieces and whatever is in it.
class AnswerReaderTest {
  private static final String STREAM =
      "OK 12\r\nOK -4\nVALUE 0\r\n\r\nVALUE 6\r\na\r\nb\0c\r\nVALUE 9 60 1\r\nx\r\nDELETED\r\n"
          + "ERR_NOT_FOUND\r\nERR_VERSION\r\nERR_CMD_ERR\r\nERR_INTERNAL\r\nREDIRECT 4\r\n";

  private static final List<Answer> ANSWERS =
      List.of(
          new Answer.Ok(12),
          new Answer.Ok(-4),
          new Answer.Value(Bytes.EMPTY),
          new Answer.Value(Bytes.utf8("a\r\nb\0c")),
          new Answer.Meta(9, 60, Bytes.utf8("x")),
          Answer.Word.DELETED,
          Answer.Word.ERR_NOT_FOUND,
          Answer.Word.ERR_VERSION,
          Answer.Word.ERR_CMD_ERR,
          Answer.Word.ERR_INTERNAL,
          new Answer.Redirect(4));

  private static List<Answer> readAll(AnswerReader reader, ByteBuf in) {
    List<Answer> answers = new ArrayList<>();
    int left;
    do {
      left = in.readableBytes();
      Answer answer = reader.next(in);
      if (answer != null) answers.add(answer);
    } while (in.readableBytes() < left);
    return answers;
  }

  @Test
  void everyCutOfTheStreamGivesTheSameReplies() {
    byte[] bytes = STREAM.getBytes(StandardCharsets.ISO_8859_1);
    for (int step = 1; step <= bytes.length; step++) {
      AnswerReader reader = new AnswerReader(100);
      ByteBuf in = Unpooled.buffer();
      List<Answer> answers = new ArrayList<>();
      for (int at = 0; at < bytes.length; at += step) {
        in.writeBytes(bytes, at, Math.min(step, bytes.length - at));
        answers.addAll(readAll(reader, in));
      }
      assertThat(answers).as("in pieces of " + step).isEqualTo(ANSWERS);
    }
  }

  @Test
  void aValueThatIsTooLongIsNotWaitedFor() {
    AnswerReader reader = new AnswerReader(100);
    ByteBuf in = Unpooled.copiedBuffer("VALUE 101\r\n", StandardCharsets.US_ASCII);
    assertThatThrownBy(() -> reader.next(in)).isInstanceOf(MalformedException.class);
  }

  @Test
  void anyBytesGiveRepliesOrAClearError() {
    long seed = new Random().nextLong();
    Random random = new Random(seed);
    byte[] good = STREAM.getBytes(StandardCharsets.ISO_8859_1);
    for (int run = 0; run < 20_000; run++) {
      byte[] bytes = good.clone();
      for (int i = random.nextInt(4); i >= 0; i--)
        bytes[random.nextInt(bytes.length)] = (byte) random.nextInt();
      try {
        readAll(new AnswerReader(1_000), Unpooled.wrappedBuffer(bytes));
      } catch (MalformedException e) {
        assertThat(e.getMessage()).as("seed " + seed).isNotBlank();
      }
    }
  }
}
