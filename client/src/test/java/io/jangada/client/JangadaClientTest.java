package io.jangada.client;

import static org.assertj.core.api.Assertions.assertThat;

import io.jangada.bytes.Bytes;
import io.jangada.client.FakeServer.Asked;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/// A client among servers that answer, redirect, hang, lie and die.
class JangadaClientTest {
  private static final Bytes KEY = Bytes.utf8("boat");
  private static final Bytes VALUE = Bytes.utf8("jangada");
  private static final String OK = "OK 7\r\n";

  private final List<AutoCloseable> open = new ArrayList<>();

  private FakeServer server(FakeServer.Script script) throws IOException {
    FakeServer server = new FakeServer(script);
    open.add(server);
    return server;
  }

  private JangadaClient client(ClientOptions options) {
    JangadaClient client = JangadaClient.connect(options);
    open.add(client);
    return client;
  }

  private static ClientOptions options(Endpoint... endpoints) {
    return ClientOptions.of(List.of(endpoints))
        .withTiming(new ClientOptions.Timing(20_000, 5_000, 5_000, 5, 20));
  }

  private static ClientOptions hasty(Endpoint... endpoints) {
    return ClientOptions.of(List.of(endpoints))
        .withTiming(new ClientOptions.Timing(1_000, 300, 500, 5, 20));
  }

  private static <T> T await(CompletableFuture<T> future) throws Exception {
    return future.get(30, TimeUnit.SECONDS);
  }

  @AfterEach
  void closeAll() throws Exception {
    for (AutoCloseable each : open.reversed()) each.close();
  }

  // ---- what servers say ----

  @Test
  void eachCommandGoesOutAsTheProtocolHasItAndBringsItsReply() throws Exception {
    FakeServer server =
        server(
            asked ->
                switch (asked.word(0)) {
                  case "get" -> "VALUE 7\r\nab\r\n\0cd\r\n";
                  case "getm" -> "VALUE -3 60 0\r\n\r\n";
                  case "delete" -> "DELETED\r\n";
                  default -> OK;
                });
    JangadaClient client = client(options(server.endpoint()));
    Bytes binary = Bytes.utf8("1\r\n2\0");
    assertThat(await(client.get(KEY))).isEqualTo(new Reply.Found(Bytes.utf8("ab\r\n\0cd")));
    assertThat(await(client.getm(KEY))).isEqualTo(new Reply.FoundVersion(Bytes.EMPTY, -3, 60));
    assertThat(await(client.set(KEY, binary, 0))).isEqualTo(new Reply.Written(7));
    assertThat(await(client.cas(KEY, -3, VALUE, 9))).isEqualTo(new Reply.Written(7));
    assertThat(await(client.delete(KEY))).isEqualTo(new Reply.Deleted());
    List<Asked> asked = server.asked();
    assertThat(asked.stream().map(Asked::line))
        .containsExactly("get boat", "getm boat", "set boat 0 5", "cas boat 9 -3 7", "delete boat");
    assertThat(asked.get(2).data()).isEqualTo(binary);
    assertThat(asked.get(3).data()).isEqualTo(VALUE);
    assertThat(asked.stream().limit(2).map(Asked::once)).containsOnly("");
    assertThat(asked.stream().skip(2).map(Asked::number)).containsExactly(0L, 1L, 2L);
    assertThat(asked.get(2).once()).matches("[!-~]{1,32} 0");
    assertThat(server.connections()).isEqualTo(1);
  }

  @Test
  void theDifferentKindsOfNoAreToldApart() throws Exception {
    FakeServer server = server(asked -> asked.word(1) + "\r\n");
    JangadaClient client = client(options(server.endpoint()));
    Bytes absent = Bytes.utf8("ERR_NOT_FOUND");
    assertThat(await(client.get(absent))).isEqualTo(new Reply.NotFound());
    assertThat(await(client.getm(absent))).isEqualTo(new Reply.NotFound());
    assertThat(await(client.cas(absent, 1, VALUE, 0))).isEqualTo(new Reply.NotFound());
    assertThat(await(client.delete(absent))).isEqualTo(new Reply.NotFound());
    for (String spelling : List.of("ERR_VERSION", "ERR_VERION")) {
      Bytes other = Bytes.utf8(spelling);
      assertThat(await(client.set(other, VALUE, 0))).isEqualTo(new Reply.Mismatch());
      assertThat(await(client.cas(other, 1, VALUE, 0))).isEqualTo(new Reply.Mismatch());
    }
    Bytes wrong = Bytes.utf8("ERR_CMD_ERR");
    assertThat(await(client.get(wrong))).isInstanceOf(Reply.Refused.class);
    assertThat(await(client.set(wrong, VALUE, 0))).isInstanceOf(Reply.Refused.class);
    Bytes forgotten = Bytes.utf8("ERR_FORGOTTEN");
    assertThat(await(client.delete(forgotten))).isInstanceOf(Reply.Unknown.class);
  }

