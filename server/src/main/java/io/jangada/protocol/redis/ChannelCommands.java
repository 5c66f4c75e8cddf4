package io.jangada.protocol.redis;

import io.jangada.bytes.Bytes;
import io.jangada.kv.KvLimits;
import java.util.ArrayList;
import java.util.List;

/// The commands with which clients listen to what happens to keys.
final class ChannelCommands {
  private static final int NAME_BYTES_MAX = KvLimits.KEY_BYTES_HARD_MAX;

  private static final String NOT_PUBLISHED =
      "ERR messages of clients are not published here; what happens to keys is told on "
          + Topic.CHANNELS;

  private ChannelCommands() {}

  static void addTo(CommandTable table) {
    table.add("subscribe", -2, arguments -> subscribe(arguments, false));
    table.add("psubscribe", -2, arguments -> subscribe(arguments, true));
    table.add("unsubscribe", -1, arguments -> unsubscribe(arguments, false));
    table.add("punsubscribe", -1, arguments -> unsubscribe(arguments, true));
    for (String name : List.of("publish", "spublish", "ssubscribe", "sunsubscribe", "pubsub"))
      table.add(name, -1, _ -> new Asked.Refused(NOT_PUBLISHED));
  }

  private static Asked subscribe(Arguments arguments, boolean isPattern) throws RefusedException {
    if (arguments.count() > Subscriptions.TOPICS_MAX + 1)
      throw new RefusedException("ERR the connection listens to as much as it may");
    List<Topic> topics = new ArrayList<>();
    for (Bytes name : arguments.from(1)) {
      if (isPattern) SearchCommands.glob(name);
      else if (name.length() > NAME_BYTES_MAX) throw new RefusedException("ERR key is too long");
      Topic topic = isPattern ? Topic.pattern(name) : Topic.channel(name);
      if (topic.isSilent()) throw new RefusedException(NOT_PUBLISHED);
      topics.add(topic);
    }
    return new Asked.OfConnection(connection -> connection.subscriptions().subscribe(topics));
  }

  private static Asked unsubscribe(Arguments arguments, boolean isPattern) {
    List<Bytes> names = arguments.from(1);
    return new Asked.OfConnection(
        connection -> connection.subscriptions().unsubscribe(names, isPattern));
  }
}
