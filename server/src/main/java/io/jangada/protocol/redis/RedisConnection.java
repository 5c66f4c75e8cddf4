package io.jangada.protocol.redis;

import io.jangada.bytes.Bytes;
import io.jangada.kv.KvLimits;
import io.jangada.kv.Operation;
import io.jangada.kv.auth.Caller;
import io.jangada.net.HostPort;
import io.jangada.node.ReadConsistency;
import io.jangada.node.Status;
import io.jangada.protocol.auth.Authenticator.Answer;
import io.jangada.protocol.port.CommandConnection;
import io.jangada.protocol.port.Counters;
import io.jangada.protocol.port.ReplyBatcher;
import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelPromise;
import io.netty.channel.socket.DuplexChannel;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/// One client's connection.
final class RedisConnection extends CommandConnection {
  private static final Bytes DEFAULT_USER = Bytes.utf8("default");

  private final RedisListener listener;
  private final RequestReader reader;
  private final long id;
  private final long beganNanos = System.nanoTime();

  private final Subscriptions subscriptions = new Subscriptions(this);

  private final QueuedCommands queued = new QueuedCommands(this);

  /// Of the client; null for none.
  private String name;

  /// The latest that is a command.
  private String lastCommand = "NULL";

  private boolean isResp3;

  /// How many bytes the arguments of the present request have.
  private int requestBytes;

  /// What the client wants of replies.
  private ReplyMode replies = ReplyMode.ON;

  enum ReplyMode {
    ON,
    OFF,
    /// Not to the next command.
    SKIP_NEXT,
    /// Not to this command.
    SKIP
  }

  RedisConnection(
      RedisListener listener, ReplyBatcher lane, DuplexChannel channel, boolean isBeyondMax) {
    super(listener.port(), lane, channel, isBeyondMax);
    this.listener = listener;
    this.id = listener.nextId();
    KvLimits kv = listener.settings().kv();
    this.reader = new RequestReader(port().arriving(), kv.commandBytesMax());
  }

  @Override
  protected void replyTooMany() {
    refuse("ERR max number of clients reached");
  }

  @Override
  protected void closed() {
    super.closed();
    reader.close();
    subscriptions.close();
    queued.end();
  }

  // ---- what it listens to ----

  Subscriptions subscriptions() {
    return subscriptions;
  }

  @Override
  protected boolean isIdle() {
    return super.isIdle() && subscriptions.isEmpty();
  }

  /// Messages go after the replies that are there.
  @Override
  protected ChannelPromise send(ChannelPromise before) {
    ChannelPromise written = super.send(before);
    while (subscriptions.hasToTell() && channel().isWritable()) {
      ByteBuf out = channel().alloc().buffer();
      subscriptions.tell(writer(out));
      written = write(out);
    }
    return written;
  }

  @Override
  protected void flushed() {
    super.flushed();
    if (subscriptions.goOn()) planTurn();
  }

  @Override
  protected void finish() {
    subscriptions.endAll();
    super.finish();
  }

  boolean isOver() {
    return isClosed();
  }

  /// Closes it at once.
  void abort() {
    channel().close();
  }

  // ---- what replies need to know ----

  boolean isResp3() {
    return isResp3;
  }

  boolean isSilent() {
    return replies == ReplyMode.OFF || replies == ReplyMode.SKIP;
  }

  ReadConsistency reading() {
    return listener.settings().clients().reading();
  }

  void count(int counter) {
    counters().add(counter, 1);
  }

  RedisListener listener() {
    return listener;
  }

  long id() {
    return id;
  }

  /// Null for none.
  String name() {
    return name;
  }

  void name(String text) {
    name = text;
  }

  QueuedCommands queued() {
    return queued;
  }

  /// How many bytes the arguments of the present request have: what a reply may hold of it.
  int requestBytes() {
    return requestBytes;
  }

  // ---- requests ----

  /// Whether the client did not say who it is, where it must.
  boolean isStranger() {
    return caller() == null && listener.checksUsers();
  }

  @Override
  protected void beforeFirst() {
    find(end -> listener.findUsers(this, end));
  }

  @Override
  protected boolean beginNext(ByteBuf read) {
    switch (reader.next(read, isStranger())) {
      case RequestReader.Partial() -> {
        return false;
      }
      case RequestReader.Request(List<Bytes> arguments) -> begin(arguments);
      case RequestReader.TooLarge(String error) -> {
        requestBytes = 0;
        queued.unreadable();
        refuse(error);
      }
      case RequestReader.Broken(String error) -> {
        if (error != null) refuse(error);
        stopBeginning();
      }
    }
    return true;
  }

  private void begin(List<Bytes> request) {
    counters().add(Counters.COMMANDS, 1);
    requestBytes = 0;
    for (Bytes argument : request) requestBytes += argument.length();
    String name = CommandTable.nameOf(request);
    Asked asked = subscriptions.allowed(name, request, listener.table().read(name, request, this));
    if (!(asked instanceof Asked.Refused)) lastCommand = name;
    if (queued.isQueuing() && !isControl(name)) queued.queue(asked);
    else ask(asked);
    if (replies == ReplyMode.SKIP) replies = ReplyMode.ON;
    else if (replies == ReplyMode.SKIP_NEXT) replies = ReplyMode.SKIP;
  }