  @Test
  void aKeyThatNoCommandCanHaveIsRefusedBeforeItIsSent() throws Exception {
    FakeServer server = server(asked -> OK);
    JangadaClient client = client(options(server.endpoint()));
    for (String key : List.of("", "a b", "a\nb", "a\u007f", "\t"))
      assertThat(await(client.set(Bytes.utf8(key), VALUE, 0))).isInstanceOf(Reply.Refused.class);
    assertThat(await(client.admin("add", "1 2"))).isInstanceOf(Reply.Refused.class);
    assertThat(await(client.set(Bytes.utf8("água"), VALUE, 0))).isEqualTo(new Reply.Written(7));
    assertThat(server.asked()).hasSize(1);
  }

  // ---- finding the leader ----

  @Test
  void aRedirectIsFollowedAndRemembered() throws Exception {
    FakeServer leader = server(asked -> OK);
    FakeServer follower = server(asked -> "REDIRECT 2\r\n");
    Map<Integer, Endpoint> members = Map.of(1, follower.endpoint(), 2, leader.endpoint());
    JangadaClient client = client(options(follower.endpoint()).withMembers(members));
    for (int i = 0; i < 3; i++)
      assertThat(await(client.set(KEY, VALUE, 0))).isEqualTo(new Reply.Written(7));
    assertThat(follower.asked()).hasSize(1);
    assertThat(leader.asked()).hasSize(3);
    assertThat(leader.asked().getFirst()).isEqualTo(follower.asked().getFirst());
  }

  @Test
  void whereTheLeaderIsCanBeAsked() throws Exception {
    FakeServer leader = server(asked -> OK);
    String list =
        "{\"ok\":true,\"leader\":2,\"members\":[{\"id\":1,\"kind\":\"voter\",\"peer\":\"h:1\"},"
            + "{\"id\":2,\"kind\":\"voter\",\"more\":[{}],\"client\":\""
            + leader.endpoint()
            + "\"}]}";
    String told = "VALUE " + list.length() + "\r\n" + list + "\r\n";
    FakeServer follower =
        server(asked -> asked.line().equals("admin members") ? told : "REDIRECT 2\r\n");
    JangadaClient client = client(options(follower.endpoint()));
    List<CompletableFuture<Reply.ToWrite>> calls =
        Stream.generate(() -> client.set(KEY, VALUE, 0)).limit(50).toList();
    for (var call : calls) assertThat(await(call)).isEqualTo(new Reply.Written(7));
    assertThat(follower.asked().stream().filter(asked -> asked.line().startsWith("admin")))
        .hasSize(1);
  }

  @Test
  void aLeaderThatMovedIsFoundAgain() throws Exception {
    FakeServer leader = server(asked -> OK);
    String list = "{\"members\":[{\"id\":2,\"client\":\"" + leader.endpoint() + "\"}]}";
    String told = "VALUE " + list.length() + "\r\n" + list + "\r\n";
    FakeServer follower =
        server(asked -> asked.line().equals("admin members") ? told : "REDIRECT 2\r\n");
    Map<Integer, Endpoint> old = Map.of(2, FakeServer.nowhere());
    JangadaClient client = client(options(follower.endpoint()).withMembers(old));
    assertThat(await(client.set(KEY, VALUE, 0))).isEqualTo(new Reply.Written(7));
  }

  @Test
  void aLeaderThatWasDeadForAWhileIsGoneBackToEvenWhereNobodyTellsOfMembers() throws Exception {
    CountDownLatch tries = new CountDownLatch(2);
    FakeServer leader =
        server(
            asked -> {
              tries.countDown();
              return tries.getCount() > 0 ? FakeServer.CLOSE : OK;
            });
    FakeServer follower =
        server(asked -> asked.line().startsWith("admin") ? "ERR_CMD_ERR\r\n" : "REDIRECT 2\r\n");
    Map<Integer, Endpoint> members = Map.of(1, follower.endpoint(), 2, leader.endpoint());
    JangadaClient client = client(options(follower.endpoint()).withMembers(members));
    for (int i = 0; i < 3; i++)
      assertThat(await(client.set(KEY, VALUE, 0))).isEqualTo(new Reply.Written(7));
  }

