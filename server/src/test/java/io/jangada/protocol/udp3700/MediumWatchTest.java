package io.jangada.protocol.udp3700;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.channels.DatagramChannel;
import org.junit.jupiter.api.Test;

class MediumWatchTest {
  private static final long BEGIN = 7;

  private boolean there = true;
  private boolean orphan;
  private final MediumWatch watch = new MediumWatch(() -> there, () -> orphan, BEGIN);

  /// Looks whenever it is time to, until so long after the beginning; whether the medium is gone.
  private boolean isGoneBy(long nanos) {
    while (watch.lookNanos() <= BEGIN + nanos) if (watch.look(watch.lookNanos())) return true;
    return false;
  }

  @Test
  void itIsGoneWhenItsPortIsNobodysForAMinute() {
    assertThat(isGoneBy(MediumWatch.GONE_NANOS)).isFalse();
    there = false;
    assertThat(isGoneBy(2 * MediumWatch.GONE_NANOS - 1)).isFalse();
    assertThat(isGoneBy(2 * MediumWatch.GONE_NANOS)).isTrue();
  }

  @Test
  void itIsGoneAtOnceWhenTheParentIsGoneToo() {
    orphan = true;
    assertThat(isGoneBy(MediumWatch.GONE_NANOS)).isFalse();
    there = false;
    assertThat(isGoneBy(MediumWatch.GONE_NANOS + MediumWatch.LOOK_NANOS)).isTrue();
  }

  @Test
  void nobodyLooksWhileDatagramsCome() {
    there = false;
    long now = BEGIN;
    for (int i = 0; i < 100; i++) {
      now += MediumWatch.LOOK_NANOS - 1;
      assertThat(watch.look(now)).isFalse();
      watch.seen(now);
    }
  }

  @Test
  void aPortIsLookedAtWithoutDisturbingAnybody() throws Exception {
    MediumWatch real;
    try (DatagramChannel medium = DatagramChannel.open()) {
      medium.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
      real = MediumWatch.of(((InetSocketAddress) medium.getLocalAddress()).getPort(), 0);
      assertThat(real.look(2 * MediumWatch.GONE_NANOS)).isFalse();
    }
    assertThat(real.look(3 * MediumWatch.GONE_NANOS)).isTrue();
  }
}
