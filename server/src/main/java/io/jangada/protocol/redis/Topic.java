package io.jangada.protocol.redis;

import io.jangada.bytes.Bytes;
import io.jangada.kv.KeyRange;
import io.jangada.node.watch.WatchRequest;
import java.util.ArrayList;
import java.util.List;

/// What a client listens to: a channel, or all channels that match a pattern. There are those of
/// the keys, where the names of their events are told, and those of the events, where keys are.
///
/// @param name as the client gave it
/// @param glob null for a channel
/// @param keys those whose channels are meant; null for none
/// @param events those whose channels are meant
record Topic(Bytes name, Glob glob, KeyRange keys, List<String> events) {
  static final String CHANNELS =
      "__keyspace@0__:<key> and __keyevent@0__:<" + String.join("|", KeyspaceEvents.NAMES) + ">";

  private static final int OVERHEAD_BYTES = 512;

  private static final Bytes OF_KEY = Bytes.utf8("__keyspace@0__:");
  private static final String OF_EVENT = "__keyevent@0__:";

  /// Something to tell.
  record Message(Bytes channel, Bytes content) {}

  /// One channel.
  static Topic channel(Bytes name) {
    KeyRange keys = startsWith(name, OF_KEY) ? KeyRange.of(rest(name)) : null;
    return new Topic(
        name, null, keys, KeyspaceEvents.NAMES.stream().filter(e -> of(e).equals(name)).toList());
  }

  /// @param name of at most [Glob#LENGTH_MAX] bytes
  static Topic pattern(Bytes name) {
    Glob glob = new Glob(name);
    return new Topic(
        name,
        glob,
        glob.canBegin(OF_KEY) ? keys(glob) : null,
        KeyspaceEvents.NAMES.stream().filter(e -> glob.matches(of(e))).toList());
  }

  private static KeyRange keys(Glob glob) {
    Bytes prefix = glob.prefix();
    if (!startsWith(prefix, OF_KEY)) return KeyRange.ALL;
    return glob.isLiteral() ? KeyRange.of(rest(prefix)) : KeyRange.prefix(rest(prefix));
  }

  private static boolean startsWith(Bytes name, Bytes prefix) {
    return name.commonPrefix(prefix) == prefix.length();
  }

  private static Bytes rest(Bytes name) {
    return name.slice(OF_KEY.length(), name.length() - OF_KEY.length()).compact();
  }

  private static Bytes of(String event) {
    return Bytes.utf8(OF_EVENT + event);
  }

  /// Whether nothing is ever told there.
  boolean isSilent() {
    return keys == null && events.isEmpty();
  }

  /// What it takes as long as it is listened to, about.
  int sizeBytes() {
    return OVERHEAD_BYTES + name.length() + (glob == null ? 0 : glob.sizeBytes());
  }

  boolean isPattern() {
    return glob != null;
  }

  /// What is to be watched. There must be something.
  WatchRequest wanted() {
    boolean isOfAll = !events.isEmpty();
    WatchRequest.Kinds kinds = keys != null ? WatchRequest.Kinds.ALL : KeyspaceEvents.kinds(events);
    return new WatchRequest(isOfAll ? KeyRange.ALL : keys, 0, true, kinds, false);
  }

  /// What is told of it.
  List<Message> messages(KeyspaceEvents happened) {
    Bytes key = happened.key();
    Bytes channel = keys != null && keys.contains(key) ? ofKey(key) : null;
    if (channel != null && glob != null && !glob.matches(channel)) channel = null;
    List<Message> messages = new ArrayList<>(2);
    for (String event : happened.names()) {
      if (channel != null) messages.add(new Message(channel, ascii(event)));
      if (events.contains(event)) messages.add(new Message(of(event), key));
    }
    return messages;
  }

  private static Bytes ofKey(Bytes key) {
    byte[] channel = new byte[OF_KEY.length() + key.length()];
    OF_KEY.copyTo(channel, 0);
    key.copyTo(channel, OF_KEY.length());
    return Bytes.wrap(channel);
  }

  private static Bytes ascii(String event) {
    return Bytes.utf8(event);
  }
}