  @Test
  void whileNobodyLeadsItAsksRoundUntilSomebodyDoes() throws Exception {
    CountDownLatch elected = new CountDownLatch(6);
    FakeServer one =
        server(
            asked -> {
              elected.countDown();
              return elected.getCount() > 0 ? "REDIRECT 1\r\n" : OK;
            });
    FakeServer dead = server(asked -> OK);
    FakeServer other =
        server(
            asked -> {
              elected.countDown();
              return elected.getCount() > 0 ? "REDIRECT 3\r\n" : "REDIRECT 1\r\n";
            });
    dead.close();
    Map<Integer, Endpoint> members =
        Map.of(1, one.endpoint(), 2, other.endpoint(), 3, dead.endpoint());
    JangadaClient client = client(options(other.endpoint()).withMembers(members));
    assertThat(await(client.set(KEY, VALUE, 0))).isEqualTo(new Reply.Written(7));
    assertThat(one.asked()).isNotEmpty();
  }

  @Test
  void aDeadServerIsLeftForAnother() throws Exception {
    FakeServer good = server(asked -> OK);
    JangadaClient client = client(options(FakeServer.nowhere(), good.endpoint()));
    assertThat(await(client.set(KEY, VALUE, 0))).isEqualTo(new Reply.Written(7));
  }

  @Test
  void aNameThatNobodyHasIsADeadServer() throws Exception {
    FakeServer good = server(asked -> OK);
    Endpoint nobody = new Endpoint("nobody.invalid", 9000);
    JangadaClient client = client(options(nobody, good.endpoint()));
    assertThat(await(client.set(KEY, VALUE, 0))).isEqualTo(new Reply.Written(7));
  }

  // ---- lost answers ----

  @Test
  void aChangeWhoseAnswerIsLostIsSentAgainUnderItsNumber() throws Exception {
    for (String lost : List.of(FakeServer.CLOSE, "OK" + FakeServer.CLOSE, "ERR_INTERNAL\r\n")) {
      CountDownLatch first = new CountDownLatch(2);
      FakeServer server =
          server(
              asked -> {
                first.countDown();
                return first.getCount() > 0 ? lost : OK;
              });
      JangadaClient client = client(options(server.endpoint()));
      assertThat(await(client.set(KEY, VALUE, 0))).as(lost).isEqualTo(new Reply.Written(7));
      assertThat(server.asked()).hasSize(2);
      assertThat(server.asked().get(1).once()).isEqualTo(server.asked().get(0).once());
    }
  }

  @Test
  void aServerThatHangsIsLeftForAnother() throws Exception {
    FakeServer hangs = server(asked -> FakeServer.SILENCE);
    FakeServer good = server(asked -> asked.once().isEmpty() ? "ERR_NOT_FOUND\r\n" : OK);
    var silence = new ClientOptions.Timing(20_000, 200, 5_000, 5, 20);
    ClientOptions options = options(hangs.endpoint(), good.endpoint()).withTiming(silence);
    JangadaClient client = client(options);
    var read = client.get(KEY);
    assertThat(await(client.set(KEY, VALUE, 0))).isEqualTo(new Reply.Written(7));
    assertThat(await(read)).isEqualTo(new Reply.NotFound());
    assertThat(hangs.asked()).hasSizeGreaterThanOrEqualTo(2);
  }

  @Test
  void aServerThatTalksNonsenseIsLeftForAnother() throws Exception {
    List<String> nonsense =
        List.of(
            "HTTP/1.1 400 Bad Request\r\n",
            "OK 9\r\n",
            "DELETED\r\n",
            "VALUE 3 0\r\n",
            "VALUE -1\r\n",
            "VALUE 99999999999\r\n",
            "VALUE 2\r\nabcd",
            "ERR_FORGOTTEN\r\n",
            "REDIRECT -1\r\n",
            "x".repeat(2_000));
    for (String each : nonsense) {
      FakeServer bad = server(asked -> each);
      FakeServer good = server(asked -> "VALUE 1\r\nx\r\n");
      JangadaClient client = client(options(bad.endpoint(), good.endpoint()));
      assertThat(await(client.get(KEY))).as(each).isEqualTo(new Reply.Found(Bytes.utf8("x")));
    }
  }

