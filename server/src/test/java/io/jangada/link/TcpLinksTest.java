package io.jangada.link;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.jangada.bytes.Bytes;
import io.jangada.node.PeerMessage;
import io.jangada.raft.Entry;
import io.jangada.raft.EntryId;
import io.jangada.raft.Message;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/// Links between members that know each other.
class TcpLinksTest {
  private final Ends ends = new Ends();

  @AfterEach
  void closeAll() {
    ends.close();
  }

  private static PeerMessage entries(int from, int to, int bytes) {
    Entry entry = new Entry(1, 1, Entry.Kind.COMMAND, Bytes.wrap(new byte[bytes]));
    return new PeerMessage.Raft(
        new Message.AppendEntries(from, to, 1, EntryId.ZERO, List.of(entry), 0, 0), 0);
  }

  @Test
  void messages_arrive_in_their_order_both_ways() throws Exception {
    Ends.End one = ends.open(1);
    Ends.End two = ends.open(2);
    for (int term = 1; term <= 1_000; term++) {
      one.send(2, term);
      two.send(1, term);
    }
    for (int term = 1; term <= 1_000; term++) {
      assertThat(two.nextTerm()).isEqualTo(term);
      assertThat(one.nextTerm()).isEqualTo(term);
    }
    LinkStats stats = one.stats(2);
    assertThat(stats.sent().messages()).isEqualTo(1_000);
    assertThat(stats.received().messages()).isEqualTo(1_000);
    assertThat(stats.sent().dropped()).isZero();
    assertThat(stats.attempts().connects()).isEqualTo(1);
    assertThat(stats.received().accepted()).isTrue();
    assertThat(stats.now().connectedMillis()).isNotNegative();
    assertThat(stats.sent().bytes()).isEqualTo(two.stats(1).received().bytes());
  }

  @Test
  void both_ends_tell_of_a_connection() throws Exception {
    Ends.End one = ends.open(1);
    Ends.End two = ends.open(2);
    one.send(2, 1);
    assertThat(one.nextEvent())
        .isEqualTo(new LinkEvent.Connected(2, AddressText.text(two.links.address())));
    assertThat(two.nextEvent()).isEqualTo(new LinkEvent.Accepted(1, "127.0.0.1"));
    assertThat(two.nextTerm()).isEqualTo(1);
    two.links.close();
    assertThat(one.next(LinkEvent.Lost.class).peer()).isEqualTo(2);
    assertThat(one.stats(2).now().connectedMillis()).isEqualTo(-1);
    assertThat(one.stats(2).attempts().losses()).isEqualTo(1);
  }

  @Test
  void a_peer_that_comes_back_is_found_again_wherever_it_listens_then() throws Exception {
    Ends.End one = ends.open(1);
    for (int life = 0; life < 3; life++) {
      Ends.End two = ends.open(2);
      assertThat(Ends.isReached(one, two)).isTrue();
      two.links.close();
    }
  }

  /// Whoever follows it stands at once instead of waiting for a timeout.
  @Test
  void a_peer_whose_connection_ends_is_gone() throws Exception {
    Ends.End one = ends.open(1);
    Ends.End two = ends.open(2);
    assertThat(Ends.isReached(two, one)).isTrue();
    assertThat(one.gone).isEmpty();
    two.links.close();
    assertThat(one.gone.poll(Ends.BOUND_SECONDS, TimeUnit.SECONDS)).isEqualTo(2);
  }

  @Test
  void an_absent_peer_is_told_of_once_and_costs_the_others_nothing() throws Exception {
    Ends.End one = ends.open(1);
    Ends.End two = ends.open(2);
    Ends.End gone = ends.open(3);
    gone.links.close();
    assertThat(Ends.isReached(one, two)).isTrue();
    one.events.clear();
    for (int term = 2;
        one.links.stats().size() < 2 || one.stats(3).attempts().failures() < 5;
        term++) {
      one.send(3, term);
      one.send(2, term);
      assertThat(two.hears(term)).isTrue();
    }
    LinkEvent.Unreachable unreachable = one.next(LinkEvent.Unreachable.class);
    assertThat(unreachable.peer()).isEqualTo(3);
    assertThat(unreachable.reason()).contains(AddressText.text(ends.addresses.get(3)));
    assertThat(one.events).isEmpty();
  }

