package io.jangada.protocol.rpc;

import com.google.protobuf.CodedInputStream;
import com.google.protobuf.CodedOutputStream;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import io.jangada.protocol.port.Client;
import io.netty.buffer.ByteBuf;
import io.netty.handler.codec.http2.Http2Stream;
import io.netty.util.concurrent.Future;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayDeque;
import java.util.concurrent.TimeUnit;

/// A call as a stream of HTTP/2. A message is preceded by a byte that says whether it is
/// compressed, which none is here, and by its length in four.
final class GrpcCall extends Call {
  private static final int PREFIX_BYTES = 5;
  private static final int EARLY_MAX = 256;

  /// How much is written ahead of what the client takes.
  private static final int AHEAD_BYTES = 64 << 10;

  private final GrpcConnection connection;
  private final Http2Stream stream;
  private final Method<?> method;
  private final Receiver<?> receiver;

  /// What came and is no whole message; null for nothing.
  private ByteBuf partial;

  /// The only message, until the call is begun.
  private Message request;

  /// Messages that came before it was known who calls.
  private final ArrayDeque<Message> early = new ArrayDeque<>(0);

  private boolean isKnown;
  private boolean isBegun;
  private boolean hasEnded;
  private boolean hasHeaders;
  private int pendingBytes;

  /// What is counted as arriving of whole messages: those that wait for others, for the end of what
  /// the client sends, or until it is known who calls.
  private int waitingBytes;

  private Future<?> deadline;

  GrpcCall(GrpcConnection connection, Http2Stream stream, Method<?> method, Metadata metadata) {
    super(metadata);
    this.connection = connection;
    this.stream = stream;
    this.method = method;
    this.receiver = method.open().apply(this);
    method.calls().countStart();
    long nanos = metadata.timeoutNanos();
    if (nanos > 0) deadline = connection.loop().schedule(this::expire, nanos, TimeUnit.NANOSECONDS);
  }

  Http2Stream stream() {
    return stream;
  }

  @Override
  public Client connection() {
    return connection;
  }

  // ---- what comes ----

  /// Some of what the client sends.
  ///
  /// @param ends whether it sends no more
  void data(ByteBuf data, boolean ends) {
    while (!isOver() && data.isReadable()) {
      if (partial != null) gather(data);
      else if (!readNext(data)) keep(data);
    }
    if (ends) endOfData();
    else if (request != null && waitingBytes == 0) takeWaiting(request.getSerializedSize());
  }

  /// Counts a message that waits. Where too much does, the call ends.
  private boolean takeWaiting(int bytes) {
    if (!take(bytes)) return false;
    waitingBytes += bytes;
    return true;
  }

  private void giveWaiting() {
    connection.giveArriving(waitingBytes);
    waitingBytes = 0;
  }

  private boolean take(int bytes) {
    if (connection.tryTakeArriving(bytes)) return true;
    end(new Status(Code.RESOURCE_EXHAUSTED, "too much is arriving"));
    return false;
  }

  /// Reads the next message, if it is there as a whole.
  private boolean readNext(ByteBuf from) {
    int size = size(from);
    if (size < 0 || from.readableBytes() < PREFIX_BYTES + size) return isOver();
    from.skipBytes(PREFIX_BYTES);
    read(from.readSlice(size));
    return true;
  }

  /// The length of the next message; -1 where that is not there yet.
  private int size(ByteBuf from) {
    if (from.readableBytes() < PREFIX_BYTES) return -1;
    if (from.getByte(from.readerIndex()) != 0) {
      end(new Status(Code.INTERNAL, "compressed message without a grpc-encoding"));
      return -1;
    }
    long size = from.getUnsignedInt(from.readerIndex() + 1);
    int max = connection.messageBytesMax();
    if (size <= max) return (int) size;
    end(
        new Status(
            Code.RESOURCE_EXHAUSTED,
            "grpc: received message larger than max (" + size + " vs. " + max + ")"));
    return -1;
  }

  /// Adds as much to what is kept as its message may still need.
  private void gather(ByteBuf data) {
    int missing = PREFIX_BYTES - partial.readableBytes();
    if (missing <= 0) missing += size(partial);
    if (!add(data, Math.min(missing, data.readableBytes()))) return;
    if (readNext(partial)) drop();
  }

  private void keep(ByteBuf data) {
    partial = connection.buffer(data.readableBytes());
    add(data, data.readableBytes());
  }

  private boolean add(ByteBuf data, int bytes) {
    if (!take(bytes)) return false;
    partial.writeBytes(data, bytes);
    return true;
  }

  private void drop() {
    if (partial == null) return;
    connection.giveArriving(partial.writerIndex());
    partial.release();
    partial = null;
  }

