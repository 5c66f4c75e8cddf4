package io.jangada.protocol.udp3700;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class WarmUpTest {
  @Test
  void itElectsServesAndComesToAnEnd() throws Exception {
    try (WarmUp warmUp = new WarmUp()) {
      int steps = 0;
      for (; warmUp.hasMore(); steps++) warmUp.step();
      assertThat(steps).isGreaterThan(1_000);
      assertThat(warmUp.leader()).isEqualTo("0000");
      assertThat(warmUp.served()).isGreaterThan(3 * steps - 100);
    }
  }
}
