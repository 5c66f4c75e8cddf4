package io.jangada.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.jangada.bytes.Bytes;
import io.jangada.bytes.MalformedException;
import io.jangada.kv.Condition;
import io.jangada.kv.Operation;
import io.jangada.kv.RequestId;
import io.jangada.kv.Result;
import io.jangada.node.Outcome;
import io.jangada.node.PeerMessage;
import io.jangada.raft.Entry;
import io.jangada.raft.EntryId;
import io.jangada.raft.Membership;
import io.jangada.raft.Message;
import io.jangada.raft.SnapshotMeta;
import io.jangada.raft.Standing;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.SortedMap;
import java.util.TreeMap;
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
      PeerMessage message = any(random);
      assertThat(read(written(message))).as("seed %s, run %s", seed, run).isEqualTo(message);
    }
  }

  @Test
  void any_change_to_the_bytes_gives_a_message_or_is_malformed() {
    long seed = 6;
    Random random = new Random(seed);
    int malformed = 0;
    for (int run = 0; run < 20_000; run++) {
      byte[] bytes = written(any(random));
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
        "{'rpc':'forward','term':1,'requests':[{'n':1,'get':'AQQ='}]} | 'get' is no read",
        "{'rpc':'forward','term':1,'requests':[7]} | a request is not an object",
        "{'rpc':'forwarded','replies':[{'n':1}]} | a reply without an outcome",
        "{'rpc':'forwarded','replies':[{'n':1,'done':'AQ=='}]} | 1 bytes wanted, 0 left",
      })
  void what_is_wrong_is_said(String text, String complaint) {
    assertThatThrownBy(() -> read(text))
        .isInstanceOf(MalformedException.class)
        .hasMessageContaining(complaint == null ? "" : complaint);
  }

  // ---- random messages ----

  private static PeerMessage any(Random random) {
    return switch (random.nextInt(10)) {
      case 0 -> new PeerMessage.Forward(FROM, TO, number(random), requests(random));
      case 1 -> new PeerMessage.ForwardReply(FROM, TO, replies(random));
      case 2 -> new PeerMessage.Founding(FROM, TO, random.nextBoolean(), incarnations(random));
      default -> new PeerMessage.Raft(message(random), random.nextLong(1L << 62));
    };
  }

  private static Message message(Random random) {
    long term = number(random);
    boolean one = random.nextBoolean();
    boolean other = random.nextBoolean();
    return switch (random.nextInt(7)) {
      case 0 -> new Message.RequestVote(FROM, TO, term, place(random), one, other);
      case 1 -> new Message.RequestVoteReply(FROM, TO, term, one, other);
      case 2 -> append(random, term);
      case 3 ->
          new Message.AppendEntriesReply(
              FROM,
              TO,
              term,
              one,
              number(random),
              other ? EntryId.ZERO : place(random),
              number(random),
              standing(random));
      case 4 ->
          new Message.InstallSnapshot(
              FROM, TO, term, meta(random), random.nextInt(9), data(random));
      case 5 ->
          new Message.InstallSnapshotReply(
              FROM, TO, term, place(random), random.nextInt(1 << 30), standing(random));
      default -> new Message.TimeoutNow(FROM, TO, term);
    };
  }

  private static Standing standing(Random random) {
    return random.nextInt(3) == 0
        ? Standing.NONE
        : new Standing(random.nextLong(), random.nextBoolean());
  }

  private static SortedMap<Integer, Long> incarnations(Random random) {
    SortedMap<Integer, Long> incarnations = new TreeMap<>();
    for (int i = random.nextInt(4); i > 0; i--)
      incarnations.put(random.nextInt(9), random.nextLong());
    return incarnations;
  }

  private static Message append(Random random, long term) {
    EntryId prev = place(random);
    List<Entry> entries = new ArrayList<>();
    for (int i = 1; i <= random.nextInt(4); i++) {
      long index = prev.index() + i;
      entries.add(
          switch (Entry.Kind.values()[random.nextInt(3)]) {
            case NO_OP -> new Entry(index, 1 + number(random), Entry.Kind.NO_OP, Bytes.EMPTY);
            case COMMAND -> new Entry(index, 1 + number(random), Entry.Kind.COMMAND, data(random));
            case MEMBERSHIP ->
                new Entry(index, 1, Entry.Kind.MEMBERSHIP, membership(random).encode());
          });
    }
    return new Message.AppendEntries(FROM, TO, term, prev, entries, number(random), number(random));
  }

  private static SnapshotMeta meta(Random random) {
    EntryId last = new EntryId(1 + number(random), number(random));
    return new SnapshotMeta(
        last, membership(random), 1 + random.nextInt(9), number(random), random.nextInt());
  }

  private static Membership membership(Random random) {
    Membership plain =
        new Membership(
            List.of(random.nextInt(5), 5),
            List.of(),
            List.of(8, 9),
            List.of(8 + random.nextInt(2)));
    return random.nextBoolean() ? plain : plain.withAddress(9, "höst:" + random.nextInt());
  }

  private static List<PeerMessage.Request> requests(Random random) {
    List<PeerMessage.Request> requests = new ArrayList<>();
    for (int i = random.nextInt(4); i > 0; i--)
      requests.add(
          switch (random.nextInt(4)) {
            case 0 ->
                new PeerMessage.Request(random.nextLong(), null, new Operation.Get(data(random)));
            case 1 -> new PeerMessage.Request(random.nextLong(), null, write(random));
            case 2 ->
                new PeerMessage.Request(
                    random.nextLong(),
                    new RequestId.Numbered(Bytes.utf8("c1"), number(random)),
                    write(random));
            default ->
                new PeerMessage.Request(
                    random.nextLong(),
                    new RequestId.Named(Bytes.utf8("c1"), data(random)),
                    new Operation.Delete(data(random), new Condition.Value(data(random))));
          });
    return requests;
  }

  private static Operation.Write write(Random random) {
    return new Operation.Write(
        data(random), data(random), number(random), new Condition.AbsentOrValue(data(random)));
  }

  private static List<PeerMessage.Reply> replies(Random random) {
    List<PeerMessage.Reply> replies = new ArrayList<>();
    for (int i = random.nextInt(4); i > 0; i--)
      replies.add(new PeerMessage.Reply(random.nextLong(), outcome(random)));
    return replies;
  }

  private static Outcome outcome(Random random) {
    return switch (random.nextInt(7)) {
      case 0 -> new Outcome.Done(new Result.Written(number(random)));
      case 1 -> new Outcome.Done(new Result.Found(data(random), number(random), 0, 0));
      case 2 -> new Outcome.Done(new Result.NotFound());
      case 3 -> new Outcome.NotLeader(random.nextInt(4) - 1);
      case 4 -> new Outcome.Busy("so \"busy\"");
      case 5 -> new Outcome.Refused("no, é");
      default -> new Outcome.Unknown();
    };
  }

  private static EntryId place(Random random) {
    return new EntryId(number(random), number(random));
  }

  private static long number(Random random) {
    return random.nextInt(4) == 0 ? random.nextLong(Long.MAX_VALUE / 2) : random.nextInt(20);
  }

  private static Bytes data(Random random) {
    byte[] bytes = new byte[random.nextInt(20)];
    random.nextBytes(bytes);
    return Bytes.wrap(bytes);
  }
}
