package io.jangada.protocol.text;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.jangada.bytes.Bytes;
import io.jangada.protocol.port.PortStats;
import io.jangada.protocol.text.TextSettings.Variant;
import java.io.IOException;
import java.net.ConnectException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// The protocol over real sockets, command by command, as `docs/PROTOCOLS.md` has it.
class TextListenerTest {
  @TempDir private Path directory;
  private Served served;

  @AfterEach
  void close() throws IOException {
    if (served != null) served.close();
  }

  private Client usual() throws IOException {
    served = Served.usual(directory);
    return served.client();
  }

  private Client with(TextSettings.Dialect dialect) throws IOException {
    served = Served.with(directory, settings -> settings.withDialect(dialect));
    return served.client();
  }

  private static long version(String ok) {
    assertThat(ok).matches("OK [0-9]+");
    return Long.parseLong(ok.substring(3));
  }

  @Test
  void aValueIsSetReadReplacedAndDeleted() throws IOException {
    Client client = usual();
    long first = version(client.ask("set name 0 3\r\nabc\r\n"));
    assertThat(client.value("get name\r\n")).isEqualTo("VALUE 3|abc");
    assertThat(client.value("getm name\r\n")).isEqualTo("VALUE " + first + " 0 3|abc");

    long second = version(client.ask("cas name 60 " + first + " 5\r\nd\r\nef\r\n"));
    assertThat(second).isGreaterThan(first);
    assertThat(client.value("getm name\r\n")).isEqualTo("VALUE " + second + " 60 5|d\r\nef");

    assertThat(client.ask("delete name\r\n")).isEqualTo("DELETED");
    long third = version(client.ask("set name 0 1\r\nx\r\n"));
    assertThat(third).isGreaterThan(second);
  }

  @Test
  void whatIsNotThereIsNotFound() throws IOException {
    Client client = usual();
    assertThat(client.ask("get name\r\n")).isEqualTo("ERR_NOT_FOUND");
    assertThat(client.ask("getm name\r\n")).isEqualTo("ERR_NOT_FOUND");
    assertThat(client.ask("delete name\r\n")).isEqualTo("ERR_NOT_FOUND");
    assertThat(client.ask("cas name 0 1 1\r\nx\r\n")).isEqualTo("ERR_NOT_FOUND");
  }

  @Test
  void aKeyThatIsThereOrHasAnotherVersionIsAVersionError() throws IOException {
    Client client = usual();
    long version = version(client.ask("set name 0 3\r\nabc\r\n"));
    assertThat(client.ask("set name 0 3\r\nxyz\r\n")).isEqualTo("ERR_VERSION");
    for (long other : new long[] {version - 1, version + 1, -version, Long.MIN_VALUE})
      assertThat(client.ask("cas name 0 " + other + " 1\r\nx\r\n")).isEqualTo("ERR_VERSION");
    version(client.ask("cas name 0 " + version + " 1\r\nx\r\n"));
    assertThat(client.ask("cas name 0 " + version + " 1\r\ny\r\n")).isEqualTo("ERR_VERSION");
    assertThat(client.value("get name\r\n")).isEqualTo("VALUE 1|x");
  }

  @ParameterizedTest
  @ValueSource(strings = {"frob", "GET k", "set k 0 x", "set k -1 0", "set k 0 -1", "cas k 0 1"})
  void aBadCommandIsAnErrorAndTheConnectionGoesOn(String line) throws IOException {
    Client client = usual();
    assertThat(client.ask(line + "\r\n")).isEqualTo("ERR_CMD_ERR");
    assertThat(client.ask("get name\r\n")).isEqualTo("ERR_NOT_FOUND");
  }