  @Test
  void anAnswerThatComesTooLateIsNotTakenForThatOfTheNextCall() throws Exception {
    CountDownLatch go = new CountDownLatch(1);
    FakeServer server =
        server(
            asked -> {
              if (asked.word(1).equals("slow")) go.await();
              return "VALUE " + asked.word(1).length() + "\r\n" + asked.word(1) + "\r\n";
            });
    ClientOptions patient =
        options(server.endpoint())
            .withTiming(new ClientOptions.Timing(20_000, 20_000, 5_000, 5, 20));
    JangadaClient client = client(patient);
    var late = client.within(Duration.ofMillis(20)).get(Bytes.utf8("slow"));
    assertThat(await(late)).isInstanceOf(Reply.Unavailable.class);
    var next = client.get(Bytes.utf8("next"));
    go.countDown();
    assertThat(await(next)).isEqualTo(new Reply.Found(Bytes.utf8("next")));
  }

  @Test
  void whatWasGivenUpIsNotSentAgain() throws Exception {
    CountDownLatch go = new CountDownLatch(1);
    FakeServer leader = server(asked -> OK);
    FakeServer follower =
        server(
            asked -> {
              if (!asked.word(1).equals("slow")) return OK;
              go.await();
              return "REDIRECT 2\r\n";
            });
    ClientOptions patient =
        options(follower.endpoint())
            .withMembers(Map.of(2, leader.endpoint()))
            .withTiming(new ClientOptions.Timing(20_000, 20_000, 5_000, 5, 20));
    JangadaClient client = client(patient);
    var slow = client.within(Duration.ofMillis(20)).set(Bytes.utf8("slow"), VALUE, 0);
    assertThat(await(slow)).isInstanceOf(Reply.Unknown.class);
    var next = client.set(KEY, VALUE, 0);
    go.countDown();
    assertThat(await(next)).isEqualTo(new Reply.Written(7));
    await(client.set(KEY, VALUE, 0));
    assertThat(leader.asked().stream().map(asked -> asked.word(1))).doesNotContain("slow");
  }

  // ---- the end of patience ----

  @Test
  void whatWasNeverSentIsUnavailableAndNotUnknown() throws Exception {
    JangadaClient client = client(hasty(FakeServer.nowhere()));
    var write = client.set(KEY, VALUE, 0);
    assertThat(await(client.get(KEY))).isInstanceOf(Reply.Unavailable.class);
    assertThat(await(write))
        .isInstanceOfSatisfying(
            Reply.Unavailable.class, no -> assertThat(no.reason()).contains("cannot be reached"));
  }

  @Test
  void whatWasOnlyRedirectedIsUnavailableAndNotUnknown() throws Exception {
    FakeServer follower = server(asked -> "REDIRECT 1\r\n");
    ClientOptions options = hasty(follower.endpoint());
    JangadaClient client = client(options.withMembers(Map.of(1, follower.endpoint())));
    assertThat(await(client.set(KEY, VALUE, 0))).isInstanceOf(Reply.Unavailable.class);
    assertThat(follower.asked()).hasSizeGreaterThan(1);
  }

  @Test
  void whatWasSentAndNotAnsweredIsUnknownUnlessItReads() throws Exception {
    List<CompletableFuture<Reply.ToGet>> reads = new ArrayList<>();
    List<CompletableFuture<? extends Reply>> changes = new ArrayList<>();
    for (String answer : List.of(FakeServer.SILENCE, FakeServer.CLOSE, "ERR_INTERNAL\r\n", "?\n")) {
      FakeServer server = server(asked -> answer);
      JangadaClient client = client(hasty(server.endpoint()));
      reads.add(client.get(KEY));
      changes.add(client.set(KEY, VALUE, 0));
      changes.add(client.delete(KEY));
    }
    for (var read : reads) assertThat(await(read)).isInstanceOf(Reply.Unavailable.class);
    for (var change : changes) assertThat(await(change)).isInstanceOf(Reply.Unknown.class);
  }

  @Test
  void onceItMayHaveBeenDoneARedirectDoesNotUndoThat() throws Exception {
    CountDownLatch first = new CountDownLatch(2);
    FakeServer server =
        server(
            asked -> {
              first.countDown();
              return first.getCount() > 0 ? FakeServer.CLOSE : "REDIRECT 1\r\n";
            });
    ClientOptions options = hasty(server.endpoint());
    JangadaClient client = client(options.withMembers(Map.of(1, server.endpoint())));
    assertThat(await(client.set(KEY, VALUE, 0))).isInstanceOf(Reply.Unknown.class);
  }

  @Test
  void closingTheClientEndsItsCalls() throws Exception {
    FakeServer server = server(asked -> FakeServer.SILENCE);
    JangadaClient client = client(options(server.endpoint()));
    var write = client.set(KEY, VALUE, 0);
    var read = client.get(KEY);
    server.take();
    server.take();
    client.close();
    assertThat(await(write)).isInstanceOf(Reply.Unknown.class);
    assertThat(await(read)).isInstanceOf(Reply.Unavailable.class);
    assertThat(await(client.set(KEY, VALUE, 0))).isInstanceOf(Reply.Unavailable.class);
  }

