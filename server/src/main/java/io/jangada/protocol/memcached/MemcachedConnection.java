package io.jangada.protocol.memcached;

import io.jangada.bytes.Bytes;
import io.jangada.kv.Operation;
import io.jangada.kv.Result;
import io.jangada.kv.auth.Caller;
import io.jangada.node.Outcome;
import io.jangada.node.ReadConsistency;
import io.jangada.node.Status;
import io.jangada.protocol.auth.Authenticator.Answer;
import io.jangada.protocol.port.CommandConnection;
import io.jangada.protocol.port.CommandSlot;
import io.jangada.protocol.port.Counters;
import io.jangada.protocol.port.ReplyBatcher;
import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.socket.DuplexChannel;
import java.util.function.BiFunction;
import java.util.function.Consumer;

/// One client's connection.
final class MemcachedConnection extends CommandConnection {
  /// The first byte of what speaks the binary protocol.
  private static final int BINARY = 0x80;

  private final MemcachedListener listener;
  private final CommandParser parser;

  /// Whether nothing was read yet.
  private boolean isNew = true;

  /// What a client may do that did not say who it is.
  private Access access = Access.UNKNOWN;

  /// Whether the answer is awaited that says so. Nothing else is begun meanwhile.
  private boolean isAsking;

  /// Whether the cluster checked no users when this client's first `set` came that could say who it
  /// is.
  private boolean isOpen;

  private enum Access {
    /// It is to be found out before the next command.
    UNKNOWN,
    /// Everything: users are not checked, as far as this member knows.
    ALL,
    /// To say who it is.
    LOGIN,
    /// Nothing: this member cannot tell.
    NONE
  }

  MemcachedConnection(
      MemcachedListener listener, ReplyBatcher lane, DuplexChannel channel, boolean isBeyondMax) {
    super(listener.port(), lane, channel, isBeyondMax);
    this.listener = listener;
    this.parser = new CommandParser(this, listener.settings());
  }

  @Override
  protected void replyTooMany() {
    say(Replies.TOO_MANY_CONNECTIONS);
  }

  @Override
  protected void closed() {
    super.closed();
    parser.close();
  }

  /// The binary protocol is not spoken.
  @Override
  public void channelRead(ChannelHandlerContext context, Object message) {
    ByteBuf read = (ByteBuf) message;
    if (isNew && read.getUnsignedByte(read.readerIndex()) == BINARY) {
      read.release();
      channel().close();
      return;
    }
    isNew = false;
    super.channelRead(context, message);
  }

  @Override
  protected boolean hasRoom() {
    return !isAsking && super.hasRoom();
  }

  /// Before each command of a client that is not known the member is asked whether users are
  /// checked, until they are found not to be.
  @Override
  protected boolean beginNext(ByteBuf read) {
    if (caller() == null && access == Access.UNKNOWN) {
      askAccess(new ReadConsistency.Local(), answer -> access = answer);
      return true;
    }
    boolean began = parser.next(read);
    if (began && access != Access.ALL) access = Access.UNKNOWN;
    return began;
  }

  @Override
  protected boolean hasMore() {
    return parser.hasMore();
  }

  // ---- for the parser ----

  ReadConsistency reading() {
    return listener.settings().clients().reading();
  }

  Counters counts() {
    return counters();
  }

  void countCommand() {
    counters().add(Counters.COMMANDS, 1);
  }

  void ask(CommandSlot slot) {
    begin(slot);
  }

  void say(byte[] line) {
    answer(new MemcachedSlot(this, line));
  }

  void say(MemcachedSlot slot) {
    answer(slot);
  }

  /// Begins nothing more.
  void leave() {
    stopBeginning();
  }

  void stats(BiFunction<MemcachedListener, Status, byte[]> reply) {
    begin(new StatsSlot(this, status -> reply.apply(listener, status)));
  }

  // ---- who the client is ----

  /// Asks whether users are checked, and begins nothing before that is known.
  private void askAccess(ReadConsistency reading, Consumer<Access> then) {
    isAsking = true;
    Consumer<Outcome> arrival =
        outcome -> {
          isAsking = false;
          then.accept(accessBy(outcome));
          drive();
        };
    port()
        .replica()
        .read(
            null,
            new Operation.AuthStatus(),
            reading,
            outcome -> lane().execute(() -> arrival.accept(outcome)));
  }

  private static Access accessBy(Outcome answer) {
    if (!(answer instanceof Outcome.Done(Result.AuthState state))) return Access.NONE;
    return state.isEnabled() ? Access.LOGIN : Access.ALL;
  }

  /// What is said to everything but a login; null where the client may do more.
  byte[] refusal() {
    if (caller() != null || access == Access.ALL) return null;
    return access == Access.LOGIN ? Replies.UNAUTHENTICATED : Replies.NOT_DONE;
  }

  /// Begins a `set`, whose data may be a password: where users are checked and this member does not
  /// know that yet, as after its start. A password must not reach another member or the log, so the
  /// first such `set` of an unknown client waits for what a linearizable read says.
  void set(MemcachedSlot slot, Bytes data) {
    Login login = caller() != null || isOpen ? null : Login.of(data);
    if (login == null) {
      begin(slot);
      return;
    }
    isAsking = true;
    begin(slot.heldBy(() -> decide(slot, login)));
  }

  private void decide(MemcachedSlot slot, Login login) {
    askAccess(
        new ReadConsistency.Follower(),
        answer -> {
          isOpen = answer == Access.ALL;
          if (isOpen) {
            slot.submitNow();
          } else if (answer == Access.LOGIN) {
            access = answer;
            logIn(slot.silent(false), login);
          } else {
            slot.acceptLine(Replies.NOT_DONE);
          }
        });
  }

  /// Finds out who the client is by the data of a `set`.
  void logIn(Bytes data) {
    Login login = Login.of(data);
    if (login == null) {
      say(Replies.AUTH_FORMAT);
      return;
    }
    MemcachedSlot slot = new MemcachedSlot(this, (byte[]) null);
    begin(slot);
    logIn(slot, login);
  }

  private void logIn(MemcachedSlot slot, Login login) {
    byte[] password = login.password().toArray();
    authenticate(
        login.user().toUtf8(),
        reply -> port().authenticator().authenticate(login.user(), password, address(), reply),
        answer -> {
          Stats.AUTH_CMDS.count(counters());
          if (answer instanceof Answer.Refused) Stats.AUTH_ERRORS.count(counters());
          slot.acceptLine(
              switch (answer) {
                case Answer.Granted _ -> Replies.STORED;
                case Answer.Refused _ -> Replies.AUTH_FAILURE;
                case Answer.Unavailable _ -> Replies.NOT_DONE;
              });
        });
  }

  /// A command was refused because it was of no user, or of one that is not what it was. The client
  /// is to say who it is.
  void refused(Caller asking) {
    if (caller() != null && !caller().equals(asking)) return; // it has said so since
    forgetCaller();
    access = Access.LOGIN;
    isOpen = false;
  }
}
