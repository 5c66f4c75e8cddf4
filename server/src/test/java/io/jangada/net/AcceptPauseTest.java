package io.jangada.net;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import io.netty.channel.embedded.EmbeddedChannel;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

/// A port without descriptors: it waits, goes on, and is not noisy.
class AcceptPauseTest {
  private final AtomicLong nanos = new AtomicLong();

  private static List<String> linesOf(Runnable run) {
    Logger log = (Logger) LoggerFactory.getLogger(AcceptPause.class);
    ListAppender<ILoggingEvent> lines = new ListAppender<>();
    lines.start();
    log.addAppender(lines);
    log.setAdditive(false);
    try {
      run.run();
    } finally {
      log.setAdditive(true);
      log.detachAppender(lines);
    }
    return lines.list.stream().map(ILoggingEvent::getFormattedMessage).toList();
  }

  @Test
  void aFailureIsToldOnceAMinuteAndThePortGoesOnByItself() {
    EmbeddedChannel port = new EmbeddedChannel(new AcceptPause("client", nanos::get));
    port.freezeTime();
    List<String> lines =
        linesOf(
            () -> {
              for (int i = 0; i < 61; i++) {
                port.pipeline().fireExceptionCaught(new IOException("Too many open files"));
                assertThat(port.config().isAutoRead()).isFalse();
                port.advanceTimeBy(1, TimeUnit.SECONDS);
                port.runScheduledPendingTasks();
                assertThat(port.config().isAutoRead()).isTrue();
                nanos.addAndGet(1_000_000_000L);
              }
            });
    assertThat(lines)
        .containsExactly(
            "the client port cannot accept a connection: Too many open files",
            "the client port cannot accept a connection: Too many open files");
  }
}