  private void read(ByteBuf bytes) {
    Message message;
    try {
      message = parse(method.empty(), bytes);
    } catch (InvalidProtocolBufferException e) {
      end(new Status(Code.INTERNAL, "grpc: error unmarshalling request: " + e.getMessage()));
      return;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    if (method.streams()) hear(message);
    else if (request == null) request = message;
    else end(new Status(Code.INTERNAL, "there is more than one request message"));
  }

  private static Message parse(Message empty, ByteBuf bytes) throws IOException {
    return empty.getParserForType().parseFrom(CodedInputStream.newInstance(bytes.nioBuffer()));
  }

  /// Has the receiver hear a message, or keeps it until it is known who says it.
  private void hear(Message message) {
    if (isKnown) hear(receiver, message);
    else if (early.size() < EARLY_MAX && takeWaiting(message.getSerializedSize()))
      early.add(message);
    else end(new Status(Code.RESOURCE_EXHAUSTED, "too many messages before it is known whose"));
  }

  @SuppressWarnings("unchecked")
  private static <Q extends Message> void hear(Receiver<Q> receiver, Message message) {
    receiver.message((Q) message);
  }

  /// The client sends no more. A call of one request begins when there is room.
  void endOfData() {
    if (hasEnded || isOver()) return;
    hasEnded = true;
    if (partial != null) end(new Status(Code.INTERNAL, "the request ends within a message"));
    else if (isKnown) allIsThere();
  }

  private void allIsThere() {
    if (method.streams()) receiver.halfClosed();
    else connection.beginOrWait(this);
  }

  /// It is known who calls.
  void known(Callers.Found who) {
    if (isOver() || !admit(who)) return;
    isKnown = true;
    if (method.streams()) {
      giveWaiting();
      watchLeader();
    }
    while (!isOver() && !early.isEmpty()) hear(early.removeFirst());
    if (!isOver() && hasEnded) allIsThere();
  }

  /// Begins a call of one request.
  void begin() {
    if (isOver()) return;
    isBegun = true;
    Message first = request;
    request = null;
    giveWaiting();
    if (first != null) hear(first);
    receiver.halfClosed();
  }

  boolean isBegun() {
    return isBegun;
  }

  @Override
  public void lasts() {
    if (!isBegun) return;
    isBegun = false;
    connection.lasts();
    super.lasts();
  }

  /// The client has given up, or is gone.
  void cancel() {
    if (isOver()) return;
    abandoned();
    method.calls().countEnd(Code.CANCELLED);
    over();
    receiver.cancelled();
  }

  private void expire() {
    deadline = null;
    stop(new Status(Code.DEADLINE_EXCEEDED, "context deadline exceeded"));
  }

  @Override
  void stop(Status status) {
    if (isOver()) return;
    end(status);
    receiver.cancelled();
    flushSoon();
  }

  /// What it holds until it is begun.
  int requestBytes() {
    return request == null ? 0 : request.getSerializedSize();
  }

  private void over() {
    drop();
    giveWaiting();
    early.clear();
    request = null;
    if (deadline != null) deadline.cancel(false);
    deadline = null;
    connection.over(this);
  }

  // ---- what is said ----

  @Override
  protected void write(Message message) {
    if (!hasHeaders) connection.writeHeaders(stream, GrpcText.headers(), false);
    hasHeaders = true;
    int size = message.getSerializedSize();
    ByteBuf out = connection.buffer(PREFIX_BYTES + size);
    out.writeByte(0).writeInt(size);
    CodedOutputStream to = CodedOutputStream.newInstance(out.nioBuffer(PREFIX_BYTES, size));
    try {
      message.writeTo(to);
      to.flush();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    out.writerIndex(PREFIX_BYTES + size);
    int bytes = out.readableBytes();
    pendingBytes += bytes;
    connection.writeData(this, out, bytes);
  }

  @Override
  protected void finish(Status status) {
    method.calls().countEnd(status.code());
    if (hasHeaders) connection.writeHeaders(stream, GrpcText.trailers(status), true);
    else connection.writeHeaders(stream, GrpcText.headersAndTrailers(status), true);
    if (!hasEnded) connection.reset(stream);
    over();
  }

  @Override
  public boolean isReady() {
    return pendingBytes < AHEAD_BYTES && connection.takesMore();
  }

  /// What was written before is with the socket, or never will be.
  void written(int bytes) {
    boolean wasReady = pendingBytes < AHEAD_BYTES;
    pendingBytes -= bytes;
    if (!wasReady && pendingBytes < AHEAD_BYTES) connection.lookWhoIsReady(this);
  }

  /// Tells the receiver that it may go on.
  void tellReady() {
    if (!isOver() && isReady()) receiver.ready();
  }
}
