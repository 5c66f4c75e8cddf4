package io.jangada.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.jangada.bytes.Bytes;
import io.jangada.node.PeerMessage;
import io.jangada.raft.EntryId;
import io.jangada.raft.Membership;
import io.jangada.raft.Message;
import io.jangada.raft.SnapshotMeta;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/// Chunks of snapshots, a thousand bytes a millisecond.
class SnapshotThrottleTest {
  private static final long MILLI = 1_000_000;
  private static final SnapshotMeta META =
      new SnapshotMeta(new EntryId(9, 1), Membership.of(0, 1, 2), 100, 1 << 20, 0);

  private final List<PeerMessage> sent = new ArrayList<>();
  private final TreeMap<Long, Runnable> timers = new TreeMap<>();
  private long now;
  private final SnapshotThrottle throttle =
      new SnapshotThrottle(
          sent::add, 1_000_000, () -> now, (nanos, task) -> timers.put(now + nanos, task));

  private static PeerMessage chunk(int to, int number) {
    int payload = 10_000 - (int) message(to, number, 0).sizeBytes();
    return message(to, number, payload);
  }

  private static PeerMessage message(int to, int number, int bytes) {
    Bytes data = Bytes.wrap(new byte[bytes]);
    return new PeerMessage.Raft(new Message.InstallSnapshot(0, to, 1, META, number, data), 0);
  }

  private void passMillis(long millis) {
    long until = now + millis * MILLI;
    while (!timers.isEmpty() && timers.firstKey() <= until) {
      now = timers.firstKey();
      timers.pollFirstEntry().getValue().run();
    }
    now = until;
  }

  @Test
  void aChunkGoesWhenTheLastIsPaidFor() {
    throttle.send(chunk(1, 0));
    throttle.send(chunk(1, 1));
    assertThat(sent).containsExactly(chunk(1, 0));
    passMillis(9);
    assertThat(sent).hasSize(1);
    passMillis(1);
    assertThat(sent).containsExactly(chunk(1, 0), chunk(1, 1));
    passMillis(1_000);
    throttle.send(chunk(1, 2));
    assertThat(sent).hasSize(3);
  }

  @Test
  void allPeersShare() {
    for (int number = 0; number < 50; number++) {
      throttle.send(chunk(1, number));
      throttle.send(chunk(2, number));
      passMillis(20);
    }
    assertThat(sent).hasSize(100);
    throttle.send(chunk(1, 50));
    throttle.send(chunk(2, 50));
    throttle.send(chunk(3, 50));
    passMillis(10);
    assertThat(sent).hasSize(102);
  }

  @Test
  void aChunkThatIsSentAgainMeanwhileGoesOnce() {
    throttle.send(chunk(1, 0));
    for (int again = 0; again < 5; again++) throttle.send(chunk(1, 1));
    throttle.send(chunk(1, 2));
    passMillis(1_000);
    assertThat(sent).containsExactly(chunk(1, 0), chunk(1, 2));
  }

  @Test
  void everythingElseGoesAtOnce() {
    throttle.send(chunk(1, 0));
    throttle.send(chunk(1, 1));
    PeerMessage vote = new PeerMessage.Raft(new Message.TimeoutNow(0, 1, 1), 0);
    throttle.send(vote);
    assertThat(sent).containsExactly(chunk(1, 0), vote);
  }
}
