package io.jangada.protocol.text;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.ConnectException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// How connections and fronts begin and end.
class LifeTest {
  private static final int MANY = 2_000;

  @TempDir private Path directory;
  private Served served;

  @AfterEach
  void close() throws IOException {
    served.close();
  }

  private Client usual() throws IOException {
    served = Served.usual(directory);
    return served.client();
  }

  @Test
  void whatComesBeforeThereIsAReplicaIsHeld() throws IOException {
    served = Served.held(directory, settings -> settings);
    Client early = served.client().send("set a 0 1\r\nx\r\nget a\r\nfrob\r\n");
    Client gone = served.client().send("set b 0 1\r\nx\r\n").endOutput();
    assertThat(served.front.stats().connections().opened()).isLessThanOrEqualTo(2);
    served.front.serve(served.member.replica(), AdminHandler.NONE);
    assertThat(early.line()).startsWith("OK ");
    assertThat(early.reply()).isEqualTo("VALUE 1|x");
    assertThat(early.line()).isEqualTo("ERR_CMD_ERR");
    assertThat(gone.rest()).matches("OK [0-9]+\r\n");
    assertThat(served.client().value("get b\r\n")).isEqualTo("VALUE 1|x");
  }

  @Test
  void aClientThatSendsNoMoreStillGetsAllReplies() throws IOException {
    Client client = usual();
    StringBuilder commands = new StringBuilder();
    for (int i = 0; i < MANY; i++) commands.append("set k" + i + " 0 1\r\nx\r\n");
    client.send(commands.toString()).endOutput();
    assertThat(client.rest().lines()).hasSize(MANY).allMatch(line -> line.startsWith("OK "));
  }

  @Test
  void aClientThatSendsNoMoreAndReadsLateStillGetsAllReplies() throws IOException {
    Client client = usual();
    String value = "v".repeat(100_000);
    assertThat(client.ask("set large 0 100000\r\n" + value)).startsWith("OK");
    client.send("get large\r\n".repeat(200)).endOutput();
    Client other = served.client();
    for (int i = 0; i < 100; i++) assertThat(other.ask("get k\r\n")).isEqualTo("ERR_NOT_FOUND");
    String reply = "VALUE 100000\r\n" + value + "\r\n";
    for (int i = 0; i < 200; i++)
      assertThat(client.text(reply.length()).equals(reply)).as("reply %d", i).isTrue();
    assertThat(client.rest()).isEmpty();
  }

  @Test
  void anEndInTheMiddleOfACommandIsQuiet() throws IOException {
    usual();
    for (String part : List.of("get a", "set a 0 10\r\n12345", "set a 0 10\r\n", "", "\r"))
      assertThat(served.client().send(part).endOutput().rest()).as(part).isEmpty();
    Client client = served.client().send("get a\r\ndelete a").endOutput();
    assertThat(client.rest()).isEqualTo("ERR_NOT_FOUND\r\n");
    assertThat(served.client().ask("get a\r\n")).isEqualTo("ERR_NOT_FOUND");
  }

  @Test
  void aClientThatDisappearsLeavesNothingBehind() throws IOException {
    Client stays = usual();
    for (int i = 0; i < 50; i++) {
      Client client = served.client();
      client.send("set gone" + i + " 0 3\r\nabc\r\n".repeat(20) + "set half 0 100000\r\nabc");
      client.socket().setSoLinger(true, 0);
      client.close();
    }
    TextStats.Now nothing = new TextStats.Now(0, 0, 0, 0, 0);
    long end = System.nanoTime() + Client.BOUND_MILLIS * 1_000_000L;
    while (served.front.stats().connections().open() > 1
        || !served.front.stats().now().equals(nothing)) {
      assertThat(stays.ask("get k\r\n")).isEqualTo("ERR_NOT_FOUND");
      assertThat(System.nanoTime()).isLessThan(end);
    }
  }

  @Test
  void afterAnEndlessLineTheReplyArrivesThoughTheClientGoesOnSending() throws IOException {
    Client client = usual();
    byte[] endless = new byte[1 << 20];
    Arrays.fill(endless, (byte) 'x');
    for (int i = 0; i < 8; i++) client.send(endless);
    assertThat(client.rest()).isEqualTo("ERR_INTERNAL\r\n");
  }

  @Test
  void drainingAnswersWhatWasBegunAndTakesNoMore() throws Exception {
    served = Served.held(directory, settings -> settings);
    List<Consumer<AdminReply>> begun = new ArrayList<>();
    CompletableFuture<Void> asked = new CompletableFuture<>();
    AdminHandler desk =
        (_, _, reply) -> {
          begun.add(reply);
          asked.complete(null);
        };
    served.front.serve(served.member.replica(), desk);
    Client idle = served.client();
    assertThat(idle.ask("get a\r\n")).isEqualTo("ERR_NOT_FOUND");
    Client client = served.client().send("admin work\r\nset a 0 1\r\nx\r\n");
    asked.get(Client.BOUND_MILLIS, TimeUnit.MILLISECONDS);
    CompletableFuture<Boolean> drained =
        CompletableFuture.supplyAsync(() -> served.front.drain(Client.BOUND_MILLIS));
    assertThat(idle.rest()).isEmpty();
    assertThatThrownBy(() -> new Client(served.front.address()))
        .isInstanceOf(ConnectException.class);
    assertThat(drained).isNotDone();
    begun.getFirst().accept(new AdminReply.CommandError());
    assertThat(client.line()).isEqualTo("ERR_CMD_ERR");
    assertThat(client.line()).startsWith("OK ");
    assertThat(client.rest()).isEmpty();
    client.close();
    assertThat(drained.get(Client.BOUND_MILLIS, TimeUnit.MILLISECONDS)).isTrue();
    assertThat(served.front.stats().connections().open()).isZero();
  }

  @Test
  void drainingWaitsNoLongerThanItIsTold() throws Exception {
    served = Served.held(directory, settings -> settings);
    served.front.serve(served.member.replica(), (_, _, _) -> {});
    Client client = served.client().send("frob\r\nadmin work\r\n");
    assertThat(client.line()).isEqualTo("ERR_CMD_ERR");
    assertThat(served.front.drain(50)).isFalse();
    served.front.close();
    assertThat(client.rest()).isEmpty();
  }

  @Test
  void whenTheReplicaStopsNobodyIsLeftWaiting() throws IOException {
    Client client = usual();
    assertThat(client.ask("get a\r\n")).isEqualTo("ERR_NOT_FOUND");
    served.member.close();
    assertThat(client.ask("get a\r\n")).isEqualTo("ERR_INTERNAL");
    assertThat(client.ask("set a 0 1\r\nx\r\n")).isEqualTo("ERR_INTERNAL");
    assertThat(client.ask("frob\r\n")).isEqualTo("ERR_CMD_ERR");
  }
}
