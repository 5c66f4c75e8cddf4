package io.jangada.protocol.udp3700;

import static io.jangada.protocol.udp3700.Table.get;
import static io.jangada.protocol.udp3700.Table.put;
import static io.jangada.protocol.udp3700.Table.request;
import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/// What replicas say, to clients and to each other, with the clock and the medium in hand.
class DatagramHandlerTest {
  private static String ok(String from, String mid) {
    return reply(from, "0000", "ok", mid) + "}";
  }

  private static String ok(String from, String mid, String value) {
    return reply(from, "0000", "ok", mid) + ",\"value\":\"" + value + "\"}";
  }

  private static String reply(String from, String leader, String type, String mid) {
    return String.format(
        "{\"src\":\"%s\",\"dst\":\"00AB\",\"leader\":\"%s\",\"type\":\"%s\",\"MID\":\"%s\"",
        from, leader, type, mid);
  }

  // ---- the start ----

  @Test
  @DisplayName("peers are not spoken to for 2.3 s; then the lowest id stands at once and leads")
  void quiet() {
    Table table = new Table(Setup.USUAL, "00C1", "0AA1", "F29A");
    table.millis(2_290);
    assertThat(table.sent).isEmpty();
    table.millis(20);
    assertThat(table.leader()).isEqualTo("00C1");
    table.millis(2_000);
    assertThat(table.sent).noneMatch(one -> one.text("rpc").equals("vote") && !one.isFrom("00C1"));
  }

  @Test
  @DisplayName("who is spoken to early answers, and speaks to nobody else")
  void early() {
    Table table = new Table(Setup.USUAL, "0000", "0001", "0002");
    table.give(
        "0002",
        "{\"src\":\"0001\",\"dst\":\"0002\",\"leader\":\"FFFF\",\"type\":\"raft\",\"rpc\":\"vote\","
            + "\"last\":[0,0],\"transfer\":true,\"term\":1,\"time\":0}");
    assertThat(table.sent).hasSize(1).allMatch(one -> one.isTo("0001"));
    table.millis(500);
    assertThat(table.sent).hasSize(1);
  }

  @Test
  @DisplayName("without the lowest id the others elect one, too")
  void withoutTheFirst() {
    Table table = new Table(Setup.USUAL, "0000", "0001", "0002", "0003", "0004");
    table.stop("0000");
    table.millis(3_400);
    assertThat(table.leader()).isNotEqualTo("0000").isNotEqualTo("FFFF");
  }

  @Test
  @DisplayName("what is asked before there is a leader is held, and then served or redirected")
  void held() {
    Table table = new Table(Setup.USUAL, "0000", "0001", "0002");
    assertThat(table.ask(put("0000", "m1", "k", "v"))).isEmpty();
    assertThat(table.ask(get("0001", "m2", "k"))).isEmpty();
    table.millis(2_400);
    assertThat(table.replies("m1")).containsExactly(ok("0000", "m1"));
    assertThat(table.replies("m2")).containsExactly(reply("0001", "0000", "redirect", "m2") + "}");
  }

  @Test
  @DisplayName("all that was held is redirected a few at a time, for bursts get lost")
  void manyHeld() {
    Table table = Table.withLeader();
    table.part("0004");
    table.millis(2_000);
    int requests = 20 * RequestHandler.TURN_REQUESTS_MAX;
    for (int i = 0; i < requests; i++) table.give("0004", get("0004", "m" + i, "k"));
    table.loseNothing();
    table.sent.clear();
    long redirected = 0;
    for (int turn = 0; redirected < requests; turn++) {
      assertThat(turn).as("turns for %d redirects", redirected).isLessThan(200);
      table.millis(1);
      long now = table.sent.stream().filter(one -> one.text("type").equals("redirect")).count();
      assertThat(now - redirected).isBetween(0L, (long) RequestHandler.TURN_REQUESTS_MAX);
      if (now > 0 && now < requests)
        assertThat(table.seat("0004").desk.waitNanos())
            .isLessThanOrEqualTo(RequestHandler.TURN_NANOS);
      redirected = now;
    }
  }

  // ---- requests ----

