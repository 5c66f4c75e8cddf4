package io.jangada.protocol.binary;

import io.jangada.kv.CommandCodec;
import io.jangada.kv.KvLimits;
import io.jangada.kv.Operation;
import io.jangada.node.Outcome;
import io.jangada.protocol.port.Slot;
import java.util.function.Consumer;

/// A request that the replica answers. The reply may come on any thread; everything else is the
/// event loop's.
final class PendingRequest extends Slot implements Consumer<Outcome> {
  /// What a request takes beside its frame, about.
  static final int OVERHEAD_BYTES = 192;

  private final BinaryConnection connection;
  final long number;
  final Request request;

  /// What it counts against limits in bytes while it is under way.
  final int costBytes;

  /// How much it holds until the reply is sent.
  private final int frameBytes;

  /// Set before the slot is given to the lane.
  private Outcome outcome;

  private long resultBytes;

  /// What the request holds and the reply brings, as it was when it last came.
  private long replyBytes;

  private long againBytes;

  /// @param frame what the request was read from
  PendingRequest(BinaryConnection connection, Arrival.Frame frame, Request request) {
    super(connection.caller());
    this.connection = connection;
    this.number = frame.number();
    this.request = request;
    this.frameBytes = frame.body().length();
    this.costBytes = OVERHEAD_BYTES + frameBytes + expectedBytes(request);
  }

  /// What the result of a request may bring that can bring much. It is set aside before, for what
  /// comes of a command cannot be asked for again.
  private static int expectedBytes(Request request) {
    return switch (request) {
      case Request.Command(Operation.Command command, _) -> CommandCodec.shownMax(command);
      case Request.Read(Operation.Read read, _) -> expectedBytes(read);
      case Request.Watch _,
          Request.Window _,
          Request.Cancel _,
          Request.Progress _,
          Request.Password _,
          Request.ShowToken _ ->
          0;
    };
  }

  private static int expectedBytes(Operation.Read read) {
    return switch (read) {
      case Operation.Range range ->
          range.selection().detail() == Operation.Detail.COUNT ? 0 : KvLimits.RANGE_BYTES_MAX;
      case Operation.GetLease _ -> KvLimits.RANGE_BYTES_MAX;
      case Operation.ReadTransaction(Operation.Transaction transaction) ->
          CommandCodec.shownMax(transaction);
      default -> 0;
    };
  }

  @Override
  protected BinaryConnection connection() {
    return connection;
  }

  @Override
  public void accept(Outcome outcome) {
    this.outcome = outcome;
    resultBytes = outcome instanceof Outcome.Done(var result) ? CommandCodec.sizeOf(result) : 0;
    if (!tryCross(resultBytes, !isRead())) forget();
    connection.lane().answered(this);
  }

  @Override
  protected boolean arrive() {
    replyBytes = OVERHEAD_BYTES + frameBytes + resultBytes;
    return connection.answered(this);
  }

  Outcome outcome() {
    return outcome;
  }

  long replyBytes() {
    return replyBytes;
  }

  /// It is asked for again, and the answer will bring about as much as before. Returns how much.
  long expectAgain() {
    againBytes = replyBytes;
    return againBytes;
  }

  /// What was expected of it.
  long takeExpectedBytes() {
    long bytes = againBytes;
    againBytes = 0;
    return bytes;
  }

  /// Whether it can be asked for again.
  boolean isRead() {
    return request instanceof Request.Read;
  }

  /// Lets go of the result.
  void forget() {
    outcome = null;
  }

  boolean isForgotten() {
    return outcome == null;
  }
}
