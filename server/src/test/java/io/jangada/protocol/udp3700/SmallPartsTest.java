package io.jangada.protocol.udp3700;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.jangada.bytes.Bytes;
import io.jangada.bytes.MalformedException;
import io.jangada.codec.Json;
import io.jangada.codec.JsonReader;
import io.jangada.kv.RequestId;
import io.jangada.raft.Membership;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import org.junit.jupiter.api.Test;

/// Ids, pieces, remarks and what is remembered of puts.
class SmallPartsTest {
  private long now;

  // ---- ids ----

  @Test
  void membersAreNumberedInTheOrderOfTheirIdsWhateverTheOrderOfTheArguments() {
    ReplicaIds ids = new ReplicaIds("F29A", List.of("0AA1", "0a00", "0000"));
    assertThat(ids.own()).isEqualTo(3);
    assertThat(ids.id(0)).isEqualTo("0000");
    assertThat(ids.id(2)).isEqualTo("0a00");
    assertThat(ids.id(Membership.NONE)).isEqualTo("FFFF");
    assertThat(ids.member("0AA1")).isEqualTo(1);
    assertThat(ids.member("0aa1")).isEqualTo(Membership.NONE);
    assertThat(ids.membership().voters()).containsExactly(0, 1, 2, 3);
  }

  @Test
  void idsAreFourHexadecimalDigits() {
    for (String good : List.of("0000", "9aFb", "FFFF"))
      assertThat(ReplicaIds.isId(good)).as(good).isTrue();
    for (String bad : List.of("", "000", "00000", "00G0", " 000", "\u0660000"))
      assertThat(ReplicaIds.isId(bad)).as(bad).isFalse();
    List<String> many = new ArrayList<>();
    for (int i = 1; i <= Membership.MEMBERS_MAX; i++) many.add(String.format("%04X", i));
    assertThatThrownBy(() -> new ReplicaIds("0000", many)).hasMessageContaining("at most 64");
  }

  // ---- pieces ----

  private static Json.Obj piece(long of, int at, int count, String data) {
    String base64 = Base64.getEncoder().encodeToString(data.getBytes(StandardCharsets.UTF_8));
    String text =
        String.format("{\"of\":%d,\"at\":%d,\"count\":%d,\"data\":\"%s\"}", of, at, count, base64);
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    return (Json.Obj) new JsonReader().read(bytes, 0, bytes.length);
  }

  @Test
  void piecesMakeAMessageInWhateverOrderAndHoweverOftenTheyCome() {
    Fragments pieces = new Fragments();
    assertThat(pieces.add(1, piece(7, 2, 3, "c"))).isNull();
    assertThat(pieces.add(1, piece(7, 2, 3, "c"))).isNull();
    assertThat(pieces.add(2, piece(7, 1, 3, "x"))).isNull();
    assertThat(pieces.add(1, piece(8, 0, 2, "y"))).isNull();
    assertThat(pieces.add(1, piece(7, 0, 3, "a"))).isNull();
    assertThat(pieces.add(1, piece(7, 1, 3, "b"))).asString().isEqualTo("abc");
  }

  @Test
  void ofEachPeerAFewMessagesAreKept() {
    Fragments pieces = new Fragments();
    for (int of = 0; of <= Fragments.MESSAGES_MAX; of++) pieces.add(1, piece(of, 0, 2, "a"));
    assertThat(pieces.add(1, piece(0, 1, 2, "b"))).isNull();
    assertThat(pieces.add(1, piece(Fragments.MESSAGES_MAX, 1, 2, "b"))).asString().isEqualTo("ab");
  }

  @Test
  void piecesThatMakeNoSenseAreRefused() {
    Fragments pieces = new Fragments();
    pieces.add(1, piece(1, 0, 2, "a"));
    for (Json.Obj bad :
        List.of(
            piece(1, 0, 3, "a"), piece(2, 2, 2, "a"), piece(2, 0, 17, "a"), piece(-1, 0, 2, "")))
      assertThatThrownBy(() -> pieces.add(1, bad)).isInstanceOf(MalformedException.class);
  }

  // ---- remarks ----

  @Test
  void remarksAreFewShortAndPlain() {
    RateLimitedLog remarks = new RateLimitedLog("0001", () -> now);
    remarks.ignored("why\u00e4", "a\n\u00ff\u0000b".getBytes(StandardCharsets.ISO_8859_1));
    assertThat(remarks.poll()).isEqualTo("0001: ignored 5 bytes, why?: a???b");
    remarks.ignored("long", new byte[60_000]);
    assertThat(remarks.poll()).hasSizeLessThan(200).endsWith("...");
    int said = 0;
    for (int i = 0; i < 1_000; i++) {
      remarks.write("again");
      if (remarks.poll() != null) said++;
    }
    assertThat(said).isEqualTo(18);
    now += 1_000_000_000;
    remarks.write("later");
    assertThat(remarks.poll()).startsWith("0001: later (982 ");
  }

  @Test
  void whoDoesNotReadRemarksHoldsNothingUp() {
    RateLimitedLog remarks = new RateLimitedLog("0001", () -> now);
    for (int i = 0; i < 1_000; i++) {
      now += 2_000_000_000;
      remarks.write("again");
    }
    int kept = 0;
    while (remarks.poll() != null) kept++;
    assertThat(kept).isBetween(1, 100);
  }

  // ---- fates ----

  @Test
  void whatBecameOfPutsIsRememberedForAWhile() {
    RecentOutcomes recentOutcomes = new RecentOutcomes();
    assertThat(recentOutcomes.done(id(0))).isTrue();
    assertThat(recentOutcomes.done(id(0))).isFalse();
    recentOutcomes.refused(id(1));
    assertThat(recentOutcomes.of(id(1))).isEqualTo(RecentOutcomes.Fate.REFUSED);
    assertThat(recentOutcomes.done(id(1))).isTrue();
    for (int i = 2; i <= RecentOutcomes.REQUESTS_MAX; i++) recentOutcomes.done(id(i));
    assertThat(recentOutcomes.of(id(0))).isNull();
    assertThat(recentOutcomes.of(id(1))).isEqualTo(RecentOutcomes.Fate.DONE);
  }

  private static RequestId id(int number) {
    return new RequestId.Named(Bytes.utf8("0020"), Bytes.utf8("m" + number));
  }
}
