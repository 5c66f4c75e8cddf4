package io.jangada.protocol.rpc;

import com.google.protobuf.CodedInputStream;
import com.google.protobuf.CodedOutputStream;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import io.jangada.protocol.port.Client;
import io.netty.buffer.ByteBuf;
import io.netty.handler.codec.http2.Http2Headers;
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

  /// How long a client may take for one message.
  private static final long MESSAGE_SECONDS = 30;

  /// How much is written ahead of what the client takes.
  private static final int AHEAD_BYTES = 64 << 10;

  private final GrpcConnection connection;
  private final Http2Stream stream;
  private final Method<?> method;
  private final Receiver<?> receiver;

  /// What came and is no whole message; null for nothing.
  private ByteBuf partial;

  /// Ends the wait for the rest of it.
  private Future<?> patience;

  /// The only message, until the call is begun.
  private Message request;

  /// Messages that came before it was known who calls; null for none.
  private ArrayDeque<Message> early;

  /// What all of that counts against limits.
  private int arrivingBytes;

  private boolean isKnown;
  private boolean isBegun;
  private boolean hasEnded;
  private boolean hasHeaders;
  private int pendingBytes;
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
  void data(ByteBuf data) {
    while (!isOver() && data.isReadable()) {
      if (partial != null) gather(data);
      else if (!readNext(data)) keep(data);
    }
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
    int size = size(partial);
    if (isOver() || size < 0 || partial.readableBytes() < PREFIX_BYTES + size) return;
    ByteBuf whole = partial.retain();
    drop(); // it counts once: as bytes, or as the message that is made of them
    try {
      readNext(whole);
    } finally {
      whole.release();
    }
  }

  private void keep(ByteBuf data) {
    partial = connection.buffer(data.readableBytes());
    patience = connection.loop().schedule(this::lose, MESSAGE_SECONDS, TimeUnit.SECONDS);
    add(data, data.readableBytes());
  }

  private boolean add(ByteBuf data, int bytes) {
    if (!take(bytes)) return false;
    partial.writeBytes(data, bytes);
    return true;
  }

  private boolean take(int bytes) {
    if (connection.takeArriving(bytes)) {
      arrivingBytes += bytes;
      return true;
    }
    end(new Status(Code.RESOURCE_EXHAUSTED, "too much is arriving"));
    return false;
  }

  private void give(int bytes) {
    arrivingBytes -= bytes;
    connection.giveArriving(bytes);
  }

  private void drop() {
    if (partial == null) return;
    patience.cancel(false);
    patience = null;
    int bytes = partial.writerIndex();
    partial.release();
    partial = null;
    if (!isOver()) give(bytes);
  }

  /// A message has taken too long.
  private void lose() {
    stop(new Status(Code.DEADLINE_EXCEEDED, "the message did not end in time"));
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
    else if (request == null) keep(message);
    else end(new Status(Code.INTERNAL, "there is more than one request message"));
  }

  private static Message parse(Message empty, ByteBuf bytes) throws IOException {
    return empty.getParserForType().parseFrom(CodedInputStream.newInstance(bytes.nioBuffer()));
  }

  private void keep(Message only) {
    if (take(only.getSerializedSize())) request = only;
  }

  /// Has the receiver hear a message, or keeps it until it is known who says it.
  private void hear(Message message) {
    if (isKnown) {
      hear(receiver, message);
    } else if (early == null || early.size() < EARLY_MAX) {
      if (early == null) early = new ArrayDeque<>();
      if (take(message.getSerializedSize())) early.add(message);
    } else {
      end(new Status(Code.RESOURCE_EXHAUSTED, "too many messages before it is known whose"));
    }
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
    if (method.streams()) watchLeader();
    while (!isOver() && early != null && !early.isEmpty()) {
      Message next = early.removeFirst();
      give(next.getSerializedSize());
      hear(next);
    }
    if (!isOver() && hasEnded) allIsThere();
  }

  /// Begins a call of one request.
  void begin() {
    if (isOver()) return;
    isBegun = true;
    Message first = request;
    request = null;
    if (first != null) {
      give(first.getSerializedSize());
      hear(first);
    }
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

  /// The connection looks for all of its calls together: there may be very many.
  @Override
  protected void watchLeader() {
    if (!isOver() && metadata().requiresLeader()) connection.watchLeader(this);
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

  private void over() {
    drop();
    request = null;
    early = null;
    if (arrivingBytes > 0) give(arrivingBytes);
    if (deadline != null) deadline.cancel(false);
    deadline = null;
    connection.over(this);
  }

  // ---- what is said ----

  @Override
  protected void write(Message message) {
    if (!hasHeaders) connection.writeHeaders(stream, GrpcText.HEADERS);
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
    Http2Headers last =
        hasHeaders ? GrpcText.trailers(status) : GrpcText.headersAndTrailers(status);
    connection.writeEnd(stream, last, !hasEnded);
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
