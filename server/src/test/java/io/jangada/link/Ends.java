package io.jangada.link;

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
import java.util.function.Consumer;
import java.util.function.IntConsumer;

/// Ends of links, many in one process, over the loopback interface, and where each listens.
final class Ends implements AutoCloseable {
  static final long BOUND_SECONDS = 20;
  static final String CLUSTER = "orders";
  static final ClusterIdentity IDENTITY = ClusterIdentity.named(CLUSTER);

  static TcpLinks.Watcher watcher(Consumer<LinkEvent> events, IntConsumer gone) {
    return new TcpLinks.Watcher() {
      @Override
      public void event(LinkEvent event) {
        events.accept(event);
      }

      @Override
      public void gone(int peer) {
        gone.accept(peer);
      }
    };
  }

  /// For peers that are soon given up, and soon tried again.
  static final LinkSettings.Times HASTY = new LinkSettings.Times(10_000, 1, 4, 400);

  final Loops loops = new Loops("links-test", 1);
  final Map<Integer, InetSocketAddress> addresses = new ConcurrentHashMap<>();
  private final List<End> ends = new ArrayList<>();

  /// One member's end.
  static final class End {
    final int id;
    final BlockingQueue<PeerMessage> received = new LinkedBlockingQueue<>();
    final BlockingQueue<LinkEvent> events = new LinkedBlockingQueue<>();
    final BlockingQueue<Integer> gone = new LinkedBlockingQueue<>();
    final TcpLinks links;

    private End(Ends all, LinkSettings settings) throws IOException {
      id = settings.memberId();
      links =
          TcpLinks.start(
              settings, all.addresses::get, received::add, watcher(events::add, gone::add));
      all.ends.add(this);
    }

    /// A message that its term tells from others.
    void send(int to, long term) {
      links.send(new PeerMessage.Raft(new Message.TimeoutNow(id, to, term), 5));
    }

    /// The term of the next message, or -1 when none comes.
    long nextTerm() throws InterruptedException {
      return nextTerm(BOUND_SECONDS * 1_000);
    }

    long nextTerm(long millis) throws InterruptedException {
      return termOf(received.poll(millis, TimeUnit.MILLISECONDS));
    }

    /// Whether a message of this term comes, after whatever else.
    boolean hears(long term) throws InterruptedException {
      return heardUntil(term).getLast() == term;
    }

    /// The terms of what comes, up to this one; -1 at the end when it does not come.
    List<Long> heardUntil(long term) throws InterruptedException {
      List<Long> heard = new ArrayList<>();
      do heard.add(nextTerm());
      while (heard.getLast() >= 0 && heard.getLast() != term);
      return heard;
    }

    /// What is told next; null when nothing is.
    LinkEvent nextEvent() throws InterruptedException {
      return events.poll(BOUND_SECONDS, TimeUnit.SECONDS);
    }

    /// What is told next, which must be of this kind.
    <T extends LinkEvent> T next(Class<T> kind) throws InterruptedException {
      LinkEvent event = nextEvent();
      assertThat(event).isInstanceOf(kind);
      return kind.cast(event);
    }

    LinkStats stats(int peer) {
      return links.stats().stream().filter(one -> one.peer() == peer).findFirst().orElseThrow();
    }
  }

  static long termOf(PeerMessage message) {
    return message instanceof PeerMessage.Raft(Message inner, long _) ? inner.term() : -1;
  }

  static InetSocketAddress loopback(int port) {
    return new InetSocketAddress(InetAddress.getLoopbackAddress(), port);
  }

  LinkSettings settings(int id) {
    return LinkSettings.of(CLUSTER, id, loopback(0), loops).withTimes(HASTY);
  }

  /// A member that the others know.
  End open(int id) throws IOException {
    End end = open(settings(id));
    addresses.put(id, end.links.address());
    return end;
  }

  End open(LinkSettings settings) throws IOException {
    return new End(this, settings);
  }

  /// Sends until one message has arrived; what is dropped while there is no connection is sent
  /// anew.
  static boolean isReached(End from, End to) throws InterruptedException {
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(BOUND_SECONDS);
    long sent = 1_000;
    long heard;
    do from.send(to.id, ++sent);
    while ((heard = to.nextTerm(5)) < 0 && System.nanoTime() - end < 0);
    return heard == sent || heard >= 0 && to.hears(sent);
  }

  /// What a member says when no connection to a peer comes to be. Sends until it does.
  static String complaint(End from, int to) throws InterruptedException {
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(BOUND_SECONDS);
    for (int term = 1; System.nanoTime() - end < 0; term++) {
      from.send(to, term);
      LinkEvent event = from.events.poll(5, TimeUnit.MILLISECONDS);
      if (event instanceof LinkEvent.Unreachable(int peer, String _) && peer == to
          || event instanceof LinkEvent.Refused(int other, String _) && other == to)
        return event.text();
    }
    return "no complaint";
  }

  @Override
  public void close() {
    ends.forEach(end -> end.links.close());
    loops.close();
  }
}
