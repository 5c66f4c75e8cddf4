package io.jangada.protocol.text;

import static org.assertj.core.api.Assertions.assertThat;

import io.jangada.bytes.Bytes;
import io.jangada.protocol.port.PortLimits;
import io.jangada.protocol.port.PortStats;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What is kept for administration while clients hold every connection.
class ReserveTest {
  private static final String TOO_MANY = "ERR_INTERNAL too many connections";
  private static final PortLimits USUAL = PortLimits.DEFAULT;

  @TempDir private Path directory;
  private Served served;
  private final List<Client> holders = new ArrayList<>();

  @BeforeEach
  void holdEveryConnection() throws IOException {
    holdEveryConnection(1_000);
  }

  private void holdEveryConnection(int firstLineMillis) throws IOException {
    var two = new PortLimits(2, USUAL.perConnection(), USUAL.together());
    served =
        Served.held(
            directory,
            settings ->
                settings
                    .withLimits(two)
                    .withReserved(new TextSettings.Reserved(2, 3, firstLineMillis)));
    served.front.serve(
        served.member.replica(),
        (words, _, reply) -> reply.accept(new AdminReply.Value(Bytes.utf8(words.getFirst()))));
    for (int i = 0; i < 2; i++) holders.add(served.client());
    for (Client each : holders) assertThat(each.ask("get a\r\n")).isEqualTo("ERR_NOT_FOUND");
  }

  @AfterEach
  void close() throws IOException {
    served.close();
  }

  @Test
  void administrationIsServedAndNothingElse() throws IOException {
    Client admin = served.client();
    assertThat(admin.value("admin status\r\n")).isEqualTo("VALUE 6|status");
    assertThat(admin.value("\r\nadmin members\r\n")).isEqualTo("VALUE 7|members");
    admin.send("admin status\r\nset a 0 1\r\nx\r\nadmin status\r\n");
    assertThat(admin.rest()).isEqualTo("VALUE 6\r\nstatus\r\n" + TOO_MANY + "\r\n");
    assertThat(served.client().ask("get a\r\n")).isEqualTo(TOO_MANY);
    assertThat(holders.getFirst().ask("get a\r\n")).isEqualTo("ERR_NOT_FOUND");
    PortStats.Connections connections = served.front.stats().connections();
    assertThat(connections.opened()).isEqualTo(2);
    assertThat(connections.refused()).isEqualTo(2);
  }

  @Test
  void noMoreThanAFewAreServed() throws IOException {
    for (int i = 0; i < 2; i++)
      assertThat(served.client().value("admin status\r\n")).isEqualTo("VALUE 6|status");
    assertThat(served.client().ask("admin status\r\n")).isEqualTo(TOO_MANY);
  }

  @Test
  void whoSaysNothingIsToldAfterAMoment() throws IOException {
    Client silent = served.client();
    long began = System.nanoTime();
    assertThat(silent.rest()).isEqualTo(TOO_MANY + "\r\n");
    assertThat(System.nanoTime() - began).isGreaterThan(500_000_000L);
  }

  @Test
  void theOldestThatSaidNothingGoesForTheNext() throws IOException {
    served.close();
    holders.clear();
    holdEveryConnection(10 * Client.BOUND_MILLIS);
    List<Client> silent = new ArrayList<>();
    for (int i = 0; i < 8; i++) silent.add(served.client());
    for (Client each : silent.subList(0, 5)) assertThat(each.rest()).isEqualTo(TOO_MANY + "\r\n");
    assertThat(silent.getLast().value("admin status\r\n")).isEqualTo("VALUE 6|status");
  }

  @Test
  void aCrowdOfSilentClientsDoesNotKeepAdministrationOut() throws IOException {
    ArrayDeque<Client> crowd = new ArrayDeque<>();
    for (int i = 0; i < 60; i++) {
      crowd.add(served.client());
      if (i % 10 == 9)
        try (Client admin = served.client()) {
          assertThat(admin.value("admin status\r\n")).isEqualTo("VALUE 6|status");
        }
    }
    for (Client each : crowd) assertThat(each.rest()).isEqualTo(TOO_MANY + "\r\n");
  }

  @Test
  void aPlaceThatIsFreeAgainIsAnybodys() throws IOException {
    holders.getFirst().close();
    String answer = TOO_MANY;
    long end = System.nanoTime() + Client.BOUND_MILLIS * 1_000_000L;
    while (answer.equals(TOO_MANY) && System.nanoTime() < end)
      answer = served.client().ask("get a\r\n");
    assertThat(answer).isEqualTo("ERR_NOT_FOUND");
  }
}
