package io.jangada.bench;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.embedded.EmbeddedChannel;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

/// In an open loop a request waits from when it is due, whether it could be sent then or not.
class OpenLoopTest {
  private static final int DUE = 2 * Load.IN_FLIGHT_MAX;

  private final Tally tally = new Tally();
  private final Contents contents = new Contents(Keys.ofValues(10), Keys.ofValues(10), 10);
  private final Load load =
      new Load(
          Workload.put,
          new Load.Clients(1, 1, 1_000),
          new Load.Data(10, 5, true),
          new Load.Times(1, 0));
  private final LoadConnection connection =
      new LoadConnection(
          new LoadConnection.Work(load, tally, null, 1),
          TextServers.speaking(load, contents).get(),
          () -> {});
  private final EmbeddedChannel channel = new EmbeddedChannel(connection);

  private int sent() {
    int sent = 0;
    for (ByteBuf out = channel.readOutbound(); out != null; out = channel.readOutbound()) {
      sent += out.toString(StandardCharsets.ISO_8859_1).split("set ", -1).length - 1;
      out.release();
    }
    return sent;
  }

  private void answer(int count) {
    channel.writeInbound(
        Unpooled.copiedBuffer("OK 1\r\n".repeat(count), StandardCharsets.US_ASCII));
  }

  @Test
  void whatIsDueGoesOutAtOnceUpToTheLimitAndTheRestAsAnswersCome() {
    long late = 3_000_000_000L;
    // All of them are due within a microsecond, three seconds ago.
    OpenSchedule schedule = new OpenSchedule(System.nanoTime() - late, 1e-3);
    tally.isCounting = true;
    connection.start(schedule);
    assertThat(sent()).isEqualTo(Load.IN_FLIGHT_MAX);
    answer(100);
    assertThat(sent()).isEqualTo(100);
    answer(Load.IN_FLIGHT_MAX);
    assertThat(sent()).isEqualTo(Load.IN_FLIGHT_MAX);
    answer(100);
    assertThat(tally.latencies.getTotalCount()).isEqualTo(200 + Load.IN_FLIGHT_MAX);
    assertThat(tally.latencies.getMinValue()).isGreaterThan(late / 2);
    assertThat(tally.wrong + tally.failed).isZero();
  }

  @Test
  void aScheduleIsEvenAndCatchesUp() {
    OpenSchedule schedule = new OpenSchedule(1_000, 250);
    assertThat(schedule.isDue(999)).isFalse();
    assertThat(schedule.isDue(1_000)).isTrue();
    for (int i = 0; i < DUE; i++) assertThat(schedule.take()).isEqualTo(1_000 + 250L * i);
    assertThat(schedule.untilNext(1_000)).isEqualTo(250L * DUE);
  }
}
