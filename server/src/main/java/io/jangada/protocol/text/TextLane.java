package io.jangada.protocol.text;

import io.jangada.protocol.port.ReplyBatcher;

/// What the connections of one event loop share.
record TextLane(ReplyBatcher batcher, Replies replies) {
  static TextLane of(ReplyBatcher batcher, TextSettings settings) {
    return new TextLane(batcher, new Replies(settings, batcher.counters()));
  }
}
