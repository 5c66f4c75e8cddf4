package io.jangada.protocol.text;

import io.jangada.kv.Result;
import io.jangada.kv.auth.Caller;
import io.jangada.node.Outcome;
import io.jangada.protocol.port.Slot;
import java.util.function.Consumer;

/// The place of one command's reply among those of its connection. The reply may come on any
/// thread; everything else is the event loop's.
final class PendingReply extends Slot implements Consumer<Outcome> {
  /// What a command takes beside its key and value, about.
  static final int OVERHEAD_BYTES = 192;

  private final ClientConnection connection;

  /// Null for what is no request to the store.
  final TextCommand.Request request;

  /// What it counts against limits in bytes while it is under way.
  final int costBytes;

  /// The connection's next command.
  PendingReply next;

  /// The connection's next command that waits for others.
  PendingReply nextWaiting;

  /// The reply: one of these three. Set before the slot is given to the lane.
  private Outcome outcome;

  private AdminReply adminReply;
  private Replies.Line line;

  /// The time to live that is left of what was found, as far as it was asked for.
  private long leftMillis;

  private State state = State.UNDER_WAY;

  /// Bytes of a value that was found, as counted against the connection.
  int bufferedBytes;

  /// Where a command is on its way.
  enum State {
    /// It waits for others on its key.
    WAITING,
    /// It was submitted and will be answered.
    UNDER_WAY,
    /// It was answered; the reply is to be sent.
    ANSWERED,
    /// A read that was answered while there was no room for the value: it will be asked again.
    POSTPONED
  }

  private PendingReply(ClientConnection connection, TextCommand.Request request, Caller caller) {
    super(caller);
    this.connection = connection;
    this.request = request;
    this.costBytes = OVERHEAD_BYTES + (request == null ? 0 : request.bytes());
  }

  /// @param caller who the client is; null for none
  static PendingReply of(ClientConnection connection, TextCommand.Request request, Caller caller) {
    return new PendingReply(connection, request, caller);
  }

  /// One whose reply is known at once.
  static PendingReply of(ClientConnection connection, Replies.Line line) {
    PendingReply slot = new PendingReply(connection, null, null);
    slot.line = line;
    return slot;
  }

  static PendingReply ofAdmin(ClientConnection connection) {
    return new PendingReply(connection, null, null);
  }

  @Override
  protected ClientConnection connection() {
    return connection;
  }

  @Override
  protected boolean arrive() {
    return connection.answered(this);
  }

  // ---- from any thread ----

  @Override
  public void accept(Outcome outcome) {
    this.outcome = outcome;
    if (connection.tellsTimeLeft() && outcome instanceof Outcome.Done(Result.Found found))
      leftMillis = found.deadlineMillis() - connection.clusterTimeMillis();
    connection.lane().answered(this);
  }

  void acceptLine(Replies.Line reply) {
    this.line = reply;
    connection.lane().answered(this);
  }

  void acceptAdmin(AdminReply reply) {
    this.adminReply = reply;
    connection.lane().answered(this);
  }

  // ---- on the event loop ----

  State state() {
    return state;
  }

  void become(State next) {
    state = next;
  }

  /// Lets go of the value.
  void postpone() {
    outcome = null;
    state = State.POSTPONED;
  }

  Outcome outcome() {
    return outcome;
  }

  AdminReply adminReply() {
    return adminReply;
  }

  Replies.Line line() {
    return line;
  }

  long leftMillis() {
    return leftMillis;
  }

  /// The bytes of the value that the reply brings.
  int valueBytes() {
    if (outcome instanceof Outcome.Done(Result.Found found)) return found.value().length();
    return adminReply instanceof AdminReply.Value value ? value.bytes().length() : 0;
  }
}