  @Test
  void valuesAreAnyBytesOfAnyLengthUpToTheLimit() throws IOException {
    Client client = usual();
    byte[] megabyte = new byte[1 << 20];
    new SplittableRandom(1).nextBytes(megabyte);
    client.send("set large 0 " + megabyte.length + "\r\n").send(megabyte).send("\r\n");
    version(client.line());
    assertThat(client.ask("get large\r\n")).isEqualTo("VALUE 1048576");
    assertThat(client.bytes(megabyte.length)).isEqualTo(megabyte);
    assertThat(client.line()).isEmpty();

    version(client.ask("set none 0 0\r\n\r\n"));
    assertThat(client.value("get none\r\n")).isEqualTo("VALUE 0|");
    assertThat(client.ask("set larger 0 1048577\r\n")).isEqualTo("ERR_CMD_ERR");
    client.send(megabyte).send("x\r\nget none\r\n");
    assertThat(client.reply()).isEqualTo("VALUE 0|");
    client.send("set larger 0 9223372036854775807\r\n").send(megabyte);
    assertThat(client.rest()).isEqualTo("ERR_CMD_ERR\r\n");
  }

  @Test
  void aBrowserIsAnsweredOnceAndNothingThatItSendsIsCarriedOut() throws IOException {
    Client browser = usual();
    browser.send(
        "POST /x HTTP/1.1\r\nHost: localhost:9000\r\nContent-Type: text/plain\r\n\r\n"
            + "set name 0 1\r\nx\r\n");
    assertThat(browser.rest()).isEqualTo("ERR_CMD_ERR\r\n");
    Client other = served.client();
    other.send("X-First: 1\r\nHost: localhost\r\nset name 0 1\r\nx\r\n");
    assertThat(other.rest()).isEqualTo("ERR_CMD_ERR\r\nERR_CMD_ERR\r\n");
    assertThat(served.client().ask("get name\r\n")).isEqualTo("ERR_NOT_FOUND");
  }

  @Test
  void aKeyThatIsLongerThanALineMayBeIsACommandError() throws IOException {
    Client client = usual();
    client.send("set " + "k".repeat(100_000) + " 0 1\r\nx\r\n");
    assertThat(client.rest()).isEqualTo("ERR_CMD_ERR\r\n");
  }

  @Test
  void theReplyComesWithTheLastByteOfData() throws IOException {
    Client client = usual();
    version(client.ask("set a 0 1\r\nx"));
    version(client.ask("set b 0 0\r\n"));
    assertThat(client.value("\r\nget a\r\n")).isEqualTo("VALUE 1|x");
  }

  @Test
  void aKeyIsAsLongAsTheLimitAllows() throws IOException {
    Client client = usual();
    String longest = "k".repeat(1_024);
    version(client.ask("set " + longest + " 0 1\r\nx"));
    assertThat(client.value("get " + longest + "\r\n")).isEqualTo("VALUE 1|x");
    assertThat(client.ask("get " + longest + "k\r\n")).isEqualTo("ERR_CMD_ERR");
    assertThat(client.ask("set " + longest + "k 0 7\r\nget a\r\n")).isEqualTo("ERR_CMD_ERR");
    assertThat(client.ask("get name\r\n")).isEqualTo("ERR_NOT_FOUND");
  }

  @Test
  void aLineThatDoesNotEndIsAnInternalErrorAndTheConnectionIsClosed() throws IOException {
    Client client = usual();
    client.send("get name\r\n" + "x".repeat(CommandParser.LINE_BYTES_MAX + 10_000));
    assertThat(client.rest()).isEqualTo("ERR_NOT_FOUND\r\nERR_INTERNAL\r\n");
  }

  @Test
  void versionAnswersAndQuitCloses() throws IOException {
    Client client = usual();
    assertThat(client.ask("version\r\n")).isEqualTo("VERSION jangada");
    client.send("get name\r\nquit\r\nget name\r\n");
    assertThat(client.rest()).isEqualTo("ERR_NOT_FOUND\r\n");
  }

  @Test
  void aRequestSentAgainIsDoneOnce() throws IOException {
    Client client = usual();
    String set = "once me 1 set name 0 1\r\nx\r\n";
    String ok = client.ask(set);
    assertThat(client.ask(set)).isEqualTo(ok);
    String delete = "once me 2 delete name\r\n";
    assertThat(client.ask(delete)).isEqualTo("DELETED");
    assertThat(client.ask(delete)).isEqualTo("DELETED");
    assertThat(served.client().ask(set)).isEqualTo(ok);
    assertThat(client.ask("get name\r\n")).isEqualTo("ERR_NOT_FOUND");
    assertThat(client.ask("once you 1 set name 0 1\r\nx\r\n")).isNotEqualTo(ok);
  }

