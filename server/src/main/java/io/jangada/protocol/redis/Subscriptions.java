package io.jangada.protocol.redis;

import io.jangada.bytes.Bytes;
import io.jangada.protocol.redis.Subscription.Said;
import java.util.ArrayDeque;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.SequencedMap;
import java.util.SequencedSet;

/// What a connection listens to, and what it is still to be told. On the connection's event loop,
/// unless something else is said.
///
/// Messages are delivered at most once, as Redis does it: where events are missed, because the
/// client was so slow that they are not kept any more, the connection is closed.
final class Subscriptions {
  /// Of one connection.
  static final int TOPICS_MAX = 256;

  /// How many bytes of events are held before watches pause.
  private static final int EVENT_BYTES_AHEAD = 256 << 10;

  private static final int BUFFER_BYTES = 64 << 10;

  /// How many watches that paused continue in one turn.
  private static final int GO_ON_PER_TURN = 8;

  private final RedisConnection client;
  private final SequencedMap<Bytes, Subscription> channels = new LinkedHashMap<>();
  private final SequencedMap<Bytes, Subscription> patterns = new LinkedHashMap<>();
  private final ArrayDeque<Subscription.Telling> tellings = new ArrayDeque<>();
  private final SequencedSet<Subscription> paused = new LinkedHashSet<>();

  /// How many commands are not answered that subscribe: no message goes before their replies.
  private int beginning;

  Subscriptions(RedisConnection client) {
    this.client = client;
  }

  RedisConnection client() {
    return client;
  }

  // ---- what is listened to ----

  int count() {
    return channels.size() + patterns.size();
  }

  int count(boolean ofPatterns) {
    return of(ofPatterns).size();
  }

  private SequencedMap<Bytes, Subscription> of(boolean isPattern) {
    return isPattern ? patterns : channels;
  }

  /// The names of channels, or of patterns.
  List<Bytes> names(boolean isPattern) {
    return List.copyOf(of(isPattern).keySet());
  }

  /// Begins to listen, if there is nothing of this name yet.
  ///
  /// @param subscribing told when it has started
  /// @return whether it was begun, and that will be told
  boolean begin(Topic topic, Subscribing subscribing) {
    var topics = of(topic.isPattern());
    if (topics.containsKey(topic.name())) return false;
    Subscription one = new Subscription(this, topic, subscribing);
    topics.put(topic.name(), one);
    client.listener().listening().take(topic.sizeBytes());
    one.begin();
    return true;
  }

  /// Carries out SUBSCRIBE or PSUBSCRIBE.
  void subscribe(List<Topic> topics) {
    if (count() + topics.size() > TOPICS_MAX)
      client.refuse("ERR the connection listens to as much as it may");
    else if (client.listener().listening().isSpent())
      client.refuse("ERR clients listen to as much as they may");
    else client.later(List.of(), 0, slot -> Subscribing.begin(this, topics, slot));
  }

  /// Carries out UNSUBSCRIBE or PUNSUBSCRIBE.
  ///
  /// @param wanted none for all
  void unsubscribe(List<Bytes> wanted, boolean isPattern) {
    String kind = isPattern ? "punsubscribe" : "unsubscribe";
    List<Bytes> gone = wanted.isEmpty() ? names(isPattern) : wanted;
    int[] left = new int[gone.size()];
    for (int i = 0; i < left.length; i++) {
      end(gone.get(i), isPattern);
      left[i] = count();
    }
    int all = count();
    client.answer(
        out -> {
          for (int i = 0; i < left.length; i++) {
            confirm(kind, gone.get(i), out);
            out.integer(left[i]);
          }
          if (left.length > 0) return;
          confirm(kind, null, out);
          out.integer(all);
        });
  }

  /// A number follows: how many topics there are then.
  static void confirm(String kind, Bytes name, ReplyWriter out) {
    out.push(3);
    out.bulk(kind);
    out.bulkOrNil(name);
  }

