package io.jangada.protocol.redis;

import static org.assertj.core.api.Assertions.assertThat;

import io.jangada.bytes.Bytes;
import io.jangada.kv.KeyRange;
import io.jangada.kv.KeyValue;
import io.jangada.kv.WatchEvent;
import io.jangada.node.watch.WatchRequest;
import java.util.List;
import org.junit.jupiter.api.Test;

/// Which channels there are, and what is told on them.
class TopicTest {
  private static final long NOW = 1_000;

  private static KeyValue key(long created, long changes, String value, long deadline) {
    return new KeyValue(
        Bytes.utf8("k"),
        Bytes.utf8(value),
        0,
        new KeyValue.Revisions(created, 9, changes),
        new KeyValue.Terms(deadline == 0 ? 0 : 5, deadline, 0));
  }

  private static List<String> events(KeyValue now, boolean removed, KeyValue former) {
    return KeyspaceEvents.of(new WatchEvent(now, removed, former), NOW).names();
  }

  @Test
  void namesOfEvents() {
    KeyValue gone = key(0, 0, "", 0);
    assertThat(events(key(5, 1, "v", 0), false, null)).containsExactly("set");
    assertThat(events(key(5, 1, "v", 9), false, null)).containsExactly("set", "expire");
    KeyValue before = key(5, 1, "v", 900);
    assertThat(events(key(5, 2, "v", 900), false, before)).containsExactly("set");
    assertThat(events(key(5, 1, "v", 950), false, before)).containsExactly("expire");
    assertThat(events(key(5, 1, "v", 0), false, before)).containsExactly("persist");
    assertThat(events(gone, true, before)).containsExactly("expired");
    assertThat(events(gone, true, key(5, 1, "v", 1_001))).containsExactly("del");
    assertThat(events(gone, true, key(5, 1, "v", 0))).containsExactly("del");
  }

  private static Topic channel(String name) {
    return Topic.channel(Bytes.utf8(name));
  }

  private static Topic pattern(String name) {
    return Topic.pattern(Bytes.utf8(name));
  }

  private static KeyRange prefix(String prefix) {
    return KeyRange.prefix(Bytes.utf8(prefix));
  }

  @Test
  void whatIsWatched() {
    assertThat(channel("__keyspace@0__:k").wanted().keys()).isEqualTo(KeyRange.of(Bytes.utf8("k")));
    assertThat(pattern("__keyspace@0__:a\\*b*").wanted().keys()).isEqualTo(prefix("a*b"));
    assertThat(pattern("__key*__:*").wanted().keys()).isEqualTo(KeyRange.ALL);
    assertThat(channel("__keyevent@0__:expired").wanted().kinds())
        .isEqualTo(new WatchRequest.Kinds(false, true));
    assertThat(pattern("__keyevent@*__:expire*").wanted().kinds())
        .isEqualTo(WatchRequest.Kinds.ALL);
    for (String other : List.of("news", "__keyspace@1__:k", "__keyevent@0__:lpush"))
      assertThat(channel(other).isSilent()).as(other).isTrue();
    assertThat(pattern("news.*").isSilent()).isTrue();
  }

  private static List<String> messages(Topic topic) {
    WatchEvent event = new WatchEvent(key(5, 1, "v", 9), false, null);
    return topic.messages(KeyspaceEvents.of(event, NOW)).stream()
        .map(one -> one.channel().toUtf8() + " " + one.content().toUtf8())
        .toList();
  }

  @Test
  void whatIsTold() {
    assertThat(messages(channel("__keyspace@0__:k")))
        .containsExactly("__keyspace@0__:k set", "__keyspace@0__:k expire");
    assertThat(messages(channel("__keyevent@0__:expire")))
        .containsExactly("__keyevent@0__:expire k");
    assertThat(messages(pattern("__key*@0__:[ks]*")))
        .containsExactly("__keyspace@0__:k set", "__keyevent@0__:set k", "__keyspace@0__:k expire");
    assertThat(messages(pattern("__keyspace@0__:l*"))).isEmpty();
  }
}
