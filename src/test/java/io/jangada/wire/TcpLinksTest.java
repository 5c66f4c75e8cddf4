package io.jangada.wire;

import static org.assertj.core.api.Assertions.assertThat;

import io.jangada.net.Loops;
import io.jangada.node.PeerMessage;
import io.jangada.raft.Message;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/// Links between members of one process, over the loopback interface.
class TcpLinksTest {
  private static final long BOUND_SECONDS = 20;

  private final Loops loops = new Loops("links-test", 1);
  private final Map<Integer, InetSocketAddress> addresses = new ConcurrentHashMap<>();
  private final List<End> ends = new ArrayList<>();

  /// One member's end.
  private final class End {
    final int id;
    final BlockingQueue<PeerMessage> received = new LinkedBlockingQueue<>();
    final BlockingQueue<LinkEvent> events = new LinkedBlockingQueue<>();
    final TcpLinks links;

    End(int id) throws IOException {
      this.id = id;
      LinkSettings settings =
          LinkSettings.of(
              "test", id, new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), loops);
      links = TcpLinks.start(settings, addresses::get, received::add, events::add);
      addresses.put(id, links.address());
      ends.add(this);
    }

    void send(int to, long term) {
      links.send(new PeerMessage.Raft(new Message.TimeoutNow(id, to, term), 5));
    }

    long nextTerm() throws InterruptedException {
      PeerMessage next = received.poll(BOUND_SECONDS, TimeUnit.SECONDS);
      return next instanceof PeerMessage.Raft(Message message, long _) ? message.term() : -1;
    }
  }

  @AfterEach
  void closeAll() {
    ends.forEach(end -> end.links.close());
    loops.close();
  }

  @Test
  void messages_arrive_in_their_order_both_ways() throws Exception {
    End one = new End(1);
    End two = new End(2);
    for (int term = 1; term <= 1_000; term++) {
      one.send(2, term);
      two.send(1, term);
    }
    for (int term = 1; term <= 1_000; term++) {
      assertThat(two.nextTerm()).isEqualTo(term);
      assertThat(one.nextTerm()).isEqualTo(term);
    }
  }
}
