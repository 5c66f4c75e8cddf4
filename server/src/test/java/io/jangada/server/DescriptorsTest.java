package io.jangada.server;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// How descriptors are shared out: whatever clients do, the log and the other servers find some.
class DescriptorsTest {
  private static final Descriptors.Shares MOST = new Descriptors.Shares(10_000, 16, 256, 256, 0);
  private static final int PEERS = 2;

  private static long heldByClients(Descriptors.Shares shares) {
    return shares.clients() + shares.admins() + 2L * shares.newConnections() + shares.http();
  }

  @Test
  void whereTheyArePlentyEverybodyGetsWhatWasConfigured() {
    assertThat(new Descriptors(1 << 20, 60).share(MOST, PEERS)).isEqualTo(MOST);
    assertThat(new Descriptors(1L << 40, 0).share(MOST, 1_000)).isEqualTo(MOST);
  }

  @ParameterizedTest
  @ValueSource(ints = {160, 200, 256, 512, 1_024, 4_096, 10_000})
  void whereTheyAreFewClientsNeverHoldThoseOfTheLogAndTheOthers(int max) {
    Descriptors.Shares shares = new Descriptors(max, 60).share(MOST, PEERS);
    long left = max - 60 - heldByClients(shares);
    assertThat(left).isEqualTo(Descriptors.FILES + Descriptors.FOR_EACH_PEER * 6L);
    assertThat(shares.missing()).isZero();
    assertThat(shares.clients()).isBetween(8, 10_000);
    assertThat(shares.admins()).isPositive();
  }

  @Test
  void whereThereAreNotEvenThoseItIsSaidHowManyAreMissing() {
    Descriptors.Shares shares = new Descriptors(100, 60).share(MOST, PEERS);
    long needed = 60 + heldByClients(shares) + Descriptors.FILES + Descriptors.FOR_EACH_PEER * 6;
    assertThat(shares.missing()).isEqualTo(needed - 100);
    assertThat(shares.clients()).isEqualTo(8);
  }

  @Test
  void noShareIsLargerThanWasConfigured() {
    Descriptors.Shares few = new Descriptors.Shares(2, 1, 3, 0, 0);
    assertThat(new Descriptors(150, 60).share(few, PEERS)).isEqualTo(few);
    Descriptors.Shares shares = new Descriptors(100, 60).share(few, PEERS);
    assertThat(shares.clients()).isEqualTo(2);
    assertThat(shares.http()).isZero();
  }

  @Test
  void thisProcessHasSome() {
    Descriptors mine = Descriptors.ofThisProcess();
    assertThat(mine.open()).isBetween(0L, mine.max());
  }
}
