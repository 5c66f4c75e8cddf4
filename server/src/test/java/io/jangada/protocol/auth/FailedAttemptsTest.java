package io.jangada.protocol.auth;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.net.UnknownHostException;
import org.junit.jupiter.api.Test;

class FailedAttemptsTest {
  private final FailedAttempts attempts = new FailedAttempts();
  private final InetAddress address = address(1);

  @Test
  void eachFailureDoublesTheWait() {
    assertThat(attempts.waitNanos(address, 0)).isZero();
    attempts.failed(address, 0);
    assertThat(attempts.waitNanos(address, 0)).isEqualTo(FailedAttempts.FIRST_NANOS);
    attempts.failed(address, 0);
    assertThat(attempts.waitNanos(address, 0)).isEqualTo(2 * FailedAttempts.FIRST_NANOS);
    for (int i = 0; i < 50; i++) attempts.failed(address, 0);
    assertThat(attempts.waitNanos(address, 0)).isEqualTo(FailedAttempts.LONGEST_NANOS);
    assertThat(attempts.waitNanos(address, FailedAttempts.LONGEST_NANOS - 1)).isEqualTo(1);
    assertThat(attempts.waitNanos(address, FailedAttempts.LONGEST_NANOS)).isZero();
  }

  @Test
  void aRightPasswordForgetsThem() {
    attempts.failed(address, 0);
    attempts.succeeded(address);
    assertThat(attempts.waitNanos(address, 0)).isZero();
  }

  @Test
  void aQuietMinuteForgetsThem() {
    attempts.failed(address, 0);
    attempts.failed(address, 0);
    long later = 2 * FailedAttempts.FIRST_NANOS + FailedAttempts.QUIET_NANOS + 1;
    attempts.failed(address, later);
    assertThat(attempts.waitNanos(address, later)).isEqualTo(FailedAttempts.FIRST_NANOS);
  }

  @Test
  void otherAddressesDoNotWait() {
    attempts.failed(address, 0);
    assertThat(attempts.waitNanos(address(2), 0)).isZero();
  }

  @Test
  void thoseThatFailedLongestAgoMakeRoom() {
    for (int i = 0; i < 20_000; i++) attempts.failed(address(i), i);
    assertThat(attempts.waitNanos(address(0), 0)).isZero();
    assertThat(attempts.waitNanos(address(19_999), 19_999)).isEqualTo(FailedAttempts.FIRST_NANOS);
  }

  private static InetAddress address(int number) {
    try {
      byte[] bytes = {10, (byte) (number >> 16), (byte) (number >> 8), (byte) number};
      return InetAddress.getByAddress(bytes);
    } catch (UnknownHostException e) {
      throw new AssertionError(e);
    }
  }
}