  @Test
  @DisplayName("put, get, and get of what was never put")
  void requests() {
    Table table = Table.withLeader();
    assertThat(table.ask(put("0000", "m1", "k", "v"))).containsExactly(ok("0000", "m1"));
    assertThat(table.ask(get("0000", "m2", "k"))).containsExactly(ok("0000", "m2", "v"));
    assertThat(table.ask(get("0000", "m3", "other"))).containsExactly(ok("0000", "m3", ""));
    assertThat(table.ask(put("0000", "m4", "", ""))).containsExactly(ok("0000", "m4"));
    assertThat(table.ask(get("0000", "m5", ""))).containsExactly(ok("0000", "m5", ""));
    assertThat(table.ask(put("0002", "m6", "k", "w")))
        .containsExactly(reply("0002", "0000", "redirect", "m6") + "}");
  }

  @Test
  @DisplayName("strings come back exactly, however they were written")
  void strings() {
    Table table = Table.withLeader();
    String odd = "\\ud800 \\u00e4\u00e4\\ud83d\\ude00 \\\" \\\\ \\n\\u0000 \\/";
    table.ask(put("0000", "m1", odd, odd));
    assertThat(table.ask(get("0000", "m2", odd.replace("\\/", "/"))))
        .containsExactly(
            ok("0000", "m2", "\\ud800 \u00e4\u00e4\ud83d\ude00 \\\" \\\\ \\u000a\\u0000 /"));
  }

  @Test
  @DisplayName("blanks, other members and other orders of members do not matter")
  void layout() {
    Table table = Table.withLeader();
    String put =
        " { \"value\" : \"v\", \"x\": [1, {\"y\": null}], \"MID\":\"m1\", \"type\": \"put\","
            + "\"dst\":\"0000\", \"key\": \"k\", \"src\": \"00AB\" }\n";
    assertThat(table.ask(put)).containsExactly(ok("0000", "m1"));
  }

  @Test
  @DisplayName(
      "a get costs nothing while a lease holds, and a put four datagrams of five replicas,"
          + " and one more where no other follows soon")
  void costs() {
    Table table = Table.withLeader();
    table.give(put("0000", "m1", "k", "v"));
    table.settle();
    assertThat(table.charged()).isEqualTo(4);
    table.millis(20);
    assertThat(table.charged()).isEqualTo(5);
    table.give(get("0000", "m2", "k"));
    table.settle();
    assertThat(table.replies("m2")).hasSize(1);
    assertThat(table.charged()).isEqualTo(5);
  }

  @Test
  @DisplayName("requests that come together share their datagrams")
  void sharing() {
    Table table = Table.withLeader();
    for (int i = 0; i < 50; i++)
      table
          .seat("0000")
          .desk
          .receive(put("0000", "m" + i, "k", "v").getBytes(StandardCharsets.UTF_8));
    table.settle();
    assertThat(table.replies("m49")).hasSize(1);
    assertThat(table.charged()).isEqualTo(4);
  }

  @Test
  @DisplayName("replies leave before a peer hears that anything is committed")
  void repliesFirst() {
    Table table = Table.withLeader();
    table.give(put("0000", "m1", "k", "v"));
    table.deliver();
    for (String id : List.of("0001", "0002", "0003", "0004")) table.seat(id).desk.cycle();
    for (int tick = 0; tick < 2; tick++) {
      table.now += 10 * Table.MILLI;
      if (tick == 0) table.seat("0000").desk.cycle();
    }
    table.deliver();
    table.sent.clear();
    table.give(put("0000", "m2", "k", "w"));
    assertThat(table.sent).hasSize(3);
    assertThat(table.sent.getFirst().text("MID")).isEqualTo("m1");
    assertThat(table.sent.getLast().isEntries()).isTrue();
  }

  // ---- copies ----

