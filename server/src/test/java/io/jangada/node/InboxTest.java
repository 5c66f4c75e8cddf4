package io.jangada.node;

import static org.assertj.core.api.Assertions.assertThat;

import io.jangada.bytes.Bytes;
import io.jangada.kv.Condition;
import io.jangada.kv.Operation;
import io.jangada.raft.Entry;
import io.jangada.raft.EntryId;
import io.jangada.raft.Message;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.stream.IntStream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class InboxTest {
  private static final InboxLimits LIMITS = new InboxLimits(3, 1_000, 2, 1_000);

  private final AtomicInteger wakeups = new AtomicInteger();
  private final Inbox inbox = new Inbox(LIMITS, wakeups::incrementAndGet);

  private static Event request(int number) {
    Operation read = new Operation.Get(Bytes.utf8("k" + number));
    return new Event.Submit(read, null, _ -> {});
  }

  private static Event largeRequest() {
    Bytes value = Bytes.wrap(new byte[700]);
    var write = new Operation.Write(Bytes.utf8("k"), value, 0, new Condition.Value(value));
    return new Event.Submit(write, null, _ -> {});
  }

  private static Event message(int bytes) {
    var entry = new Entry(1, 1, Entry.Kind.COMMAND, Bytes.wrap(new byte[bytes]));
    var append = new Message.AppendEntries(1, 2, 1, EntryId.ZERO, List.of(entry), 0, 0);
    return new Event.FromPeer(new PeerMessage.Raft(append, 0));
  }

  private List<Event> drained() {
    List<Event> events = new ArrayList<>();
    for (Event event; (event = inbox.poll()) != null; ) events.add(event);
    return events;
  }

  @Test
  @DisplayName("what was put in comes out in that order, and the owner is woken each time")
  void order() {
    List<Event> put = List.of(request(1), message(5), new Event.Synced(4), request(2));
    for (Event event : put) assertThat(inbox.offer(event)).isTrue();
    assertThat(wakeups).hasValue(4);
    assertThat(inbox.isEmpty()).isFalse();
    assertThat(drained()).isEqualTo(put);
    assertThat(inbox.isEmpty()).isTrue();
    assertThat(inbox.poll()).isNull();
  }

  @Test
  @DisplayName("each kind has a limit of its own, and room again when something was taken out")
  void counts() {
    for (int i = 0; i < 3; i++) assertThat(inbox.offer(request(i))).isTrue();
    assertThat(inbox.offer(request(3))).isFalse();
    assertThat(inbox.offer(new Event.Transfer(1, _ -> {}))).isFalse();
    for (int i = 0; i < 2; i++) assertThat(inbox.offer(message(1))).isTrue();
    assertThat(inbox.offer(message(1))).isFalse();
    assertThat(inbox.offer(new Event.AskStatus(_ -> {}))).as("a question").isTrue();
    assertThat(wakeups).as("nobody is woken for what was refused").hasValue(6);

    inbox.poll();
    assertThat(inbox.offer(request(3))).isTrue();
    assertThat(inbox.offer(request(4))).isFalse();
    assertThat(inbox.offer(message(1))).isFalse();
  }

  @Test
  @DisplayName("questions about the state are bounded, too")
  void questions() {
    int taken = 0;
    while (inbox.offer(new Event.AskStatus(_ -> {}))) taken++;
    assertThat(taken).isEqualTo(64);
    inbox.poll();
    assertThat(inbox.offer(new Event.AskStatus(_ -> {}))).isTrue();
  }

  @Test
  @DisplayName("a kind that is over its bytes takes nothing more, whatever its size")
  void bytes() {
    assertThat(inbox.offer(largeRequest())).as("a single one may be larger").isTrue();
    assertThat(inbox.offer(request(1))).isFalse();
    assertThat(inbox.offer(message(2_000))).isTrue();
    assertThat(inbox.offer(message(0))).isFalse();

    assertThat(drained()).hasSize(2);
    assertThat(inbox.offer(request(1))).isTrue();
    assertThat(inbox.offer(largeRequest())).as("what is below the limit counts little").isTrue();
    assertThat(inbox.offer(message(0))).isTrue();
  }

  @Test
  @DisplayName("completions of the replica's own doings are never refused")
  void completions() {
    for (int i = 0; i < 3; i++) inbox.offer(largeRequest());
    for (int i = 0; i < 2; i++) inbox.offer(message(2_000));
    for (int batch = 1; batch <= 100_000; batch++)
      assertThat(inbox.offer(new Event.Synced(batch))).isTrue();
    assertThat(inbox.offer(new Event.DiskFull(true))).isTrue();
    assertThat(inbox.offer(new Event.DiskFailed(new Exception()))).isTrue();
  }

  @Test
  @DisplayName("a closed inbox takes nothing, and gives out what it has")
  void closed() {
    inbox.offer(request(1));
    inbox.close();
    assertThat(inbox.offer(request(2))).isFalse();
    assertThat(inbox.offer(new Event.Synced(1))).isFalse();
    assertThat(inbox.isClosed()).isTrue();
    assertThat(drained()).hasSize(1);
  }

  /// The owner closes the inbox in the middle and empties it once more, as a replica that stops
  /// does: every request either was refused to who asked, or came out.
  @Test
  @DisplayName("from many threads nothing is lost and nothing comes twice, whenever it is closed")
  void threads() throws InterruptedException {
    for (int round = 0; round < 200; round++) threads(10 + 5 * round);
  }

  private static void threads(int takenBeforeClose) throws InterruptedException {
    int threads = 3;
    int each = 2_000;
    Inbox shared = new Inbox(new InboxLimits(50, 1 << 20, 50, 1 << 20), () -> {});
    AtomicIntegerArray seen = new AtomicIntegerArray(threads * each);
    List<Thread> all = new ArrayList<>();
    for (int i = 0; i < threads; i++) {
      int first = i * each;
      Runnable put = () -> IntStream.range(first, first + each).forEach(n -> put(shared, n, seen));
      all.add(Thread.ofPlatform().start(put));
    }
    for (int taken = 0; taken < takenBeforeClose; )
      if (take(shared)) taken++;
      else if (all.stream().noneMatch(Thread::isAlive)) break;
    shared.close();
    while (take(shared)) {}
    for (Thread thread : all) thread.join();
    for (int n = 0; n < seen.length(); n++) assertThat(seen.get(n)).as("%d", n).isEqualTo(1);
  }

  private static void put(Inbox inbox, int number, AtomicIntegerArray seen) {
    Operation read = new Operation.Get(Bytes.utf8("k" + number));
    Event event = new Event.Submit(read, null, _ -> seen.incrementAndGet(number));
    if (!inbox.offer(event)) seen.incrementAndGet(number);
  }

  private static boolean take(Inbox inbox) {
    Event event = inbox.poll();
    if (event == null) return false;
    ((Event.Submit) event).reply().accept(new Outcome.Unknown());
    return true;
  }
}
