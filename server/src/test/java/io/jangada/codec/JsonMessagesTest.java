package io.jangada.codec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.jangada.bytes.Bytes;
import io.jangada.bytes.MalformedException;
import io.jangada.node.PeerMessage;
import io.jangada.raft.Entry;
import io.jangada.raft.EntryId;
import io.jangada.raft.Message;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.ObjectWriteContext;
import tools.jackson.core.json.JsonFactory;

class JsonMessagesTest {
  private static final int FROM = 3;
  private static final int TO = 4;

  private final JsonReader reader = new JsonReader();

  private static byte[] written(PeerMessage message) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (JsonGenerator out = new JsonFactory().createGenerator(ObjectWriteContext.empty(), bytes)) {
      out.writeStartObject();
      out.writeStringProperty("type", "peer");
      JsonMessages.write(out, message);
      out.writeEndObject();
    }
    return bytes.toByteArray();
  }

  private PeerMessage read(byte[] bytes) {
    return JsonMessages.read((Json.Obj) reader.read(bytes, 0, bytes.length), FROM, TO);
  }

  private PeerMessage read(String text) {
    return read(text.replace('\'', '"').getBytes(StandardCharsets.UTF_8));
  }

  @Test
  void a_message_is_readable() {
    Message append =
        new Message.AppendEntries(
            FROM,
            TO,
            7,
            new EntryId(4, 6),
            List.of(
                new Entry(5, 7, Entry.Kind.NO_OP, Bytes.EMPTY),
                new Entry(6, 7, Entry.Kind.COMMAND, Bytes.utf8("abc"))),
            4,
            9);
    assertThat(new String(written(new PeerMessage.Raft(append, 12)), StandardCharsets.UTF_8))
        .isEqualTo(
            ("{'type':'peer','rpc':'append','prev':[4,6],'entries':[[7],[7,'YWJj']],"
                    + "'commit':4,'round':9,'term':7,'time':12}")
                .replace('\'', '"'));
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
  void any_change_to_the_bytes_gives_a_message_or_is_malformed() {
    long seed = 6;
    Random random = new Random(seed);
    int malformed = 0;
    for (int run = 0; run < 20_000; run++) {
      byte[] bytes = written(RandomMessages.any(random, FROM, TO));
      for (int i = random.nextInt(3); i >= 0; i--)
        bytes[random.nextInt(bytes.length)] =
            (byte) "0123456789\"[]{},:-aZ=\0".charAt(random.nextInt(22));
      try {
        if (reader.read(bytes, 0, bytes.length) instanceof Json.Obj object)
          JsonMessages.read(object, FROM, TO);
      } catch (MalformedException expected) {
        malformed++;
      }
    }
    assertThat(malformed).as("seed %s", seed).isBetween(5_000, 19_999);
  }

  @Test
  void members_that_belong_to_others_are_not_looked_at() {
    assertThat(read("{'rpc':'stand','term':3,'time':0,'msg_id':5,'leader':'n2','extra':[{}]}"))
        .isEqualTo(new PeerMessage.Raft(new Message.TimeoutNow(FROM, TO, 3), 0));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "{} | no member 'rpc'",
        "{'rpc':1} | 'rpc' is not a string",
        "{'rpc':'x','term':1,'time':1} | no message is called 'x'",
        "{'rpc':'stand','term':1} | no member 'time'",
        "{'rpc':'stand','term':-1,'time':0} | 'term' is not from 0",
        "{'rpc':'stand','term':1.0,'time':0} | 'term' is not a whole number",
        "{'rpc':'stand','term':1,'time':9223372036854775807} | 'time' is not from 0",
        "{'rpc':'vote','term':1,'time':0,'last':[1]} | 'last' is not [index, term]",
        "{'rpc':'vote','term':1,'time':0,'last':[1,2,3]} | 'last' has 3 items, at most 2",
        "{'rpc':'vote','term':1,'time':0,'last':[1,1],'pre':1} | 'pre' is not a boolean",
        "{'rpc':'append','term':1,'time':0,'prev':[0,0],'entries':[[]],'commit':0,'round':0}"
            + " | an entry is an array of one to three",
        "{'rpc':'append','term':1,'time':0,'prev':[0,0],'entries':[[0]],'commit':0,'round':0}"
            + " | an entry's term is not from 1",
        "{'rpc':'append','term':1,'time':0,'prev':[0,0],'entries':[[1,'?']],'commit':0,'round':0}"
            + " | an entry's data is not Base64",
        "{'rpc':'append','term':1,'time':0,'prev':[0,0],'entries':[[1,'AA==','x']],'commit':0,"
            + "'round':0} | an entry of an unknown kind",
        "{'rpc':'append','term':1,'time':0,'prev':[0,0],'entries':[[1,'AA==','membership']],"
            + "'commit':0,'round':0} | membership version 0",
        "{'rpc':'append','term':1,'time':0,'prev':[9223372036854775807,1],'entries':[[1]],"
            + "'commit':0,'round':0} | -9223372036854775808/1",
        "{'rpc':'install','term':1,'time':0,'snapshot':[]} | 'snapshot' is not an object",
        "{'rpc':'forward','term':1,'requests':[{'n':1,'get':'AQM='}]} | ",
        "{'rpc':'forward','term':1,'requests':[{'n':1,'get':'AQQ='}]} | a read that is none",
        "{'rpc':'forward','term':1,'requests':[7]} | a request is not an object",
        "{'rpc':'ask','term':1} | no member 'n'",
        "{'rpc':'told','term':1,'n':-1,'index':-1} | 'index' is not from 0",
        "{'rpc':'forwarded','replies':[{'n':1}]} | a reply without an outcome",
        "{'rpc':'forwarded','replies':[{'n':1,'done':'AQ=='}]} | 1 bytes wanted, 0 left",
      })
  void what_is_wrong_is_said(String text, String complaint) {
    assertThatThrownBy(() -> read(text))
        .isInstanceOf(MalformedException.class)
        .hasMessageContaining(complaint == null ? "" : complaint);
  }
}
