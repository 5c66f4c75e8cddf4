package io.jangada.protocol.redis;

import io.jangada.kv.Operation;
import io.jangada.kv.Result;
import io.jangada.node.Outcome;
import io.jangada.node.ReadConsistency;
import io.jangada.protocol.port.Client;
import io.jangada.protocol.port.Slot;
import java.util.function.Consumer;

/// One of several reads of a command, on its way from the replica to the connection's event loop.
final class PartReading extends Slot implements Consumer<Outcome> {
  private final RedisConnection connection;
  private final RedisSlot slot;
  private final Consumer<Result> then;
  private Outcome outcome;

  private PartReading(RedisConnection connection, RedisSlot slot, Consumer<Result> then) {
    super(slot.asking());
    this.connection = connection;
    this.slot = slot;
    this.then = then;
  }

  /// The first read.
  ///
  /// @param slot gets the error, if there is one
  static void begin(
      RedisConnection connection, RedisSlot slot, Operation.Read read, Consumer<Result> then) {
    connection.port().read(new PartReading(connection, slot, then), read, connection.reading());
  }

  /// Another, of what this member is known to have applied: it needs to ask no other.
  static void goOn(
      RedisConnection connection, RedisSlot slot, Operation.Read read, Consumer<Result> then) {
    connection
        .port()
        .readAgain(new PartReading(connection, slot, then), read, new ReadConsistency.Local());
  }

  @Override
  protected Client connection() {
    return connection;
  }

  @Override
  public void accept(Outcome found) {
    outcome = found;
    connection.lane().answered(this);
  }

  @Override
  protected boolean arrive() {
    String error = Errors.of(outcome);
    if (error != null) slot.acceptOwn(out -> out.error(error));
    else then.accept(((Outcome.Done) outcome).result());
    return false;
  }
}