  // ---- limits ----

  @Test
  void oneCallTooManyIsTurnedAwayAtOnce() throws Exception {
    CountDownLatch go = new CountDownLatch(1);
    FakeServer server =
        server(
            asked -> {
              go.await();
              return OK;
            });
    ClientOptions few =
        options(server.endpoint())
            .withTiming(ClientOptions.Timing.DEFAULT)
            .withLimits(new ClientOptions.Limits(3, 1_000, 1_000));
    JangadaClient client = client(few);
    var calls = Stream.generate(() -> client.set(KEY, VALUE, 0)).limit(3).toList();
    assertThat(client.set(KEY, VALUE, 0))
        .isCompletedWithValueMatching(Reply.Unavailable.class::isInstance);
    go.countDown();
    for (var call : calls) assertThat(await(call)).isEqualTo(new Reply.Written(7));
    Bytes large = Bytes.wrap(new byte[5_000]);
    assertThat(await(client.set(KEY, large, 0))).isEqualTo(new Reply.Written(7));
  }

  @Test
  void manyCallsGoOutOverOneConnectionWithoutWaiting() throws Exception {
    CountDownLatch all = new CountDownLatch(500);
    FakeServer server = server(asked -> FakeServer.SILENCE);
    JangadaClient client = client(options(server.endpoint()));
    for (int i = 0; i < 500; i++) client.get(KEY).thenRun(all::countDown);
    for (int i = 0; i < 500; i++) assertThat(server.take().connection()).isZero();
  }

  @Test
  void moreChangesThanOneSessionHasNumbersForAreUnderWayAtOnce() throws Exception {
    CountDownLatch all = new CountDownLatch(300);
    FakeServer server =
        server(
            asked -> {
              all.countDown();
              return FakeServer.SILENCE;
            });
    JangadaClient client =
        client(options(server.endpoint()).withTiming(ClientOptions.Timing.DEFAULT));
    for (int i = 0; i < 300; i++) client.set(KEY, VALUE, 0);
    assertThat(all.await(10, TimeUnit.SECONDS)).isTrue();
    Map<String, List<Asked>> sessions =
        server.asked().stream().collect(Collectors.groupingBy(asked -> asked.once().split(" ")[0]));
    assertThat(sessions).hasSize(5);
    assertThat(sessions.values()).allSatisfy(each -> assertThat(each).hasSizeLessThan(65));
  }

  @Test
  void severalConnectionsAreUsedWhenAskedFor() throws Exception {
    FakeServer server = server(asked -> OK);
    JangadaClient client = client(options(server.endpoint()).withConnectionsPerServer(3));
    for (int i = 0; i < 9; i++) await(client.set(KEY, VALUE, 0));
    assertThat(server.connections()).isEqualTo(3);
  }

  // ---- admin ----

  @Test
  void anAdminChangeThatMayHaveBeenDoneIsNotSentAgain() throws Exception {
    FakeServer server = server(asked -> FakeServer.CLOSE);
    JangadaClient client = client(options(FakeServer.nowhere(), server.endpoint()));
    assertThat(await(client.admin("remove", "3"))).isInstanceOf(Reply.Unknown.class);
    assertThat(server.asked()).hasSize(1);
    assertThat(await(client.within(Duration.ofSeconds(1)).admin("status")))
        .isInstanceOf(Reply.Unavailable.class);
    assertThat(server.asked()).hasSizeGreaterThan(2);
  }

  @Test
  void aQuestionToOneServerGoesToNoOther() throws Exception {
    FakeServer leader = server(asked -> OK);
    FakeServer follower = server(asked -> "REDIRECT 2\r\n");
    Map<Integer, Endpoint> members = Map.of(2, leader.endpoint());
    JangadaClient client = client(options(leader.endpoint()).withMembers(members));
    assertThat(await(client.adminAt(follower.endpoint(), "backup")))
        .isInstanceOfSatisfying(
            Reply.Unavailable.class, no -> assertThat(no.reason()).contains("member 2 leads"));
    assertThat(await(client.adminAt(FakeServer.nowhere(), "status")))
        .isInstanceOfSatisfying(
            Reply.Unavailable.class, no -> assertThat(no.reason()).contains("cannot be reached"));
    assertThat(leader.asked()).isEmpty();
  }
}
