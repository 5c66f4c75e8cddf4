package io.jangada.protocol.text;

import static org.assertj.core.api.Assertions.assertThat;

import io.jangada.bytes.Bytes;
import io.jangada.kv.Condition;
import io.jangada.kv.KvLimits;
import io.jangada.kv.Operation;
import io.jangada.kv.RequestId;
import io.jangada.protocol.port.Quota;
import io.jangada.protocol.text.TextSettings.Variant;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// What becomes of bytes: each rule of the protocol by example, and all of them against the twin.
class CommandParserTest {
  private static final TextCommand MALFORMED = new TextCommand.Malformed();
  private static final TextSettings USUAL = Served.settings();

  private final Quota arriving = new Quota(1 << 20);

  private List<TextCommand> parse(TextSettings settings, byte[]... pieces) {
    CommandParser parser = new CommandParser(settings, arriving);
    List<TextCommand> commands = new ArrayList<>();
    for (byte[] piece : pieces) {
      ByteBuf in = Unpooled.wrappedBuffer(piece);
      for (TextCommand one; (one = parser.next(in)) != null; ) commands.add(one);
      assertThat(in.isReadable()).as("all is taken").isFalse();
    }
    parser.close();
    assertThat(arriving.used()).as("all is given back").isZero();
    return commands;
  }

  private List<TextCommand> parse(TextSettings settings, String text) {
    return parse(settings, text.getBytes(StandardCharsets.ISO_8859_1));
  }

  private List<TextCommand> parse(String text) {
    return parse(USUAL, text);
  }

  private static Bytes bytes(String text) {
    return Bytes.wrap(text.getBytes(StandardCharsets.ISO_8859_1));
  }

  private static TextCommand get(String key) {
    return new TextCommand.Request(TextCommand.Kind.GET, new Operation.Get(bytes(key)), null);
  }

  private static TextCommand set(String key, long ttl, String value) {
    Operation write = new Operation.Write(bytes(key), bytes(value), ttl, new Condition.Absent());
    return new TextCommand.Request(TextCommand.Kind.SET, write, null);
  }

