package io.jangada.protocol.rpc;

import java.util.EnumMap;
import java.util.Map;
import java.util.concurrent.atomic.LongAdder;

/// How often a method was called, and how calls of it ended; for any thread.
public final class MethodCalls {
  private final LongAdder started = new LongAdder();
  private final Map<Code, LongAdder> ended = new EnumMap<>(Code.class);

  MethodCalls() {
    for (Code code : Code.values()) ended.put(code, new LongAdder());
  }

  void countStart() {
    started.increment();
  }

  void countEnd(Code code) {
    ended.get(code).increment();
  }

  public long started() {
    return started.sum();
  }

  /// How many ended so.
  public long ended(Code code) {
    return ended.get(code).sum();
  }
}
