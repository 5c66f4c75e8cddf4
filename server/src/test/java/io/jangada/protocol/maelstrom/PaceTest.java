package io.jangada.protocol.maelstrom;

import static org.assertj.core.api.Assertions.assertThat;

import io.jangada.codec.Json;
import io.jangada.codec.JsonReader;
import java.io.ByteArrayOutputStream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.ObjectWriteContext;
import tools.jackson.core.json.JsonFactory;

class PaceTest {
  private static final long MILLI = 1_000_000;
  private static final long SECOND = 1_000 * MILLI;

  private long now = 5 * SECOND;
  private final RoundTrips trips = new RoundTrips();
  private final Pace pace = new Pace(() -> now, trips);

  private static Json.Obj message(RoundTrips from, int to, long nanos) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try (JsonGenerator json = new JsonFactory().createGenerator(ObjectWriteContext.empty(), out)) {
      json.writeStartObject();
      from.write(json, to, nanos);
      json.writeEndObject();
    }
    return (Json.Obj) new JsonReader().read(out.toByteArray(), 0, out.size());
  }

  /// A message goes to node 1, whose clock is another, and one comes back after it lay there.
  private void exchange(RoundTrips other, long oneWayNanos, long lainNanos) {
    long apart = 77 * SECOND;
    Json.Obj there = message(trips, 1, now);
    now += oneWayNanos;
    other.read(there, 0, now + apart);
    now += lainNanos;
    Json.Obj back = message(other, 0, now + apart);
    now += oneWayNanos;
    trips.read(back, 1, now);
  }

  private void network(long oneWayNanos) {
    RoundTrips other = new RoundTrips();
    for (int i = 0; i < 40; i++) exchange(other, oneWayNanos, 0);
  }

  private long paceOf(long nanos) {
    long before = pace.nanos();
    now += nanos;
    return pace.nanos() - before;
  }

  @Test
  @DisplayName(
      "both learn how long the way is, whatever their clocks show and however late they say")
  void roundTrips() {
    RoundTrips other = new RoundTrips();
    assertThat(trips.medianMicros()).isEqualTo(RoundTrips.ASSUMED_MICROS);
    assertThat(trips.provenMicros()).isZero();
    exchange(other, 30 * MILLI, 400 * MILLI);
    assertThat(trips.medianMicros()).isEqualTo(60_000);
    exchange(other, 30 * MILLI, 7 * MILLI);
    assertThat(other.medianMicros()).isEqualTo(60_000);
    exchange(other, 500 * MILLI, 0);
    assertThat(trips.provenMicros()).as("little is known").isEqualTo(60_000);
    network(500 * MILLI);
    assertThat(trips.provenMicros()).isEqualTo(1_000_000);
  }

  @Test
  @DisplayName("what says nothing of times, or nonsense, changes nothing")
  void nonsense() {
    network(50 * MILLI);
    for (String text : new String[] {"{}", "{\"sent\":5}", "{\"sent\":5,\"echo\":-9000000000000}"})
      trips.read((Json.Obj) new JsonReader().read(text.getBytes(), 0, text.length()), 1, now);
    assertThat(trips.medianMicros()).isEqualTo(100_000);
  }

  @Test
  @DisplayName("time goes as it does in a fast network, and slower in a slow one")
  void network() {
    network(MILLI);
    pace.busy(false);
    assertThat(paceOf(SECOND)).isBetween(SECOND - MILLI, SECOND + MILLI);
    network(500 * MILLI);
    pace.busy(false);
    pace.nanos();
    assertThat(paceOf(SECOND)).isBetween(179 * MILLI, 181 * MILLI);
    assertThat(pace.realNanosUntil(pace.nanos() + 18 * MILLI)).isBetween(100 * MILLI, 101 * MILLI);
  }

  @Test
  @DisplayName("where nothing is asked time goes slowly, at a leader later than at others")
  void idle() {
    network(MILLI);
    pace.busy(false);
    now += Pace.LEADER_BUSY_NANOS;
    pace.nanos();
    assertThat(paceOf(SECOND)).isBetween(199 * MILLI, 201 * MILLI);
    pace.busy(true);
    now += Pace.FOLLOWER_BUSY_NANOS;
    pace.nanos();
    assertThat(paceOf(SECOND)).isBetween(SECOND - MILLI, SECOND + MILLI);
    now += Pace.LEADER_BUSY_NANOS;
    pace.nanos();
    assertThat(paceOf(SECOND)).isBetween(199 * MILLI, 201 * MILLI);
  }
}