  @Test
  void aNumberThatIsForgottenIsSaidToBe() throws IOException {
    Client client = usual();
    for (int i = 1; i <= 200; i++) client.send("once me " + i + " delete name\r\n");
    for (int i = 1; i <= 200; i++) assertThat(client.line()).isEqualTo("ERR_NOT_FOUND");
    assertThat(client.ask("once me 1 set name 0 1\r\nx\r\n")).isEqualTo("ERR_FORGOTTEN");
    assertThat(client.ask("get name\r\n")).isEqualTo("ERR_NOT_FOUND");
  }

  @Test
  void theDeskIsAskedAndItsAnswersAreSent() throws IOException {
    served =
        Served.held(
            directory,
            settings -> settings.withAddresses(id -> id == 3 ? Optional.of("") : Optional.empty()));
    List<List<String>> asked = new ArrayList<>();
    AdminHandler desk =
        (words, _, reply) -> {
          asked.add(words);
          switch (words.getFirst()) {
            case "value" -> reply.accept(new AdminReply.Value(Bytes.utf8("{\"ok\":true}")));
            case "empty" -> reply.accept(new AdminReply.Value(Bytes.EMPTY));
            case "there" -> reply.accept(new AdminReply.Redirect(3));
            case "nowhere" -> reply.accept(new AdminReply.Redirect(4));
            case "failure" -> reply.accept(new AdminReply.InternalError());
            default -> reply.accept(new AdminReply.CommandError());
          }
        };
    served.front.serve(served.member.replica(), desk);
    Client client = served.client();
    assertThat(client.value("admin value 1 2\r\n")).isEqualTo("VALUE 11|{\"ok\":true}");
    assertThat(client.value("admin empty\r\n")).isEqualTo("VALUE 0|");
    assertThat(client.ask("admin there\r\n")).isEqualTo("REDIRECT 3");
    assertThat(client.ask("admin nowhere\r\n")).isEqualTo("ERR_INTERNAL");
    assertThat(client.ask("admin failure\r\n")).isEqualTo("ERR_INTERNAL");
    assertThat(client.ask("admin frob\r\n")).isEqualTo("ERR_CMD_ERR");
    assertThat(client.ask("admin\r\n")).isEqualTo("ERR_CMD_ERR");
    assertThat(asked).hasSize(6).contains(List.of("value", "1", "2"));
  }

  @Test
  void aDeskThatBreaksCostsNoMoreThanItsReply() throws IOException {
    served = Served.held(directory, settings -> settings);
    List<Consumer<AdminReply>> late = new ArrayList<>();
    AdminHandler desk =
        (words, _, reply) -> {
          if (words.contains("break")) throw new IllegalStateException("on purpose");
          late.add(reply);
        };
    served.front.serve(served.member.replica(), desk);
    Client client = served.client();
    assertThat(client.ask("admin break\r\n")).isEqualTo("ERR_INTERNAL");
    client.send("admin late\r\nadmin break\r\nget name\r\n");
    assertThat(served.client().ask("get name\r\n")).isEqualTo("ERR_NOT_FOUND");
    late.getFirst().accept(new AdminReply.CommandError());
    assertThat(client.line()).isEqualTo("ERR_CMD_ERR");
    assertThat(client.line()).isEqualTo("ERR_INTERNAL");
    assertThat(client.line()).isEqualTo("ERR_NOT_FOUND");
  }

  @Test
  void whoWantsNoReplyGetsNoneWhateverComesOfIt() throws IOException {
    Client client = usual();
    client.send("set name 0 1 noreply\r\nx\r\nset name 0 1 noreply\r\ny\r\n");
    client.send("cas name 0 0 1 noreply\r\nz\r\nset late -1 6 noreply\r\nquit\r\n");
    assertThat(client.value("get name\r\n")).isEqualTo("VALUE 1|x");
  }