  @Test
  @DisplayName("a copy of a request that is open gets no reply of its own")
  void copyWhileOpen() {
    Table table = Table.withLeader();
    table.give(put("0000", "m1", "k", "v"));
    table.give(put("0000", "m1", "k", "v"));
    table.settle();
    assertThat(table.replies("m1")).containsExactly(ok("0000", "m1"));
    table.part("0000");
    table.millis(600);
    table.give(get("0000", "m2", "k"));
    table.give(get("0000", "m2", "k"));
    table.loseNothing();
    table.millis(500);
    assertThat(table.replies("m2")).hasSize(1);
  }

  @Test
  @DisplayName("a put that is sent again is answered again and not done again")
  void copyOfDone() {
    Table table = Table.withLeader();
    table.ask(put("0000", "m1", "k", "old"));
    table.ask(put("0000", "m2", "k", "new"));
    table.millis(30);
    long charged = table.charged();
    assertThat(table.ask(put("0000", "m1", "k", "old"))).hasSize(2).containsOnly(ok("0000", "m1"));
    assertThat(table.charged()).isEqualTo(charged);
    assertThat(table.ask(get("0000", "m3", "k"))).containsExactly(ok("0000", "m3", "new"));
  }

  @Test
  @DisplayName("a put that was refused is not done when a copy comes late, whoever leads then")
  void copyOfRefused() {
    Table table = Table.withLeader();
    assertThat(table.ask(put("0001", "m1", "k", "old"))).hasSize(1);
    table.ask(put("0000", "m2", "k", "new"));
    assertThat(table.ask(put("0001", "m1", "k", "old")).getLast())
        .isEqualTo(reply("0001", "0000", "fail", "m1") + "}");
    assertThat(table.ask(get("0000", "m3", "k"))).containsExactly(ok("0000", "m3", "new"));
  }

  @Test
  @DisplayName(
      "a get that was redirected is not answered when a copy comes after a change of leader")
  void copyOfRedirectedGet() {
    Table table = Table.withLeader();
    table.stop("0000");
    table.millis(1_500);
    String leader = table.leader();
    table = Table.withLeader();
    assertThat(table.ask(get(leader, "m1", "k"))).hasSize(1);
    table.stop("0000");
    table.millis(1_500);
    assertThat(table.leader()).isEqualTo(leader);
    assertThat(table.ask(get(leader, "m1", "k")).getLast()).contains("\"type\":\"fail\"");
  }

  @Test
  @DisplayName("two clients may use the same MID")
  void sameMid() {
    Table table = Table.withLeader();
    table.ask(put("0000", "m1", "k", "v"));
    assertThat(table.ask(put("0000", "m1", "k", "w").replace("00AB", "00AC"))).hasSize(2);
    assertThat(table.ask(get("0000", "m3", "k"))).containsExactly(ok("0000", "m3", "w"));
  }

  // ---- leaders that go ----

  @Test
  @DisplayName("a put whose leader ended is answered by the next, which has it in its log")
  void inherited() {
    Table table = Table.withLeader();
    table.lose(one -> one.isTo("0000"));
    assertThat(table.ask(put("0000", "m1", "k", "v"))).isEmpty();
    table.stop("0000");
    table.loseNothing();
    table.millis(1_000);
    String leader = table.leader();
    assertThat(leader).isNotEqualTo("0000");
    assertThat(table.replies("m1")).containsExactly(reply(leader, leader, "ok", "m1") + "}");
    assertThat(table.ask(get(leader, "m2", "k")))
        .containsExactly(reply(leader, leader, "ok", "m2") + ",\"value\":\"v\"}");
  }

  @Test
  @DisplayName("a leader that lost the lead is silent about what its successor answered")
  void deposedIsSilent() {
    Table table = Table.withLeader();
    table.lose(one -> one.isTo("0000"));
    table.ask(put("0000", "m1", "k", "v"));
    table.part("0000");
    table.millis(1_000);
    table.loseNothing();
    table.millis(1_000);
    assertThat(table.replies("m1")).singleElement().asString().doesNotContain("\"src\":\"0000\"");
  }

