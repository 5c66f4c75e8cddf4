package io.jangada.protocol.etcd;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import io.jangada.harness.Waiting;
import io.jangada.kv.KvLimits;
import io.jangada.net.Loops;
import io.jangada.net.PortGate;
import io.jangada.protocol.auth.Audit;
import io.jangada.protocol.port.PortLimits;
import io.jangada.protocol.port.PortState;
import io.jangada.protocol.text.Served;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.List;
import org.slf4j.LoggerFactory;

/// A port for etcd's clients and the member behind it, without a server: what the port holds can be
/// looked at, and what it logs.
final class EtcdAlone implements AutoCloseable {
  private static final long PATIENCE_MILLIS = 20_000;
  private static final Logger ROOT = (Logger) LoggerFactory.getLogger(Logger.ROOT_LOGGER_NAME);

  private final ListAppender<ILoggingEvent> log = new ListAppender<>();
  private final Loops loops = new Loops("etcd", 2);
  private final Served member;
  private final EtcdListener listener;

  EtcdAlone(Path folder) throws IOException {
    log.start();
    ROOT.addAppender(log);
    member = Served.usual(folder);
    var address = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
    listener =
        EtcdListener.start(
            new EtcdSettings(
                address,
                PortGate.plain("etcd"),
                PortLimits.DEFAULT,
                KvLimits.DEFAULT,
                EtcdSettings.Requests.DEFAULT),
            loops);
    listener.serve(member.member.replica(), null, Audit.NONE);
  }

  InetSocketAddress address() {
    return listener.address();
  }

  PortState port() {
    return listener.port();
  }

  /// What the port holds for clients. It is looked at, not measured: it changes all the time.
  List<Long> held() {
    PortState port = port();
    return List.of(
        port.commandsUnderWay(),
        port.bytesUnderWay(),
        port.arriving().used(),
        port.bufferedBytes(),
        listener.stats().connections());
  }

  /// When all clients are gone, the port holds nothing for them.
  void awaitNothingHeld() throws InterruptedException {
    List<Long> nothing = List.of(0L, 0L, 0L, 0L, 0L);
    Waiting.until(PATIENCE_MILLIS, () -> held().equals(nothing));
    assertThat(held()).isEqualTo(nothing);
  }

  /// Clients that speak badly are not worth a word.
  void assertNothingLogged() {
    for (ILoggingEvent event : List.copyOf(log.list))
      assertThat(event.getLevel().isGreaterOrEqual(Level.WARN))
          .as("%s %s", event.getFormattedMessage(), event.getThrowableProxy())
          .isFalse();
  }

  @Override
  public void close() throws IOException {
    ROOT.detachAppender(log);
    listener.close();
    member.close();
    loops.close();
  }
}
