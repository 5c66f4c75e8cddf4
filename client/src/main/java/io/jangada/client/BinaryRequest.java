package io.jangada.client;

import io.jangada.bytes.ByteWriter;
import io.jangada.bytes.Bytes;
import io.netty.buffer.ByteBuf;
import java.nio.charset.StandardCharsets;
import java.util.function.Consumer;

/// A request of the binary protocol, but for its number and a session's.
///
/// @param operation as the protocol has it
/// @param type what its reply is one of
record BinaryRequest(Kind kind, Bytes operation, Class<? extends Reply> type) implements Request {
  /// What a request counts beside its operation.
  private static final int MORE_BYTES = 128;

  enum Kind {
    READ,
    /// A change that goes under a session's number.
    CHANGE,
    /// A change that does no harm when it is done again.
    REPEATABLE_CHANGE
  }

  static BinaryRequest of(Kind kind, Class<? extends Reply> type, Consumer<ByteWriter> operation) {
    ByteWriter out = new ByteWriter(MORE_BYTES).put(ResultReader.FORMAT);
    operation.accept(out);
    return new BinaryRequest(kind, out.handOver(), type);
  }

  @Override
  public boolean isBinary() {
    return true;
  }

  @Override
  public boolean changes() {
    return kind == Kind.CHANGE;
  }

  @Override
  public boolean isNumbered() {
    return kind == Kind.CHANGE;
  }

  @Override
  public int sizeBytes() {
    return MORE_BYTES + operation.length();
  }

  @Override
  public void writeTo(ByteBuf out, RequestNumbers.Ticket ticket, long number) {
    out.ensureWritable(sizeBytes());
    int start = Frames.begin(out, number, kind == Kind.READ ? Frames.READ : Frames.COMMAND);
    if (kind == Kind.READ) {
      out.writeByte(Frames.LINEARIZABLE);
    } else if (ticket == null) {
      out.writeByte(0);
    } else {
      byte[] client = ticket.client().getBytes(StandardCharsets.US_ASCII);
      out.writeByte(1).writeInt(client.length).writeBytes(client).writeLong(ticket.number());
    }
    out.writeBytes(operation.asBuffer());
    Frames.end(out, start);
  }

  @Override
  public Reply replyTo(Answer answer) {
    return answer instanceof Answer.Done done && type.isInstance(done.reply())
        ? done.reply()
        : null;
  }
}