  @Test
  @DisplayName("a put that was only in a deposed leader's log is redirected once that is certain")
  void cut() {
    Table table = Table.withLeader();
    table.part("0000");
    assertThat(table.ask(put("0000", "m1", "k", "v"))).isEmpty();
    table.millis(3_000);
    assertThat(table.replies("m1")).isEmpty();
    String leader = table.leader();
    table.loseNothing();
    table.millis(1_000);
    assertThat(table.replies("m1")).containsExactly(reply("0000", leader, "redirect", "m1") + "}");
    assertThat(table.ask(get(leader, "m2", "k")).getFirst()).contains("\"value\":\"\"");
  }

  @Test
  @DisplayName("… unless a copy of it was done elsewhere: then it had its reply")
  void cutButDone() {
    Table table = Table.withLeader();
    table.part("0000");
    table.ask(put("0000", "m1", "k", "v"));
    table.millis(1_500);
    String leader = table.leader();
    assertThat(table.ask(put(leader, "m1", "k", "v"))).hasSize(1);
    table.loseNothing();
    table.millis(1_000);
    assertThat(table.replies("m1")).containsExactly(reply(leader, leader, "ok", "m1") + "}");
  }

  @Test
  @DisplayName("a leader that is cut off answers no get from its own memory once its lease is over")
  void leaseEnds() {
    Table table = Table.withLeader();
    table.ask(put("0000", "m1", "k", "old"));
    table.part("0000", "0001");
    table.millis(550);
    assertThat(table.ask(get("0000", "m2", "k"))).isEmpty();
    table.millis(500);
    String leader = table.leader();
    assertThat(leader).isNotIn("0000", "0001", "FFFF");
    assertThat(table.ask(put(leader, "m3", "k", "new"))).hasSize(1);
    table.millis(3_000);
    assertThat(table.replies("m2")).isEmpty();
    table.loseNothing();
    table.millis(1_000);
    assertThat(table.replies("m2")).containsExactly(reply("0000", leader, "redirect", "m2") + "}");
  }

  @Test
  @DisplayName("nobody can lead while a lease of another's holds")
  void noLeaderWithinALease() {
    Table table = Table.withLeader();
    table.ask(put("0000", "m1", "k", "v"));
    table.part("0000");
    for (int millis = 0; millis < 520; millis += 10) {
      assertThat(table.leader()).isIn("0000", "FFFF");
      table.millis(10);
    }
  }

  @Test
  @DisplayName("a client that names a leader who may be gone is not sent to it again")
  void leaderMayBeGone() {
    Table table = Table.withLeader();
    table.stop("0000");
    String rest = "\"type\":\"put\",\"key\":\"k\",\"value\":\"v\"";
    assertThat(table.ask(request("0001", "0000", "m1", rest))).isEmpty();
    assertThat(table.ask(request("0001", "FFFF", "m2", rest))).hasSize(1);
    table.millis(1_000);
    assertThat(table.replies("m1")).hasSize(1);
    assertThat(table.replies("m1").getFirst()).contains("\"leader\":\"" + table.leader() + "\"");
  }

  @Test
  @DisplayName("where that leader is still there, its next sign sends the client to it after all")
  void leaderIsThere() {
    Table table = Table.withLeader();
    assertThat(table.ask(request("0001", "0000", "m1", "\"type\":\"get\",\"key\":\"k\"")))
        .isEmpty();
    table.millis(400);
    assertThat(table.replies("m1")).containsExactly(reply("0001", "0000", "redirect", "m1") + "}");
  }

  @Test
  @DisplayName("who has seen a later term calls nobody of an earlier one the leader")
  void leaderNamed() {
    Table table = Table.withLeader();
    table.part("0000");
    table.millis(3_000);
    table.sent.clear();
    table.loseNothing();
    table.millis(1_000);
    assertThat(table.sent)
        .noneMatch(one -> one.text("leader").equals("0000") && !one.isFrom("0000"));
  }

  // ---- what is long, and what makes no sense ----

  @Test
  @DisplayName("the longest put there is goes to the others in pieces, some of which get lost")
  void longest() {
    Table table = Table.withLeader();
    String value = "x".repeat(64_990);
    int[] pieces = {0};
    table.lose(one -> one.text("type").equals("piece") && ++pieces[0] % 3 == 0);
    table.ask(put("0000", "m1", "k", value));
    table.millis(2_000);
    assertThat(table.replies("m1")).containsExactly(ok("0000", "m1"));
    assertThat(pieces[0]).isGreaterThan(3);
    table.stop("0000");
    table.loseNothing();
    table.millis(1_500);
    String leader = table.leader();
    assertThat(table.ask(get(leader, "m2", "k")).getFirst()).contains(value);
  }

