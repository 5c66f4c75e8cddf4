package io.jangada.protocol.rpc;

import io.jangada.node.Outcome;
import io.jangada.protocol.port.Client;
import io.jangada.protocol.port.Slot;
import java.util.function.Consumer;

/// What a call asks of the replica. The outcome may come on any thread; everything else is the
/// event loop's.
final class Ask extends Slot implements Consumer<Outcome> {
  private final Call call;
  private final int costBytes;
  private final Call.Reply reply;
  private final boolean outlives;

  // Set before it is given to the lane.
  private Outcome outcome;
  private Moment moment;

  /// @param costBytes what it counts against limits while it is with the replica
  /// @param outlives whether it is replied to though the call be over by then
  Ask(Call call, int costBytes, Call.Reply reply, boolean outlives) {
    super(call.caller());
    this.call = call;
    this.costBytes = costBytes;
    this.reply = reply;
    this.outlives = outlives;
  }

  int costBytes() {
    return costBytes;
  }

  @Override
  protected Client connection() {
    return call.connection();
  }

  @Override
  public void accept(Outcome outcome) {
    this.outcome = outcome;
    // Only its owner says so.
    if (outcome instanceof Outcome.Done) moment = Moment.of(call.port().replica());
    call.connection().lane().answered(this);
  }

  @Override
  protected boolean arrive() {
    call.port().ended(costBytes);
    if (outlives || !call.isOver()) reply.accept(outcome, moment);
    return call.connection().becomeDue();
  }
}
