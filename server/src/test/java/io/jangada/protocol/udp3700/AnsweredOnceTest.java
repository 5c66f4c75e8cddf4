package io.jangada.protocol.udp3700;

import static io.jangada.protocol.udp3700.Table.get;
import static io.jangada.protocol.udp3700.Table.put;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/// How the next leader knows what an earlier one answered.
class AnsweredOnceTest {
  @Test
  @DisplayName("a put that was answered is not answered again by the next leader, whoever that is")
  void answeredOnce() {
    for (String absent : List.of("FFFF", "0001", "0002", "0003", "0004")) {
      Table table = Table.withLeader();
      for (int i = 0; i < 3; i++) {
        table.ask(put("0000", "m" + i, "k", "v"));
        table.millis(60);
      }
      table.stop("0000");
      table.lose(one -> one.isFrom(absent) && one.text("rpc").equals("vote"));
      table.millis(1_500);
      String leader = table.leader();
      assertThat(leader).isNotIn("0000", "FFFF", absent);
      assertThat(table.ask(get(leader, "m9", "k"))).hasSize(1);
      for (int i = 0; i < 3; i++) assertThat(table.replies("m" + i)).hasSize(1);
    }
  }

  @Test
  @DisplayName("… unless that one ended before any other could hear of it")
  void answeredTwice() {
    Table table = Table.withLeader();
    table.give(put("0000", "m1", "k", "v"));
    table.settle();
    assertThat(table.replies("m1")).hasSize(1);
    table.stop("0000");
    table.millis(1_500);
    assertThat(table.replies("m1")).hasSize(2);
  }

  @Test
  @DisplayName("that a put is committed costs no datagram where the next put says it")
  void noticeOnlyWhenQuiet() {
    Table table = Table.withLeader();
    for (int i = 0; i < 20; i++) {
      table.give(put("0000", "m" + i, "k", "v"));
      table.millis(10);
    }
    assertThat(table.sent).noneMatch(one -> one.text("rpc").equals("told"));
    table.millis(100);
    assertThat(table.sent.stream().filter(one -> one.text("rpc").equals("told"))).hasSize(1);
  }
}