  @Test
  @DisplayName("what is longer than could be answered is ignored, and said")
  void tooLong() {
    Table table = Table.withLeader();
    assertThat(table.ask(put("0000", "m1", "k", "x".repeat(65_000)))).isEmpty();
    assertThat(table.seat("0000").remark()).contains("65005");
    assertThat(table.ask(get("0000", "m".repeat(63), "k"))).isEmpty();
    assertThat(table.seat("0000").remark()).contains("a MID of 65 bytes");
    assertThat(table.ask(get("0000", "m".repeat(62), "k"))).hasSize(1);
  }

  @Test
  @DisplayName("a replica that was away for long gets the state in pieces, too")
  void snapshot() {
    Table table = Table.withLeader();
    table.part("0004");
    String value = "x".repeat(60_000);
    for (int i = 0; i < 400; i++) {
      table.ask(put("0000", "m" + i, "k" + i % 5, value + i));
      table.millis(80);
      assertThat(table.replies("m" + i)).hasSize(1);
      table.sent.clear();
    }
    table.loseNothing();
    table.millis(3_000);
    assertThat(table.sent).anyMatch(one -> one.isTo("0004") && one.text("type").equals("piece"));
    assertThat(table.sent)
        .anyMatch(one -> one.isFrom("0004") && one.text("rpc").equals("installed"));
    table.stop("0000");
    table.stop("0001");
    table.millis(3_000);
    String leader = table.leader();
    assertThat(table.ask(put(leader, "last", "k", "v"))).hasSize(1);
  }

  @Test
  @DisplayName("no bytes whatever stop a replica or change what it says")
  void garbage() {
    long seed = System.nanoTime();
    System.out.println("garbage seed " + seed);
    Random random = new Random(seed);
    List<String> ids = List.of("0000", "0001", "0002", "0003", "0004");
    Table table = Table.withLeader();
    for (int i = 0; i < 2_000; i++) {
      String id = ids.get(random.nextInt(5));
      table.give(id, Garbage.bytes(id, ids, random));
      if (i % 100 == 0) table.millis(10);
    }
    assertThat(table.seat("0001").remark()).startsWith("0001: ignored ");
    assertThat(table.sent).noneMatch(Table.Datagram::isReply);
    assertThat(table.leader()).isEqualTo("0000");
    assertThat(table.ask(put("0000", "m1", "k", "v"))).containsExactly(ok("0000", "m1"));
  }

  @Test
  @DisplayName("every datagram cut short anywhere is ignored")
  void truncated() {
    Table table = Table.withLeader();
    table.ask(put("0000", "m1", "k", "v"));
    table.millis(400);
    for (Table.Datagram one : List.copyOf(table.sent)) {
      if (one.isReply()) continue;
      for (int length = 0; length < one.raw().length; length++)
        table.seat(one.text("dst")).desk.receive(java.util.Arrays.copyOf(one.raw(), length));
    }
    table.millis(1_000);
    assertThat(table.leader()).isEqualTo("0000");
  }

  @Test
  @DisplayName("datagrams that come again, and in another order, change nothing")
  void repeated() {
    Table table = Table.withLeader();
    Random random = new Random(1);
    for (int i = 0; i < 30; i++) {
      assertThat(table.ask(put("0000", "m" + i, "k", "v" + i))).hasSize(1);
      table.millis(20);
      List<Table.Datagram> sent = List.copyOf(table.sent);
      for (int again = 0; again < 20; again++) {
        Table.Datagram one = sent.get(random.nextInt(sent.size()));
        if (!one.isReply()) table.give(one.text("dst"), one.raw());
      }
    }
    assertThat(table.leader()).isEqualTo("0000");
    assertThat(table.ask(get("0000", "last", "k"))).containsExactly(ok("0000", "last", "v29"));
  }
}
