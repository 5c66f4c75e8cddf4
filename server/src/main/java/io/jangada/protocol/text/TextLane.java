package io.jangada.protocol.text;

import io.jangada.protocol.port.ReplyBatcher;
import io.netty.channel.EventLoop;

/// What the connections of one event loop share.
record TextLane(ReplyBatcher batcher, Replies replies) {
  static TextLane of(EventLoop loop, TextSettings settings) {
    ReplyBatcher batcher = new ReplyBatcher(loop);
    return new TextLane(batcher, new Replies(settings, batcher.counters()));
  }
}
