package io.jangada.protocol.text;

import io.jangada.kv.Result;
import io.jangada.kv.auth.Caller;
import io.jangada.node.Outcome;
import io.jangada.protocol.port.CommandSlot;
import io.netty.buffer.ByteBuf;

/// The place of one command's reply.
final class PendingReply extends CommandSlot {
  private final ClientConnection connection;

  /// Null for what is no request to the store.
  final TextCommand.Request request;

  /// The reply: one of these three. Set before the slot is given to the lane.
  private Outcome outcome;

  private AdminReply adminReply;
  private Replies.Line line;

  /// The time to live that is left of what was found, as far as it was asked for.
  private long leftMillis;

  private PendingReply(ClientConnection connection, TextCommand.Request request, Caller caller) {
    super(connection, caller, request == null ? 0 : request.bytes());
    this.connection = connection;
    this.request = request;
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

  /// One that something else than the replica answers.
  static PendingReply ofAdmin(ClientConnection connection) {
    return new PendingReply(connection, null, null);
  }

  @Override
  protected ClientConnection connection() {
    return connection;
  }

  // ---- from any thread ----

  @Override
  public void accept(Outcome outcome) {
    this.outcome = outcome;
    if (connection.tellsTimeLeft() && outcome instanceof Outcome.Done(Result.Found found))
      leftMillis = found.deadlineMillis() - connection.clusterTimeMillis();
    answered();
  }

  void acceptLine(Replies.Line reply) {
    this.line = reply;
    answered();
  }

  void acceptAdmin(AdminReply reply) {
    this.adminReply = reply;
    answered();
  }

  // ---- on the event loop ----

  @Override
  protected int keyCount() {
    return request == null ? 0 : 1;
  }

  @Override
  protected boolean isWriting() {
    return request != null && request.writes();
  }

  @Override
  protected int keyHash(int which) {
    return request.keyHash();
  }

  /// What is no request is asked for by the connection.
  @Override
  protected void submit() {
    if (request != null) connection.shared().submit(request, this);
  }

  @Override
  protected boolean canReadAgain() {
    return request != null && !request.writes();
  }

  @Override
  protected void letGo() {
    outcome = null;
  }

  @Override
  protected void readAgain() {
    connection.shared().readAgain(this);
  }

  @Override
  protected int valueBytes() {
    if (outcome instanceof Outcome.Done(Result.Found found)) return found.value().length();
    return adminReply instanceof AdminReply.Value value ? value.bytes().length() : 0;
  }

  @Override
  protected int sizeMax() {
    return connection.replies().sizeMax(this);
  }

  @Override
  protected void write(ByteBuf out) {
    connection.replies().write(this, out);
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
}