  @ParameterizedTest
  @ValueSource(strings = {"get k\r\n", "get k\n", "  get \t k \r\n", "get\tk\r\r\n", "get k\f\n"})
  void blanksComeInRunsAndTheCarriageReturnIsOptional(String line) {
    assertThat(parse(line)).containsExactly(get("k"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "GET k",
        "Get k",
        "gets k",
        "g",
        "get",
        "get a b",
        "getm",
        "delete",
        "delete a b",
        "\u0000get k",
        "set k 0",
        "set k 0 -1",
        "set k 0 noreply",
        "set k 0 1 2 x",
        "add k",
        "append k 0 0 x",
        "set k 0 x",
        "set k 0 + ",
        "set k 0 1.0",
        "set k 0 0x1",
        "set k 0 1x",
        "cas k 0 1",
        "cas k 0 1 -1",
        "cas k 0 0 x 1",
        "once",
        "once c",
        "once c 1",
        "once c 1 get k",
        "once c 1 getm k",
        "once c -1 delete k",
        "once c x delete k",
        "once \u00e9 1 delete k",
        "once c 1 once c 1 delete k",
        "once c 1 admin status",
        "once c 1 set k 0",
        "once c 1 delete k x",
        "admin",
        "version 1",
        "quit now"
      })
  void whatBreaksARuleIsMalformedAndTheNextLineIsALine(String line) {
    assertThat(parse(line + "\r\nget k\r\n")).containsExactly(MALFORMED, get("k"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "set k 0 1048577",
        "set k -1 6",
        "set k x 6",
        "set k 9223372036854775808 6",
        "set k 0 0 6",
        "set k 0 0 6 noreply",
        "set a key of some words 0 6",
        "set a key of many more words than any command has 0 6",
        "SET k 0 6",
        "add k 0 0 6",
        "replace k 0 0 +6 noreply",
        "append k 0 0 6",
        "prepend k 0 0 6",
        "cas k -1 1 6",
        "cas k 0 x 6",
        "cas k 0 9223372036854775808 6",
        "cas k 0 0 6 1",
        "cas k 0 0 6 1 noreply",
        "once c x set k 0 6",
        "once \u00e9 1 cas k 0 1 6",
        "once c 1 set k -1 6",
        "once c 1 cas k 0 0 6 1 noreply"
      })
  void theDataOfARefusedCommandIsNeverTakenForCommands(String line) {
    int bytes = line.contains("1048577") ? 1_048_577 : 6;
    String data = "quit\r\n".repeat(bytes / 6 + 1).substring(0, bytes);
    String whole = line + "\r\n" + data + "\r\nget k\r\n";
    assertThat(parse(whole)).containsExactly(MALFORMED, get("k"));
    byte[] each = whole.getBytes(StandardCharsets.ISO_8859_1);
    if (bytes > 6) return;
    byte[][] single = new byte[each.length][];
    for (int i = 0; i < single.length; i++) single[i] = new byte[] {each[i]};
    assertThat(parse(USUAL, single)).containsExactly(MALFORMED, get("k"));
    assertThat(parse(line + "\r\n")).as("answered at once").containsExactly(MALFORMED);
  }

  @Test
  void aClientThatWantsNoReplyGetsNoneAndNoneOfItsDataIsACommand() {
    var write = new Operation.Write(bytes("k"), bytes("quit\r\n"), 0, new Condition.Absent());
    assertThat(parse("set k 0 6 noreply\r\nquit\r\n\r\nget k\r\n"))
        .containsExactly(
            new TextCommand.Request(TextCommand.Kind.SET, write, null, true), get("k"));
    var cas = new Operation.Write(bytes("k"), bytes("x"), 0, new Condition.Version(7));
    RequestId id = new RequestId.Numbered(bytes("c"), 1);
    assertThat(parse("once c 1 cas k 0 7 1 noreply\r\nxget k\r\n"))
        .containsExactly(new TextCommand.Request(TextCommand.Kind.CAS, cas, id, true), get("k"));
    for (String refused : List.of("set k -1 6", "set k 0 1048577", "cas k 0 x 6", "set k 0 x"))
      assertThat(parse(refused + " noreply\r\n")).containsExactly(new TextCommand.Ignored());
    assertThat(parse("set k -1 6 noreply\r\nquit\r\nget k\r\n"))
        .containsExactly(new TextCommand.Ignored(), get("k"));
    assertThat(parse("set k 0 67108865 noreply\r\nget k\r\n"))
        .containsExactly(new TextCommand.Quit());
  }

  @Test
  void whereItIsSwitchedOffNoreplyIsOneFieldTooMany() {
    var without = USUAL.withDialect(TextSettings.Dialect.of());
    for (String line : List.of("set k 0 6 noreply", "cas k 0 1 6 noreply"))
      assertThat(parse(without, line + "\r\nquit\r\n\r\nget k\r\n"))
          .containsExactly(MALFORMED, get("k"));
    assertThat(parse("delete k noreply\r\nSET k 0 1 noreply\r\nxget k noreply\r\n"))
        .containsExactly(MALFORMED, MALFORMED, MALFORMED);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "set k 0 67108865",
        "set k 0 9223372036854775807",
        "set k 0 99999999999999999999",
        "cas k 0 1 67108865",
        "set k 0 0 67108865 noreply",
        "GET / HTTP/1.1",
        "POST /x HTTP/1.0",
        "set /k HTTP/1.1",
        "delete /k HTTP/1.1",
        "PRI * HTTP/2.0",
        "Host: localhost:9000",
        "host:localhost"
      })
  void afterWhatCannotBeToldFromCommandsNothingIsOne(String line) {
    assertThat(parse("get a\r\n" + line + "\r\nget k\r\n"))
        .containsExactly(get("a"), new TextCommand.Derailed());
  }

  @Test
  void theLargestDataOfARefusedCommandIsReadOver() {
    CommandParser parser = new CommandParser(USUAL, arriving);
    assertThat(parser.next(Unpooled.copiedBuffer("set k 0 67108864\r\n", StandardCharsets.UTF_8)))
        .isEqualTo(MALFORMED);
    ByteBuf piece = Unpooled.wrappedBuffer("quit\r\n  ".repeat(1 << 17).getBytes());
    for (int i = 0; i < 64; i++) assertThat(parser.next(piece.duplicate())).isNull();
    assertThat(parser.next(Unpooled.copiedBuffer("get k\r\n", StandardCharsets.UTF_8)))
        .isEqualTo(get("k"));
  }

  @Test
  void wordsOfHttpMayBeKeys() {
    assertThat(parse("get HTTP/1.1\r\nget Host:\r\nset HTTP/1.1 0 1\r\nx"))
        .containsExactly(get("HTTP/1.1"), get("Host:"), set("HTTP/1.1", 0, "x"));
  }

  @Test
  void aKeyThatIsTooLongIsACommandErrorHoweverLongTheLine() {
    String key = "k".repeat(CommandParser.LINE_BYTES_MAX);
    for (String word : List.of("get ", "getm ", "delete ", "set ", "cas ", "once c 1 delete "))
      for (String line : List.of(word + key, word + key + " 0 1\r\nx"))
        assertThat(parse(line)).containsExactly(new TextCommand.Derailed());
    byte[] all = ("set " + key + " 0 1").getBytes(StandardCharsets.UTF_8);
    byte[][] pieces = new byte[all.length / 1_000 + 1][];
    for (int i = 0; i < pieces.length; i++)
      pieces[i] = Arrays.copyOfRange(all, i * 1_000, Math.min(all.length, (i + 1) * 1_000));
    assertThat(parse(USUAL, pieces)).containsExactly(new TextCommand.Derailed());
    assertThat(parse("admin " + key)).containsExactly(new TextCommand.Overlong());
    assertThat(parse("once c 1 get")).isEmpty();
  }

  @Test
  void numbersMayHaveASignAndLeadingZeros() {
    assertThat(parse("set k +0010 +003\r\nabc")).containsExactly(set("k", 10_000, "abc"));
    assertThat(parse("set k -0 -0\r\n")).containsExactly(set("k", 0, ""));
    assertThat(parse("cas k 0 -9223372036854775808 1\r\nx"))
        .containsExactly(
            new TextCommand.Request(
                TextCommand.Kind.CAS,
                new Operation.Write(
                    bytes("k"), bytes("x"), 0, new Condition.Version(Long.MIN_VALUE)),
                null));
  }

  @Test
  void timesTooLongForMillisecondsAreKeptInSeconds() {
    assertThat(parse("set k 9223372036854775807 1\r\nx"))
        .containsExactly(set("k", -Long.MAX_VALUE, "x"));
    assertThat(parse("set k 9223372036854776 1\r\nx"))
        .containsExactly(set("k", -9_223_372_036_854_776L, "x"));
    assertThat(parse("set k 9223372036854775 1\r\nx"))
        .containsExactly(set("k", 9_223_372_036_854_775_000L, "x"));
    assertThat(parse("set k 9223372036854774 1\r\nx"))
        .containsExactly(set("k", 9_223_372_036_854_774_000L, "x"));
  }

  @Test
  void dataIsExactlyAsLongAsAnnouncedAndMayBeAnything() {
    assertThat(parse("set k 0 7\r\n\r\nget \n\r\nget k\r\n"))
        .containsExactly(set("k", 0, "\r\nget \n"), get("k"));
    assertThat(parse("set k 0 2\r\nabget k\r\n")).containsExactly(set("k", 0, "ab"), get("k"));
  }

  @Test
  void aCommandIsThereWithItsLastByteAndNotBefore() {
    assertThat(parse("set k 0 3\r\nab")).isEmpty();
    assertThat(parse("set k 0 3\r\nabc")).hasSize(1);
    assertThat(parse("set k 0 0\r\n")).containsExactly(set("k", 0, ""));
    assertThat(parse("get k")).isEmpty();
    assertThat(parse("get k\r")).isEmpty();
  }

  @Test
  void emptyLinesAreSkippedOrAnsweredAsSet() {
    String lines = "\r\n\n \t\r\nset k 0 1\r\nx\r\n\r\nget k\r\n";
    assertThat(parse(lines)).containsExactly(set("k", 0, "x"), get("k"));
    var answered = TextSettings.Dialect.of(Variant.EMPTY_LINES_ANSWERED, Variant.NO_REPLY);
    assertThat(parse(USUAL.withDialect(answered), lines))
        .containsExactly(MALFORMED, MALFORMED, MALFORMED, set("k", 0, "x"), MALFORMED, get("k"));
  }

  @Test
  void setMayOverwrite() {
    var overwrites = TextSettings.Dialect.of(Variant.SET_OVERWRITES, Variant.NO_REPLY);
    assertThat(parse(USUAL.withDialect(overwrites), "set k 0 1\r\nx"))
        .containsExactly(
            new TextCommand.Request(
                TextCommand.Kind.SET,
                new Operation.Write(bytes("k"), bytes("x"), 0, new Condition.Always()),
                null));
  }

  @Test
  void aKeyBeyondTheLimitIsRefusedWithItsData() {
    TextSettings small = USUAL.withKv(new KvLimits(3, 10, KvLimits.DEFAULT.state()));
    assertThat(parse(small, "set long 0 5\r\nget k\r\nget key\r\n"))
        .containsExactly(MALFORMED, get("key"));
    assertThat(parse(small, "get long\r\ndelete long\r\nget key\r\n"))
        .containsExactly(MALFORMED, MALFORMED, get("key"));
    assertThat(parse(small, "set k 0 11\r\nget anykey\r\nget key\r\n"))
        .containsExactly(MALFORMED, get("key"));
  }

  @Test
  void anyByteButABlankMayBeInAKey() {
    assertThat(parse("get \u0000\u0001\u007f\u0080\u00a0\u00ff!\r\n"))
        .containsExactly(get("\u0000\u0001\u007f\u0080\u00a0\u00ff!"));
  }

  @Test
  void onceNamesTheClientAndTheRequest() {
    RequestId id = new RequestId.Numbered(bytes("c-1"), 7);
    Operation delete = new Operation.Delete(bytes("k"), new Condition.Always());
    assertThat(parse("once c-1 7 delete k\r\n"))
        .containsExactly(new TextCommand.Request(TextCommand.Kind.DELETE, delete, id));
    Operation write = new Operation.Write(bytes("k"), bytes("x"), 0, new Condition.Version(3));
    assertThat(parse("once c-1 7 cas k 0 3 1\r\nx"))
        .containsExactly(new TextCommand.Request(TextCommand.Kind.CAS, write, id));
    assertThat(parse("once " + "c".repeat(32) + " 7 delete k\r\n")).doesNotContain(MALFORMED);
    assertThat(parse("once " + "c".repeat(33) + " 7 delete k\r\n")).containsExactly(MALFORMED);
  }

  @Test
  void adminTakesWordsInUtf8() {
    assertThat(parse("admin add 4 h\u00c3\u00b6st 1 2\r\nversion\r\nquit\r\n"))
        .containsExactly(
            new TextCommand.Admin(List.of("add", "4", "höst", "1", "2")),
            new TextCommand.Version(),
            new TextCommand.Quit());
    String many = "w ".repeat(30_000).strip();
    assertThat(parse("admin " + many + "\r\n"))
        .containsExactly(new TextCommand.Admin(List.of(many.split(" "))));
  }

  @Test
  void aLineHasALongestLength() {
    String longest = " ".repeat(CommandParser.LINE_BYTES_MAX - 6) + "get k";
    assertThat(parse(longest + "\n")).containsExactly(get("k"));
    assertThat(parse(" " + longest + "\nget k\n")).containsExactly(new TextCommand.Overlong());
    assertThat(parse(" ".repeat(CommandParser.LINE_BYTES_MAX - 1))).isEmpty();
    assertThat(parse(" ".repeat(CommandParser.LINE_BYTES_MAX)))
        .containsExactly(new TextCommand.Overlong());
  }

  @Test
  void whereThereIsNoRoomDataIsReadOverAndTheNextCommandIsFine() {
    Quota none = new Quota(0);
    CommandParser parser = new CommandParser(USUAL, none);
    List<TextCommand> commands = new ArrayList<>();
    for (String piece : List.of("set k 0 10\r\nset ", "k 0 1\r\n\r\nget k\r\n", "set k 0 1\r\nx")) {
      ByteBuf in = Unpooled.copiedBuffer(piece, StandardCharsets.ISO_8859_1);
      for (TextCommand one; (one = parser.next(in)) != null; ) commands.add(one);
    }
    assertThat(commands).containsExactly(new TextCommand.Dropped(), get("k"), set("k", 0, "x"));
    assertThat(none.used()).isZero();
  }

  @Test
  void anAnnouncementTakesLittleWhereMemoryIsShort() {
    Quota budget = new Quota(1 << 20);
    budget.take(600 << 10);
    CommandParser parser = new CommandParser(USUAL, budget);
    ByteBuf header = Unpooled.copiedBuffer("set k 0 1000000\r\nx", StandardCharsets.ISO_8859_1);
    assertThat(parser.next(header)).isNull();
    assertThat(budget.used()).isEqualTo((600 << 10) + (64 << 10));
    ByteBuf more = Unpooled.wrappedBuffer(new byte[500_000]);
    assertThat(parser.next(more)).isNull();
    assertThat(budget.used()).as("no room for the rest").isEqualTo(600 << 10);
    ByteBuf rest = Unpooled.wrappedBuffer(new byte[499_999]);
    assertThat(parser.next(rest)).isEqualTo(new TextCommand.Dropped());
  }

  @Test
  void nothingIsHeldForAnIdleClient() {
    CommandParser parser = new CommandParser(USUAL, arriving);
    String line = "get " + "k".repeat(1_000) + "\r\nset k 0 100000\r\n" + "v".repeat(99_999);
    for (byte b : line.getBytes(StandardCharsets.ISO_8859_1))
      parser.next(Unpooled.wrappedBuffer(new byte[] {b}));
    assertThat(arriving.used()).isEqualTo(100_000);
    assertThat(parser.next(Unpooled.wrappedBuffer(new byte[] {'v'}))).isNotNull();
    assertThat(arriving.used()).isZero();
  }

  // ---- against the twin ----

  private static byte[][] cut(byte[] input, RandomGenerator random) {
    List<byte[]> pieces = new ArrayList<>();
    int most = 1 + (random.nextInt(3) == 0 ? 1 : random.nextInt(input.length + 1));
    for (int from = 0; from < input.length; ) {
      int length = Math.min(input.length - from, random.nextInt(most + 1));
      byte[] piece = new byte[length];
      System.arraycopy(input, from, piece, 0, length);
      pieces.add(piece);
      from += length;
    }
    return pieces.toArray(byte[][]::new);
  }

  @Test
  void howeverItIsCutItMeansWhatTheTwinSays() {
    long first = System.nanoTime();
    for (long seed = first; seed < first + 3_000; seed++) {
      RandomGenerator random = new SplittableRandom(seed);
      TextSettings settings =
          USUAL
              .withKv(new KvLimits(12, 20, KvLimits.DEFAULT.state()))
              .withDialect(
                  TextSettings.Dialect.of()
                      .with(Variant.SET_OVERWRITES, random.nextBoolean())
                      .with(Variant.EMPTY_LINES_ANSWERED, random.nextBoolean())
                      .with(Variant.NO_REPLY, random.nextBoolean())
                      .with(Variant.VERSIONS_PER_KEY, random.nextBoolean()));
      byte[] input = RandomInput.draw(random);
      List<TextCommand> expected = SlowParser.parse(settings, input);
      assertThat(parse(settings, input)).as("seed %d, whole", seed).isEqualTo(expected);
      byte[][] pieces = cut(input, random);
      assertThat(parse(settings, pieces)).as("seed %d, cut", seed).isEqualTo(expected);
    }
  }
}
