package io.jangada.kv;

import static io.jangada.kv.Scribe.ALWAYS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.jangada.bytes.Bytes;
import io.jangada.bytes.MalformedException;
import java.util.List;
import org.junit.jupiter.api.Test;

class TimeToLiveTest {
  /// The most seconds that milliseconds of 64 bits hold.
  private static final long IN_MILLIS_MAX = 9_223_372_036_854_775L;

  private static final long[] SECONDS = {
    0, 1, IN_MILLIS_MAX - 1, IN_MILLIS_MAX, IN_MILLIS_MAX + 1, Long.MAX_VALUE - 1, Long.MAX_VALUE
  };

  @Test
  void allSecondsComeBackAsTheyWereAndOnlyTheLongestAreNotMilliseconds() {
    for (long seconds : SECONDS) {
      long ttl = TimeToLive.ofSeconds(seconds);
      assertThat(TimeToLive.isValid(ttl)).isTrue();
      assertThat(TimeToLive.seconds(ttl)).isEqualTo(seconds);
      assertThat(ttl).isEqualTo(seconds <= IN_MILLIS_MAX ? 1_000 * seconds : -seconds);
    }
    assertThat(TimeToLive.seconds(1_999)).isEqualTo(1);
  }

  @Test
  void secondsThatMillisecondsHoldAreRefused() {
    Bytes good = CommandCodec.encode(new Operation.Write(Bytes.EMPTY, Bytes.EMPTY, 0, ALWAYS));
    for (long ttl : new long[] {-1, -IN_MILLIS_MAX, Long.MIN_VALUE}) {
      assertThatThrownBy(() -> new Operation.Write(Bytes.EMPTY, Bytes.EMPTY, ttl, ALWAYS))
          .isInstanceOf(IllegalArgumentException.class);
      byte[] bad = good.toArray();
      for (int i = 0; i < 8; i++) bad[bad.length - 2 - i] = (byte) (ttl >>> 8 * i);
      assertThatThrownBy(() -> CommandCodec.decodeOperation(Bytes.wrap(bad)))
          .isInstanceOf(MalformedException.class)
          .hasMessageContaining("time to live " + ttl);
    }
  }

  @Test
  void theLongestTimesGoThroughASnapshotAndNeverEnd() {
    Scribe scribe = new Scribe();
    scribe.now = 1_000;
    for (long seconds : SECONDS)
      scribe.write("k" + seconds, "v", TimeToLive.ofSeconds(seconds), ALWAYS);
    List<Bytes> chunks = Scribe.chunksOf(scribe.store.snapshot());
    scribe.store = Scribe.restored(KvLimits.DEFAULT, chunks);
    for (long seconds : SECONDS) {
      Result.Found found = (Result.Found) scribe.get("k" + seconds);
      assertThat(TimeToLive.seconds(found.ttl())).isEqualTo(seconds);
    }
    assertThat(Scribe.chunksOf(scribe.store.snapshot())).isEqualTo(chunks);
    scribe.now = Envelope.CLUSTER_TIME_MILLIS_MAX;
    assertThat(scribe.expire()).isEqualTo(new Result.Expired(1));
    assertThat(scribe.store.size()).isEqualTo(SECONDS.length - 1);
  }
}