  // ---- the switches ----

  @Test
  void theSeedsSpellingMayBeHad() throws IOException {
    Client client = with(TextSettings.Dialect.of(Variant.SEED_SPELLING, Variant.NO_REPLY));
    version(client.ask("set name 0 1\r\nx\r\n"));
    assertThat(client.ask("set name 0 1\r\nx\r\n")).isEqualTo("ERR_VERION");
    assertThat(client.ask("cas name 0 0 1\r\nx\r\n")).isEqualTo("ERR_VERION");
  }

  @Test
  void setMayOverwrite() throws IOException {
    Client client = with(TextSettings.Dialect.of(Variant.SET_OVERWRITES, Variant.NO_REPLY));
    long first = version(client.ask("set name 0 1\r\nx\r\n"));
    assertThat(version(client.ask("set name 0 1\r\ny\r\n"))).isGreaterThan(first);
    assertThat(client.value("get name\r\n")).isEqualTo("VALUE 1|y");
  }

  @Test
  void theTimeThatIsLeftIsShownInSecondsRoundedUp() throws IOException {
    Client client = with(TextSettings.Dialect.of(Variant.EXPTIME_LEFT, Variant.NO_REPLY));
    long began = System.nanoTime();
    long version = version(client.ask("set name 100 1\r\nx\r\n"));
    String[] words = client.value("getm name\r\n").split("[ |]");
    long spentSeconds = 1 + TimeUnit.NANOSECONDS.toSeconds(System.nanoTime() - began);
    assertThat(words[1]).isEqualTo("" + version);
    assertThat(Long.parseLong(words[2])).isBetween(100 - spentSeconds, 100L);
    long forever = version(client.ask("set forever 0 1\r\nx\r\n"));
    assertThat(client.value("getm forever\r\n")).isEqualTo("VALUE " + forever + " 0 1|x");
  }

  @Test
  void versionsMayCountForEachKeyFromOne() throws IOException {
    Client client = with(TextSettings.Dialect.of(Variant.NO_REPLY, Variant.VERSIONS_PER_KEY));
    for (String key : List.of("boat", "port")) {
      assertThat(client.ask("set " + key + " 0 1\r\na\r\n")).isEqualTo("OK 1");
      assertThat(client.ask("cas " + key + " 0 2 1\r\nb\r\n")).isEqualTo("ERR_VERSION");
      assertThat(client.ask("cas " + key + " 0 1 1\r\nb\r\n")).isEqualTo("OK 2");
    }
    assertThat(client.value("getm boat\r\n")).isEqualTo("VALUE 2 0 1|b");
    assertThat(client.ask("once me 1 cas boat 0 2 1\r\nc\r\n")).isEqualTo("OK 3");
    assertThat(client.ask("cas boat 0 3 1\r\nd\r\n")).isEqualTo("OK 4");
    assertThat(client.ask("once me 1 cas boat 0 2 1\r\nc\r\n")).isEqualTo("OK 3");
    assertThat(client.ask("delete boat\r\n")).isEqualTo("DELETED");
    assertThat(client.ask("cas boat 0 4 1\r\ne\r\n")).isEqualTo("ERR_NOT_FOUND");
    assertThat(client.ask("set boat 0 1\r\ne\r\n")).isEqualTo("OK 1");
  }

  @Test
  void aSetThatOverwritesIsAChange() throws IOException {
    Client client =
        with(
            TextSettings.Dialect.of(
                Variant.SET_OVERWRITES, Variant.NO_REPLY, Variant.VERSIONS_PER_KEY));
    for (int changes = 1; changes <= 3; changes++)
      assertThat(client.ask("set boat 0 1\r\na\r\n")).isEqualTo("OK " + changes);
    assertThat(client.ask("cas boat 0 3 1\r\nb\r\n")).isEqualTo("OK 4");
  }

  @Test
  void emptyLinesMayBeAnswered() throws IOException {
    Client client = with(TextSettings.Dialect.of(Variant.EMPTY_LINES_ANSWERED, Variant.NO_REPLY));
    version(client.ask("set name 0 1\r\nx\r\n"));
    assertThat(client.ask("\r\n")).isEqualTo("ERR_CMD_ERR");
    assertThat(client.value("get name\r\n")).isEqualTo("VALUE 1|x");
  }

