package io.jangada.front.text;

import io.jangada.node.Outcome;
import java.util.function.Consumer;

/// The place of one command's reply among those of its connection. The reply may come on any
/// thread; everything else is the event loop's.
final class Slot implements Consumer<Outcome> {
  final Connection connection;

  /// What it counts against limits in bytes.
  final int costBytes;

  /// Null for what is no request to the store.
  final TextCommand.Request request;

  /// The connection's next command.
  Slot next;

  /// The next in the lane's stack of what was answered.
  Slot below;

  /// At most one of these two is set, before the slot is given to the lane.
  Outcome outcome;

  AdminReply adminReply;

  /// A line that needs nobody's answer.
  byte[] line;

  boolean answered;

  /// Bytes of a value that was found and is not sent yet, as counted against the connection.
  int heldBytes;

  Slot(Connection connection, TextCommand.Request request, int costBytes) {
    this.connection = connection;
    this.request = request;
    this.costBytes = costBytes;
  }

  @Override
  public void accept(Outcome outcome) {
    this.outcome = outcome;
    connection.lane().answered(this);
  }

  void acceptAdmin(AdminReply reply) {
    this.adminReply = reply;
    connection.lane().answered(this);
  }
}