  /// Whether a command is carried out at once though others are queued.
  private static boolean isControl(String name) {
    return switch (name) {
      case "multi", "exec", "discard", "watch", "unwatch", "reset", "quit" -> true;
      default -> false;
    };
  }

  private void ask(Asked asked) {
    switch (asked) {
      case Asked.OfStore(Operation.Step step, List<Bytes> keys, Asked.Reply reply) ->
          begin(RedisSlot.of(this, keys, alone(step), reply));
      case Asked.Alone(Operation operation, List<Bytes> keys, Asked.Reply reply) ->
          begin(RedisSlot.of(this, keys, operation, reply));
      case Asked.OfMember(Consumer<ReplyWriter> reply) -> answer(reply);
      case Asked.OfConnection(Consumer<RedisConnection> done) -> done.accept(this);
      case Asked.Refused(String error) -> refuse(error);
    }
  }

  /// What is read needs no place in the log.
  static Operation alone(Operation.Step step) {
    if (!(step instanceof Operation.Transaction together) || !together.isRead()) return step;
    return new Operation.ReadTransaction(
        new Operation.Transaction(
            together.compares(), together.then(), together.otherwise(), Operation.Decision.AHEAD));
  }

  /// Begins what has its reply later ([RedisSlot#later]).
  void later(List<Bytes> keys, int bytes, Consumer<RedisSlot> begins) {
    begin(RedisSlot.later(this, keys, bytes, begins));
  }

  /// Begins it, or has it wait for those before it.
  void ask(RedisSlot slot) {
    begin(slot);
  }

  void answer(Consumer<ReplyWriter> reply) {
    answer(reply, requestBytes);
  }

  /// @param bytes how much the reply holds until it is written, about
  void answer(Consumer<ReplyWriter> reply, long bytes) {
    answer(RedisSlot.own(this, reply, bytes));
  }

  void ok() {
    answer(out -> out.simple("OK"));
  }

  void refuse(String error) {
    answer(out -> out.error(error));
  }

  // ---- the connection itself ----

  void quit() {
    ok();
    stopBeginning();
  }

  void reset() {
    queued.end();
    name = null;
    subscriptions.endAll();
    isResp3 = false;
    replies = ReplyMode.ON;
    forgetCaller();
    answer(out -> out.simple("RESET"));
  }

  void reply(ReplyMode mode) {
    replies = mode;
    if (mode == ReplyMode.ON) ok();
  }

  /// @param user null where only a password was given
  /// @param accepting what else the client wants if it is known now
  void authenticate(Bytes user, Bytes password, Runnable accepting, Consumer<ReplyWriter> then) {
    RedisSlot slot = RedisSlot.own(this, null, 0);
    begin(slot);
    Consumer<Answer> reply =
        answer -> {
          if (answer instanceof Answer.Granted) accepting.run();
          slot.acceptOwn(
              switch (answer) {
                case Answer.Granted _ -> then;
                case Answer.Refused(String error) -> out -> out.error(error);
                case Answer.Unavailable(String reason) -> out -> out.error("TRYAGAIN " + reason);
              });
        };
    authenticate(
        user == null ? DEFAULT_USER.toUtf8() : user.toUtf8(),
        end ->
            port().replica().status(status -> authenticate(status, user, password.toArray(), end)),
        reply);
  }

  /// On any thread.
  private void authenticate(Status status, Bytes user, byte[] password, Consumer<Answer> end) {
    listener.note(status);
    if (listener.checksUsers()) {
      Bytes name = user == null ? DEFAULT_USER : user;
      port()
          .authenticator()
          .authenticate(
              name,
              password,
              address(),
              answer ->
                  end.accept(
                      answer instanceof Answer.Refused
                          ? new Answer.Refused(Errors.WRONG_PASSWORD)
                          : answer));
      return;
    }
    if (user == null) end.accept(new Answer.Refused(Errors.NO_PASSWORDS));
    else if (user.equals(DEFAULT_USER)) end.accept(new Answer.Granted(null, ""));
    else end.accept(new Answer.Refused(Errors.WRONG_PASSWORD));
  }

  /// Writes what the client understands now.
  ReplyWriter writer(ByteBuf out) {
    return new ReplyWriter(out, isResp3);
  }

  /// About this client, for people and consoles. From any thread.
  String describe() {
    Caller user = caller();
    return "id="
        + id
        + " addr="
        + HostPort.text((InetSocketAddress) channel().remoteAddress())
        + " laddr="
        + HostPort.text((InetSocketAddress) channel().localAddress())
        + " name="
        + (name == null ? "" : name)
        + " age="
        + TimeUnit.NANOSECONDS.toSeconds(System.nanoTime() - beganNanos)
        + " flags=N db=0 sub="
        + subscriptions.count(false)
        + " psub="
        + subscriptions.count(true)
        + " multi="
        + queued.count()
        + " cmd="
        + lastCommand
        + " user="
        + (user == null ? DEFAULT_USER : user.user()).toUtf8()
        + " resp="
        + (isResp3 ? 3 : 2);
  }

  /// Understands another protocol from now on.
  void speak(boolean resp3) {
    isResp3 = resp3;
  }
}
