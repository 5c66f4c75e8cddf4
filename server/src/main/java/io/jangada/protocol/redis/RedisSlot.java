package io.jangada.protocol.redis;

import io.jangada.bytes.Bytes;
import io.jangada.kv.CommandCodec;
import io.jangada.kv.Operation;
import io.jangada.kv.Result;
import io.jangada.kv.auth.Caller;
import io.jangada.node.Outcome;
import io.jangada.node.Status;
import io.jangada.protocol.port.CommandSlot;
import io.netty.buffer.ByteBuf;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Supplier;

/// The place of one command's reply.
final class RedisSlot extends CommandSlot {
  /// What a reply takes at most beside its values, about.
  private static final int FIXED_BYTES_MAX = 512;

  private final RedisConnection connection;
  private final boolean isResp3;

  /// On which keys it depends; null for all, empty for none.
  private final List<Bytes> keys;

  private final boolean isWriting;

  /// What is asked for, as late as can be; null for what has its reply at once.
  private final Supplier<Operation> operation;

  private final Asked.Reply reply;

  /// The client wants no reply.
  private boolean isSilent;

  /// Gets the outcome before what waits for it begins; null for what needs none.
  private Consumer<Outcome> arrival;

  private Operation asked;
  private Outcome outcome;

  /// A reply of the member's own, or null.
  private Consumer<ReplyWriter> own;

  /// How much that takes, about, where it may be let go.
  private int ownBytes;

  /// Begins what has its reply later, and once more where that was let go; null for none.
  private Consumer<RedisSlot> begins;

  private Asked.Moment moment;

  /// @param bytes of keys and values
  private RedisSlot(RedisConnection connection, List<Bytes> keys, Work work, long bytes) {
    super(connection, connection.caller(), (int) Math.max(bytes, connection.requestBytes()));
    this.connection = connection;
    this.isResp3 = connection.isResp3();
    this.isSilent = connection.isSilent();
    this.keys = keys;
    this.isWriting = work.isWriting;
    this.operation = work.operation;
    this.reply = work.reply;
  }

  /// What is asked of the store.
  ///
  /// @param operation asked for when it begins; gives null where a watched key could not be read
  record Work(boolean isWriting, Supplier<Operation> operation, Asked.Reply reply) {}

  /// One that the replica answers.
  static RedisSlot of(
      RedisConnection connection, List<Bytes> keys, Operation operation, Asked.Reply reply) {
    boolean isWriting = operation instanceof Operation.Command;
    Work work = new Work(isWriting, () -> operation, reply);
    long bytes = CommandCodec.sizeOf(operation) + CommandCodec.shownMax(operation);
    return new RedisSlot(connection, keys, work, bytes);
  }

  /// One that is known when those before it are answered.
  ///
  /// @param bytes how much it holds
  static RedisSlot late(RedisConnection connection, List<Bytes> keys, Work work, long bytes) {
    return new RedisSlot(connection, keys, work, bytes);
  }

  /// One whose reply is known, or given later by [#acceptOwn].
  ///
  /// @param reply null for one that is given later
  /// @param bytes how much it holds, about
  static RedisSlot own(RedisConnection connection, Consumer<ReplyWriter> reply, long bytes) {
    RedisSlot slot = new RedisSlot(connection, List.of(), new Work(false, null, null), bytes);
    slot.own = reply;
    return slot;
  }

  /// One whose reply is given by [#acceptOwn] when those before it are answered.
  ///
  /// @param bytes how much it counts against limits until then
  static RedisSlot later(
      RedisConnection connection, List<Bytes> keys, int bytes, Consumer<RedisSlot> begins) {
    RedisSlot slot = new RedisSlot(connection, keys, new Work(false, null, null), bytes);
    slot.begins = begins;
    return slot;
  }

  /// Who asked; null for no one known.
  Caller asking() {
    return caller();
  }

  /// Whether users are checked, and this one is not known.
  boolean isOfStranger(Status status) {
    return caller() == null && status.state().contents().checksUsers();
  }

  RedisSlot onArrival(Consumer<Outcome> receiver) {
    arrival = receiver;
    return this;
  }

  // ---- what the queue asks ----

  @Override
  protected int keyCount() {
    if (keys == null || keys.size() > KEYS_MAX) return ALL_KEYS;
    return keys.size();
  }

  @Override
  protected boolean isWriting() {
    return isWriting;
  }

  @Override
  protected int keyHash(int which) {
    return keys.get(which).hashCode();
  }

  @Override
  protected void submit() {
    if (begins != null) begins.accept(this);
    if (operation == null) return;
    asked = operation.get();
    if (asked == null) acceptOwn(out -> out.error(Errors.NOT_WATCHED));
    else if (asked instanceof Operation.Read read)
      connection.port().read(this, read, connection.reading());
    else connection.port().forward(this, (Operation.Command) asked, null);
  }

  @Override
  protected boolean canReadAgain() {
    return begins != null || asked instanceof Operation.Read;
  }

  @Override
  protected void letGo() {
    outcome = null;
    own = null;
  }

  @Override
  protected void readAgain() {
    if (begins != null) begins.accept(this);
    else connection.port().readAgain(this, (Operation.Read) asked, connection.reading());
  }

  @Override
  protected void arrived() {
    if (arrival != null) arrival.accept(outcome);
  }

  @Override
  protected int valueBytes() {
    if (begins != null) return ownBytes;
    return outcome instanceof Outcome.Done(Result result) ? (int) CommandCodec.sizeOf(result) : 0;
  }

  @Override
  protected int sizeMax() {
    return FIXED_BYTES_MAX + valueBytes();
  }

  // ---- the reply ----

  @Override
  public void accept(Outcome outcome) {
    this.outcome = outcome;
    moment =
        new Asked.Moment(
            connection.port().replica().clusterTimeMillis(), System.currentTimeMillis());
    answered();
  }

  /// The reply is there, of what has no operation. From any thread.
  void acceptOwn(Consumer<ReplyWriter> said) {
    acceptOwn(said, 0);
  }

  /// The same of one that may be let go and begun once more.
  ///
  /// @param bytes how much it takes, about; 0 for one that is kept
  void acceptOwn(Consumer<ReplyWriter> said, int bytes) {
    own = said;
    ownBytes = bytes;
    answered();
  }

  @Override
  protected void write(ByteBuf out) {
    if (isSilent) return;
    ReplyWriter writer = new ReplyWriter(out, isResp3);
    if (own != null) {
      own.accept(writer);
      return;
    }
    if (outcome instanceof Outcome.Done(Result.Refused(Result.Reason reason))) {
      writer.error(reply.errorOf(reason));
      return;
    }
    String error = Errors.of(outcome);
    if (asked instanceof Operation.Read && keys != null && error == null)
      countHits(((Outcome.Done) outcome).result());
    if (error == null) reply.write(((Outcome.Done) outcome).result(), writer, moment);
    else writer.error(error);
  }

  private void countHits(Result read) {
    switch (read) {
      case Result.Found _ -> connection.count(RedisListener.HITS);
      case Result.NotFound _ -> connection.count(RedisListener.MISSES);
      case Result.Ranged ranged ->
          connection.count(ranged.count() > 0 ? RedisListener.HITS : RedisListener.MISSES);
      case Result.Transacted(_, _, List<Result> results) -> results.forEach(this::countHits);
      default -> {}
    }
  }
}
