package io.jangada.protocol.memcached;

import io.jangada.bytes.Bytes;
import io.jangada.kv.CommandCodec;
import io.jangada.kv.KeyValue;
import io.jangada.kv.Operation;
import io.jangada.kv.Result;
import io.jangada.node.Outcome;
import io.jangada.protocol.port.CommandSlot;
import io.netty.buffer.ByteBuf;
import java.nio.charset.StandardCharsets;
import java.util.List;

/// The place of one command's reply, or of one key's in the reply to a command on several.
final class MemcachedSlot extends CommandSlot {
  /// Writes what a command came to, if it was done.
  interface Reply {
    void write(MemcachedSlot slot, Result result, ByteBuf out);

    /// How it is counted.
    default Tally tally() {
      return Tally.NONE;
    }

    /// What is said where it was refused.
    default byte[] errorOf(Result.Reason reason) {
      return Replies.errorOf(reason);
    }
  }

  /// The keys of one command that are asked for one by one. Of a reply that failed nothing comes
  /// after the error.
  static final class Group {
    boolean hasFailed;
  }

  private final MemcachedConnection connection;

  /// Null for what has its reply at once.
  private final Operation operation;

  private final Bytes key;
  private final Reply reply;

  /// Null for what is no part of a group.
  private Group group;

  /// The client wants no reply, whatever comes of it.
  private boolean isSilent;

  /// Says what is to be done when it would be submitted; null for what is submitted.
  private Runnable holder;

  /// Whether what was read turned out to be one to compute again, and the right to it was asked
  /// for.
  private volatile boolean isClaimed;

  /// Whether it was counted: what is read again is so once.
  private boolean isCounted;

  private Outcome outcome;
  private byte[] line;
  private long clusterMillis;

  MemcachedSlot(MemcachedConnection connection, Operation operation, Bytes key, Reply reply) {
    super(connection, connection.caller(), bytesOf(operation));
    this.connection = connection;
    this.operation = operation;
    this.key = key;
    this.reply = reply;
  }

  private static int bytesOf(Operation operation) {
    return (int) CommandCodec.sizeOf(operation) + CommandCodec.shownMax(operation);
  }

  /// One whose reply is known.
  MemcachedSlot(MemcachedConnection connection, byte[] line) {
    super(connection, null, 0);
    this.connection = connection;
    this.operation = null;
    this.key = null;
    this.reply = null;
    this.line = line;
  }

  MemcachedSlot in(Group of) {
    group = of;
    return this;
  }

  MemcachedSlot silent(boolean silent) {
    isSilent = silent;
    return this;
  }

  /// Has something decide what becomes of it when it is its turn: [#submitNow], or [#acceptLine].
  MemcachedSlot heldBy(Runnable decision) {
    holder = decision;
    return this;
  }

  Bytes key() {
    return key;
  }

  /// The key as text, a byte a character.
  String shownKey() {
    return new String(key.toArray(), StandardCharsets.ISO_8859_1);
  }

  /// The cluster's time when the reply came, for what is left of a time to live.
  long clusterMillis() {
    return clusterMillis;
  }

  // ---- what the queue asks ----

  @Override
  protected int keyCount() {
    if (operation == null) return 0;
    return key == null ? ALL_KEYS : 1;
  }

  @Override
  protected boolean isWriting() {
    return operation instanceof Operation.Command;
  }

  @Override
  protected int keyHash(int which) {
    return key.hashCode();
  }

  @Override
  protected void submit() {
    if (holder != null) holder.run();
    else submitNow();
  }

  /// What has no operation is answered by the connection.
  void submitNow() {
    if (operation instanceof Operation.Read read)
      connection.port().read(this, read, connection.reading());
    else if (operation instanceof Operation.Command command)
      connection.port().forward(this, command, null);
  }

  @Override
  protected boolean canReadAgain() {
    return operation instanceof Operation.Read && !isClaimed;
  }

  @Override
  protected void letGo() {
    outcome = null;
  }

  @Override
  protected void readAgain() {
    connection.port().readAgain(this, (Operation.Read) operation, connection.reading());
  }

  @Override
  protected int valueBytes() {
    return outcome instanceof Outcome.Done(Result result) ? (int) CommandCodec.sizeOf(result) : 0;
  }

  @Override
  protected int sizeMax() {
    return Replies.FIXED_BYTES_MAX + (line == null ? valueBytes() : line.length);
  }

  // ---- the reply ----

  @Override
  public void accept(Outcome outcome) {
    boolean isToBeClaimed =
        reply instanceof MetaReply
            && operation instanceof Operation.Look
            && !isClaimed
            && outcome instanceof Outcome.Done(Result.Marked marked)
            && marked.isStale()
            && !marked.isTaken();
    if (isToBeClaimed) {
      isClaimed = true;
      connection.port().forward(this, new Operation.Claim(key, null, null, 0), null);
      return;
    }
    this.outcome = outcome;
    clusterMillis = connection.port().replica().clusterTimeMillis();
    answered();
  }

  /// Counted here, and not when the reply is written: there may be none.
  @Override
  protected void arrived() {
    if (!(outcome instanceof Outcome.Done(Result result))) return;
    if (result instanceof Result.Refused(Result.Reason reason)) {
      boolean isOfNoUser = reason == Result.Reason.NO_USER || reason == Result.Reason.STALE_USER;
      if (isOfNoUser) connection.refused(caller());
    } else if (!isCounted) {
      isCounted = true;
      reply.tally().count(result, connection.counts());
    }
  }

  void acceptLine(byte[] reply) {
    line = reply;
    answered();
  }

  @Override
  protected void write(ByteBuf out) {
    if (isSilent || group != null && group.hasFailed) return;
    byte[] error = line == null ? error() : null;
    if (error != null && group != null) group.hasFailed = true;
    if (line != null) out.writeBytes(line);
    else if (error != null) out.writeBytes(error);
    else reply.write(this, ((Outcome.Done) outcome).result(), out);
  }

  /// Null where it was done.
  private byte[] error() {
    return outcome instanceof Outcome.Done(Result.Refused(Result.Reason reason))
        ? reply.errorOf(reason)
        : Replies.errorOf(outcome);
  }

  /// The only entry of a range of one key; null if it is not there.
  static KeyValue found(Result result) {
    List<KeyValue> entries = ((Result.Ranged) result).entries();
    return entries.isEmpty() ? null : entries.getFirst();
  }
}
