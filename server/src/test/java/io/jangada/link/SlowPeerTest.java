package io.jangada.link;

import static org.assertj.core.api.Assertions.assertThat;

import io.jangada.bytes.Bytes;
import io.jangada.node.PeerMessage;
import io.jangada.raft.Entry;
import io.jangada.raft.EntryId;
import io.jangada.raft.Membership;
import io.jangada.raft.Message;
import io.jangada.raft.SnapshotMeta;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.io.DataInputStream;
import java.io.IOException;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/// A peer that takes nothing, as one that was stopped or whose machine is gone, and what waits for
/// it.
class SlowPeerTest {
  private static final int SLOW = 3;
  private static final int ENTRY_BYTES = 256 << 10;
  private static final long QUEUE_BYTES = 512 << 10;

  private final Ends ends = new Ends();

  @AfterEach
  void closeAll() {
    ends.close();
  }

  private static PeerMessage entries(long term) {
    Entry entry = new Entry(1, 1, Entry.Kind.COMMAND, Bytes.wrap(new byte[ENTRY_BYTES]));
    return new PeerMessage.Raft(
        new Message.AppendEntries(1, SLOW, term, EntryId.ZERO, List.of(entry), 0, 0), 0);
  }

  private static PeerMessage chunk(int number) {
    SnapshotMeta meta = new SnapshotMeta(new EntryId(5, 1), Membership.of(1, SLOW), 9, 99, 7);
    Bytes data = Bytes.wrap(new byte[ENTRY_BYTES]);
    return new PeerMessage.Raft(new Message.InstallSnapshot(1, SLOW, 1, meta, number, data), 0);
  }

  /// Bids welcome whoever connects, and reads no further.
  private static Socket welcomed(ServerSocket server) throws IOException {
    Socket socket = server.accept();
    DataInputStream in = new DataInputStream(socket.getInputStream());
    in.readFully(new byte[Handshake.PREAMBLE_BYTES]);
    in.readFully(new byte[in.readInt() + 4]);
    ByteBuf out = Unpooled.buffer();
    Handshake.write(out, new Handshake.Verdict(true, Ends.IDENTITY, SLOW, ""), Handshake.VERSION);
    out.readBytes(socket.getOutputStream(), out.readableBytes());
    return socket;
  }

  @Test
  void a_peer_that_takes_nothing_costs_bounded_memory_and_nothing_to_the_rest() throws Exception {
    LinkSettings.Limits limits = new LinkSettings.Limits(ENTRY_BYTES + 1_024, QUEUE_BYTES);
    LinkSettings.Times times = new LinkSettings.Times(10_000, 1, 4, 1_500);
    Ends.End one = ends.open(ends.settings(1).withLimits(limits).withTimes(times));
    Ends.End two = ends.open(2);
    try (ServerSocket server = new ServerSocket(0, 8, Ends.loopback(0).getAddress())) {
      ends.addresses.put(SLOW, Ends.loopback(server.getLocalPort()));
      one.send(SLOW, 1);
      try (Socket socket = welcomed(server)) {
        assertThat(one.next(LinkEvent.Connected.class).peer()).isEqualTo(3);
        long most = 0;
        long term = 1;
        for (; one.stats(SLOW).sent().dropped() == 0; term++) {
          one.links.send(entries(term));
          one.send(2, term);
          assertThat(two.hears(term)).isTrue();
          most = Math.max(most, one.stats(SLOW).now().queueBytes());
        }
        assertThat(most).isBetween(QUEUE_BYTES, QUEUE_BYTES + 2 * ENTRY_BYTES);
        assertThat(term).as("what systems keep for a connection").isLessThan(500);
        LinkStats stats = one.stats(SLOW);
        assertThat(stats.sent().messages() + stats.sent().dropped())
            .as("what waits is with the socket, and counts until it is gone")
            .isEqualTo(term);
        assertThat(one.next(LinkEvent.Connected.class).peer()).isEqualTo(2);
        assertThat(one.next(LinkEvent.Lost.class).peer()).isEqualTo(3);
        assertThat(one.stats(SLOW).now().queueBytes()).isZero();
        assertThat(socket.isConnected()).isTrue();
      }
    }
  }

  @Test
  void only_the_last_chunk_waits_and_it_waits_behind_everything_else() {
    SendQueue queue = new SendQueue(10 * ENTRY_BYTES);
    assertThat(queue.offer(chunk(1))).isTrue();
    assertThat(queue.offer(entries(1))).isTrue();
    assertThat(queue.offer(chunk(2))).isTrue();
    assertThat(queue.offer(entries(2))).isTrue();
    assertThat(queue.dropped()).isEqualTo(1);
    for (PeerMessage next : List.of(entries(1), entries(2), chunk(2))) {
      assertThat(queue.peek()).isEqualTo(next);
      assertThat(queue.removeHead(queue.peek())).isTrue();
      queue.sent(next.sizeBytes());
    }
    assertThat(queue.isEmpty()).isTrue();
    assertThat(queue.bytes()).isZero();
  }

  @Test
  void a_chunk_that_was_overtaken_while_it_was_looked_at_is_not_sent() {
    SendQueue queue = new SendQueue(10 * ENTRY_BYTES);
    assertThat(queue.offer(chunk(1))).isTrue();
    PeerMessage first = queue.peek();
    assertThat(queue.offer(chunk(2))).isTrue();
    assertThat(queue.removeHead(first)).isFalse();
    assertThat(queue.peek()).isEqualTo(chunk(2));
  }

  @Test
  void the_last_message_taken_may_go_beyond_the_limit_and_what_is_dropped_counts_no_more() {
    SendQueue queue = new SendQueue(2 * ENTRY_BYTES);
    assertThat(queue.offer(entries(1))).isTrue();
    assertThat(queue.offer(entries(2))).isTrue();
    assertThat(queue.offer(entries(3))).isFalse();
    assertThat(queue.bytes()).isEqualTo(entries(1).sizeBytes() + entries(2).sizeBytes());
    assertThat(queue.removeHead(queue.peek())).isTrue();
    assertThat(queue.offer(entries(3))).as("what was taken out is not sent yet").isFalse();
    queue.sent(entries(1).sizeBytes());
    assertThat(queue.offer(entries(3))).isTrue();
    queue.dropAll();
    assertThat(queue.bytes()).isZero();
    assertThat(queue.dropped()).isEqualTo(2);
  }
}
