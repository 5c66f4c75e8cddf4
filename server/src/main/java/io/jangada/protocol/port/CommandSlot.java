package io.jangada.protocol.port;

import io.jangada.kv.auth.Caller;
import io.jangada.node.Outcome;
import io.netty.buffer.ByteBuf;
import java.util.function.Consumer;

/// The place of one command's reply among those of a [CommandConnection]. The reply may come on any
/// thread; everything else is the event loop's.
public abstract class CommandSlot extends Slot implements Consumer<Outcome> {
  /// What a command takes beside its keys and values, about.
  public static final int OVERHEAD_BYTES = 192;

  /// Of a command that has to do with all keys, or with very many.
  public static final int ALL_KEYS = -1;

  /// Beyond, a command counts as one with [#ALL_KEYS].
  public static final int KEYS_MAX = 64;

  private final CommandConnection connection;

  /// What it counts against limits in bytes while it is in progress.
  private final int costBytes;

  /// The connection's next command.
  CommandSlot next;

  /// The connection's next command that waits for others.
  CommandSlot nextWaiting;

  /// Bytes of the command and of values that were found, as counted against the connection.
  int bufferedBytes;

  /// Bytes of the values that were found last.
  int foundBytes;

  /// Whether they were let go before they came here.
  boolean isDropped;

  private State state = State.UNDER_WAY;

  /// Where a command is on its way.
  enum State {
    /// It waits for others on its keys.
    WAITING,
    /// It was submitted and will be answered.
    UNDER_WAY,
    /// It was answered; the reply is to be sent.
    ANSWERED,
    /// A read that was answered while there was no room for the values: it will be asked again.
    POSTPONED
  }

  /// @param caller who the client is; null for none
  /// @param bytes of keys and values
  protected CommandSlot(CommandConnection connection, Caller caller, int bytes) {
    super(caller);
    this.connection = connection;
    this.costBytes = OVERHEAD_BYTES + bytes;
  }

  // ---- what a protocol says ----

  /// How many keys it has to do with; 0 for what minds no other command, [#ALL_KEYS] for all.
  protected abstract int keyCount();

  protected abstract boolean isWriting();

  protected abstract int keyHash(int which);

  /// Asks for it.
  protected abstract void submit();

  /// Whether values may be let go, and asked for again.
  protected boolean canReadAgain() {
    return false;
  }

  /// Asks for values once more that were let go ([#letGo]).
  protected void readAgain() {
    throw new IllegalStateException("nothing was let go");
  }

  /// Bytes of the values that the reply brings.
  protected int valueBytes() {
    return 0;
  }

  /// Lets go of values.
  protected void letGo() {}

  /// How much the reply takes at most.
  protected abstract int sizeMax();

  /// The reply is there. Those before it may not have theirs, and what waits for it comes after.
  protected void arrived() {}

  /// Writes the reply, once it is there.
  protected abstract void write(ByteBuf out);

  // ---- for the protocol ----

  public final int costBytes() {
    return costBytes;
  }

  @Override
  protected CommandConnection connection() {
    return connection;
  }

  /// The reply is there. From any thread.
  protected final void answered() {
    foundBytes = valueBytes();
    isDropped = !tryCross(foundBytes, !canReadAgain());
    if (isDropped) letGo();
    connection.lane().answered(this);
  }

  @Override
  protected final boolean arrive() {
    arrived();
    return connection.answered(this);
  }

  // ---- on the event loop ----

  final State state() {
    return state;
  }

  final void become(State next) {
    state = next;
  }
}
