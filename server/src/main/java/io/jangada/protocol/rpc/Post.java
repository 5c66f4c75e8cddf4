package io.jangada.protocol.rpc;

import io.jangada.protocol.port.Client;
import io.jangada.protocol.port.Slot;

/// What is to be done on the loop of a call's connection.
final class Post extends Slot {
  private final Call call;
  private final Runnable task;

  Post(Call call, Runnable task) {
    super(null);
    this.call = call;
    this.task = task;
  }

  @Override
  protected Client connection() {
    return call.connection();
  }

  @Override
  protected boolean arrive() {
    if (!call.isOver()) task.run();
    return call.connection().becomeDue();
  }
}