  @Test
  void a_peer_that_is_away_is_left_alone_for_a_while_and_tried_at_once_when_it_shows_up()
      throws Exception {
    LinkSettings.Times patient = new LinkSettings.Times(10_000, 600_000, 600_000, 10_000);
    Ends.End one = ends.open(ends.settings(1).withTimes(patient));
    ends.addresses.put(1, one.links.address());
    Ends.End two = ends.open(2);
    two.links.close();
    one.send(2, 1);
    assertThat(one.next(LinkEvent.Unreachable.class).peer()).isEqualTo(2);
    long before = one.stats(2).sent().dropped();
    for (int i = 0; i < 100; i++) one.send(2, i);
    assertThat(one.stats(2).sent().dropped()).isEqualTo(before + 100);
    assertThat(one.stats(2).attempts().failures()).isEqualTo(1);
    Ends.End again = ends.open(2);
    again.send(1, 7);
    assertThat(one.hears(7)).isTrue();
    one.send(2, 8);
    assertThat(again.hears(8)).isTrue();
  }

  @Test
  void a_peer_without_an_address_is_told_of() throws Exception {
    Ends.End one = ends.open(1);
    one.send(9, 1);
    assertThat(one.next(LinkEvent.Unreachable.class).peer()).isEqualTo(9);
  }

  @Test
  void names_are_looked_up() throws Exception {
    Ends.End one = ends.open(1);
    Ends.End two = ends.open(2);
    int port = two.links.address().getPort();
    ends.addresses.put(2, InetSocketAddress.createUnresolved("localhost", port));
    assertThat(Ends.isReached(one, two)).isTrue();
  }

  @Test
  void a_peer_that_was_never_heard_of_is_answered_where_it_says_that_it_listens() throws Exception {
    Ends.End known = ends.open(1);
    Ends.End stranger = ends.open(ends.settings(7));
    assertThat(Ends.isReached(stranger, known)).isTrue();
    assertThat(Ends.isReached(known, stranger)).isTrue();
  }

  @Test
  void a_peer_that_is_cut_off_hears_nothing_and_is_not_heard() throws Exception {
    Ends.End one = ends.open(1);
    Ends.End two = ends.open(2);
    Ends.End three = ends.open(3);
    assertThat(Ends.isReached(one, two)).isTrue();
    assertThat(Ends.isReached(two, one)).isTrue();
    one.links.block(2, true);
    one.send(2, 7);
    two.send(1, 7);
    two.send(3, 8);
    assertThat(three.hears(8)).isTrue();
    three.send(1, 9);
    three.send(2, 9);
    assertThat(one.heardUntil(9)).contains(9L).doesNotContain(7L);
    assertThat(two.heardUntil(9)).contains(9L).doesNotContain(7L);
    one.links.block(2, false);
    assertThat(Ends.isReached(one, two)).isTrue();
    assertThat(Ends.isReached(two, one)).isTrue();
  }

  @Test
  void a_message_of_many_megabytes_arrives() throws Exception {
    LinkSettings.Limits large = new LinkSettings.Limits(33 << 20, 1 << 20);
    Ends.End one = ends.open(ends.settings(1).withLimits(large));
    Ends.End two = ends.open(ends.settings(2).withLimits(large));
    ends.addresses.put(2, two.links.address());
    PeerMessage message = entries(1, 2, 32 << 20);
    one.links.send(message);
    assertThat(two.received.poll(Ends.BOUND_SECONDS, TimeUnit.SECONDS)).isEqualTo(message);
  }

  @Test
  void a_message_that_no_peer_would_take_is_told_of_and_harms_no_other() throws Exception {
    Ends.End one = ends.open(ends.settings(1).withLimits(new LinkSettings.Limits(1_024, 1 << 20)));
    Ends.End two = ends.open(2);
    assertThat(Ends.isReached(one, two)).isTrue();
    one.events.clear();
    one.links.send(entries(1, 2, 1_025));
    one.send(2, 2);
    assertThat(two.hears(2)).isTrue();
    LinkEvent.Unsendable unsendable = one.next(LinkEvent.Unsendable.class);
    assertThat(unsendable.peer()).isEqualTo(2);
    assertThat(unsendable.reason()).contains("1024");
    assertThat(one.stats(2).now().queueBytes()).isZero();
  }

  @Test
  void a_port_is_free_as_soon_as_it_is_closed_and_not_before() throws Exception {
    Ends.End one = ends.open(1);
    Ends.End two = ends.open(2);
    assertThat(Ends.isReached(two, one)).isTrue();
    InetSocketAddress address = one.links.address();
    LinkSettings same = LinkSettings.of(Ends.CLUSTER, 1, address, ends.loops);
    assertThatThrownBy(() -> ends.open(same))
        .isInstanceOf(IOException.class)
        .hasMessageContainingAll(AddressText.text(address), "in use");
    one.links.close();
    assertThat(Ends.isReached(two, ends.open(same))).isTrue();
  }
}