  /// Ends one, if it is there.
  void end(Bytes name, boolean isPattern) {
    Subscription one = of(isPattern).remove(name);
    if (one == null) return;
    client.listener().listening().give(one.topic.sizeBytes());
    paused.remove(one);
    one.cancel();
  }

  /// Ends all.
  void endAll() {
    for (Bytes name : names(false)) end(name, false);
    for (Bytes name : names(true)) end(name, true);
  }

  void beginning(int more) {
    beginning += more;
  }

  /// What a command asks for, as far as it is allowed to a client that listens: one that does not
  /// know RESP3 could not tell replies from messages.
  Asked allowed(String name, List<Bytes> request, Asked asked) {
    if (count() == 0 || client.isResp3() || asked instanceof Asked.Refused) return asked;
    return switch (name) {
      case "subscribe", "psubscribe", "unsubscribe", "punsubscribe", "quit", "reset" -> asked;
      case "ping" -> pong(request.size() > 1 ? request.get(1) : Bytes.EMPTY);
      default ->
          new Asked.Refused(
              "ERR Can't execute '"
                  + name
                  + "': only (P|S)SUBSCRIBE / (P|S)UNSUBSCRIBE / PING / QUIT / RESET are allowed in"
                  + " this context");
    };
  }

  private static Asked pong(Bytes message) {
    return new Asked.OfMember(
        out -> {
          out.array(2);
          out.bulk("pong");
          out.bulk(message);
        });
  }

  // ---- what is told ----

  /// Whether watches need not pause. From any thread.
  boolean takesMore() {
    return client.eventBytes() < EVENT_BYTES_AHEAD;
  }

  /// Whether so many events are held that no more can be. From any thread.
  boolean isFull() {
    return client.eventBytes() >= client.port().limits().perConnection().bytesMax();
  }

  private boolean isCurrent(Subscription one) {
    return of(one.topic.isPattern()).get(one.topic.name()) == one;
  }

  /// A watch has something to say.
  ///
  /// @return whether the connection is to be given a turn and none is planned yet
  boolean arrived(Subscription.Telling telling) {
    if (client.isOver() || !isCurrent(telling.of)) {
      release(telling);
      return false;
    }
    switch (telling.said) {
      case Said.Events _ -> tellings.add(telling);
      case Said.Paused() -> paused.add(telling.of);
      case Said.Lost() -> client.abort();
    }
    return client.becomeDue();
  }

  private void release(Subscription.Telling telling) {
    if (telling.said instanceof Said.Events(_, long bytes)) client.holdEvents(-bytes);
  }

  boolean hasToTell() {
    return !tellings.isEmpty() && beginning == 0;
  }

  boolean isEmpty() {
    return tellings.isEmpty();
  }

  /// Writes what there is to tell, until there is enough for one buffer.
  void tell(ReplyWriter out) {
    while (!tellings.isEmpty() && out.out().readableBytes() < BUFFER_BYTES) tellNext(out);
  }

  private void tellNext(ReplyWriter out) {
    Subscription.Telling telling = tellings.poll();
    release(telling);
    if (!isCurrent(telling.of)) return;
    Said.Events said = (Said.Events) telling.said;
    Topic topic = telling.of.topic;
    for (KeyspaceEvents happened : said.happened())
      for (Topic.Message message : topic.messages(happened)) tell(topic, message, out);
  }

  private static void tell(Topic topic, Topic.Message message, ReplyWriter out) {
    out.push(topic.isPattern() ? 4 : 3);
    out.bulk(topic.isPattern() ? "pmessage" : "message");
    if (topic.isPattern()) out.bulk(topic.name());
    out.bulk(message.channel());
    out.bulk(message.content());
  }

  /// Has watches continue that paused, as there is room. Returns whether there are more of them.
  boolean goOn() {
    for (int i = 0; i < GO_ON_PER_TURN && takesMore() && !paused.isEmpty(); i++)
      paused.removeFirst().goOn();
    return takesMore() && !paused.isEmpty();
  }

  void close() {
    endAll();
    for (Subscription.Telling one; (one = tellings.poll()) != null; ) release(one);
  }
}