  // ---- time ----

  @Test
  void aValueIsThereAllItsTimeAndGoneAfterwards() throws IOException {
    Client client = usual();
    long began = System.nanoTime();
    long version = version(client.ask("set name 1 1\r\nx\r\n"));
    String there = "VALUE " + version + " 1 1|x";
    String seen = there;
    while (seen.equals(there)) {
      seen = client.value("getm name\r\n");
      long millis = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - began);
      if (millis < 1_000) assertThat(seen).as("after %d ms", millis).isEqualTo(there);
      assertThat(millis).isLessThan(Client.BOUND_MILLIS);
    }
    assertThat(seen).isEqualTo("ERR_NOT_FOUND");
    version(client.ask("set name 0 1\r\nx\r\n"));
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void theLongestTimesAreShownAsGiven(boolean exptimeLeft) throws IOException {
    Client client = with(TextSettings.Dialect.DEFAULT.with(Variant.EXPTIME_LEFT, exptimeLeft));
    for (long seconds : new long[] {Long.MAX_VALUE, Long.MAX_VALUE - 1, 9_223_372_036_854_776L}) {
      long version = version(client.ask("set k" + seconds + " " + seconds + " 1\r\nx\r\n"));
      assertThat(client.value("getm k" + seconds + "\r\n"))
          .isEqualTo("VALUE " + version + " " + seconds + " 1|x");
    }
  }

  @Test
  void theLongestTimeInMillisecondsIsShownAsGiven() throws IOException {
    Client client = usual();
    long version = version(client.ask("set name 9223372036854775 1\r\nx\r\n"));
    assertThat(client.value("getm name\r\n"))
        .isEqualTo("VALUE " + version + " 9223372036854775 1|x");
  }

  // ---- the port ----

  @Test
  void aPortInUseIsNamed() throws IOException {
    served = Served.usual(directory);
    InetSocketAddress taken = served.front.address();
    assertThatThrownBy(() -> TextListener.start(TextSettings.of(taken), served.loops))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("" + taken.getPort());
  }

  @Test
  void aFrontThatIsClosedDoesNotListen() throws IOException {
    Client client = usual();
    assertThat(client.ask("get name\r\n")).isEqualTo("ERR_NOT_FOUND");
    served.front.close();
    assertThat(client.rest()).isEmpty();
    assertThatThrownBy(() -> new Client(served.front.address()))
        .isInstanceOf(ConnectException.class);
  }

  @Test
  void itCountsWhatItDoes() throws IOException {
    Client client = usual();
    client.ask("set a 0 1\r\nx\r\n");
    client.ask("set a 0 1\r\nx\r\n");
    client.value("get a\r\n");
    client.ask("get b\r\n");
    client.ask("frob\r\n");
    client.ask("admin status\r\n");
    String sent = "set a 0 1\r\nx\r\n".repeat(2) + "get a\r\nget b\r\nfrob\r\nadmin status\r\n";
    TextStats stats = served.front.stats();
    assertThat(stats.commands())
        .containsEntry("set", 2L)
        .containsEntry("get", 2L)
        .containsEntry("admin", 1L)
        .containsEntry("cas", 0L);
    assertThat(stats.errors())
        .containsEntry("ERR_VERSION", 1L)
        .containsEntry("ERR_NOT_FOUND", 1L)
        .containsEntry("ERR_CMD_ERR", 2L)
        .containsEntry("REDIRECT", 0L);
    assertThat(stats.connections()).isEqualTo(new PortStats.Connections(1, 10_000, 1, 0, 0));
    assertThat(stats.traffic().bytesIn())
        .isEqualTo(sent.getBytes(StandardCharsets.ISO_8859_1).length);
    assertThat(stats.traffic().bytesOut()).isPositive();
    assertThat(stats.now()).isEqualTo(new TextStats.Now(0, 0, 0, 0, 0));
  }
}
