package io.jangada.raft;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.function.Supplier;
import org.junit.jupiter.api.Test;

class RaftConfigTest {
  private static final RaftConfig USUAL = RaftConfig.of(1, Membership.of(1, 2, 3));

  private static void refused(Supplier<?> config, String message) {
    assertThatThrownBy(config::get)
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(message);
  }

  @Test
  void settingsThatCannotWorkAreRefusedWithTheBound() {
    refused(() -> RaftConfig.of(-1, Membership.of(1)), "id -1, must be 0 or more");
    refused(() -> USUAL.withTimes(10, 20, 0), "heartbeatTicks 0, must be 1 or more");
    refused(
        () -> USUAL.withTimes(9, 20, 5),
        "electionTicksMin 9, must be twice heartbeatTicks or more");
    refused(
        () -> USUAL.withTimes(20, 19, 5), "electionTicksMax 19, must be electionTicksMin or more");
    refused(() -> USUAL.withPriority(11), "priority 11, must be 0 to 10");
    refused(() -> USUAL.withPriority(-1), "priority -1, must be 0 to 10");
    refused(() -> USUAL.withLeaseTicks(15), "leaseTicks 15, must be less than electionTicksMin");
    refused(() -> USUAL.withLeaseTicks(-1), "leaseTicks -1, must be less than electionTicksMin");
    refused(() -> new RaftConfig.TrafficPolicy(true, -1, 0), "paceTicks -1, must be 0 or more");
    refused(() -> new RaftConfig.TrafficPolicy(true, 0, -1), "retryTicks -1, must be 0 or more");
    refused(
        () -> RaftConfig.TrafficPolicy.NONE.withLostTicks(-1), "lostTicks -1, must be 0 or more");
    refused(
        () -> RaftConfig.TrafficPolicy.NONE.withSendingsPercentMin(101),
        "sendingsPercentMin 101, must be 0 to 100");
  }

  @Test
  void limitsThatWouldLetNothingThroughAreRefused() {
    refused(
        () -> TestLimits.usual().messageEntriesMax(0).get(),
        "messageEntriesMax 0, must be 1 or more");
    refused(
        () -> TestLimits.usual().messageBytesMax(0).get(), "messageBytesMax 0, must be 1 or more");
    refused(
        () -> TestLimits.usual().inflightMessagesMax(0).get(),
        "inflightMessagesMax 0, must be 1 or more");
    refused(
        () -> TestLimits.usual().inflightBytesMax(-1).get(),
        "inflightBytesMax -1, must be 1 or more");
    refused(
        () -> TestLimits.usual().uncommittedBytesMax(0).get(),
        "uncommittedBytesMax 0, must be 1 or more");
    refused(() -> TestLimits.usual().readsMax(0).get(), "readsMax 0, must be 1 or more");
    refused(() -> TestLimits.usual().applyBytesMax(0).get(), "applyBytesMax 0, must be 1 or more");
    refused(
        () -> TestLimits.usual().retainedBytes(-1).get(), "retainedBytes -1, must be 0 or more");
    refused(
        () -> TestLimits.usual().retainedBytes(9).retainedBytesMax(8).get(),
        "retainedBytesMax 8, must be retainedBytes or more");
  }

  @Test
  void eachWithChangesOneThing() {
    RaftConfig config =
        USUAL
            .withTimes(40, 80, 20)
            .withPriority(3)
            .withLeaseTicks(39)
            .withTraffic(
                new RaftConfig.TrafficPolicy(true, 2, 3).withLostTicks(4).withSendingsPercentMin(5))
            .withLimits(TestLimits.usual().readsMax(7).get());
    assertThat(config)
        .isEqualTo(
            new RaftConfig(
                1,
                Membership.of(1, 2, 3),
                new RaftConfig.Times(40, 80, 20, 3, 39),
                new RaftConfig.TrafficPolicy(true, 2, 3, 4, 5),
                TestLimits.usual().readsMax(7).get()));
  }
}
