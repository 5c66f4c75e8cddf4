package io.jangada.raft;

/// Limits of a [RaftConfig] with some of them changed.
final class TestLimits {
  private int messageEntriesMax;
  private int messageBytesMax;
  private int inflightMessagesMax;
  private int inflightBytesMax;
  private long uncommittedBytesMax;
  private int readsMax;
  private int applyBytesMax;
  private long retainedBytes;
  private long retainedBytesMax;

  static TestLimits of(RaftConfig.Limits limits) {
    TestLimits tuned = new TestLimits();
    tuned.messageEntriesMax = limits.messageEntriesMax();
    tuned.messageBytesMax = limits.messageBytesMax();
    tuned.inflightMessagesMax = limits.inflightMessagesMax();
    tuned.inflightBytesMax = limits.inflightBytesMax();
    tuned.uncommittedBytesMax = limits.uncommittedBytesMax();
    tuned.readsMax = limits.readsMax();
    tuned.applyBytesMax = limits.applyBytesMax();
    tuned.retainedBytes = limits.retainedBytes();
    tuned.retainedBytesMax = limits.retainedBytesMax();
    return tuned;
  }

  static TestLimits usual() {
    return of(RaftConfig.Limits.DEFAULT);
  }

  RaftConfig.Limits get() {
    return new RaftConfig.Limits(
        new RaftConfig.MessageLimits(
            messageEntriesMax, messageBytesMax, inflightMessagesMax, inflightBytesMax),
        uncommittedBytesMax,
        readsMax,
        applyBytesMax,
        new RaftConfig.Retention(retainedBytes, retainedBytesMax));
  }

  TestLimits messageEntriesMax(int value) {
    messageEntriesMax = value;
    return this;
  }

  TestLimits messageBytesMax(int value) {
    messageBytesMax = value;
    return this;
  }

  TestLimits inflightMessagesMax(int value) {
    inflightMessagesMax = value;
    return this;
  }

  TestLimits inflightBytesMax(int value) {
    inflightBytesMax = value;
    return this;
  }

  TestLimits uncommittedBytesMax(long value) {
    uncommittedBytesMax = value;
    return this;
  }

  TestLimits readsMax(int value) {
    readsMax = value;
    return this;
  }

  TestLimits applyBytesMax(int value) {
    applyBytesMax = value;
    return this;
  }

  TestLimits retainedBytes(long value) {
    retainedBytes = value;
    return this;
  }

  TestLimits retainedBytesMax(long value) {
    retainedBytesMax = value;
    return this;
  }
}
