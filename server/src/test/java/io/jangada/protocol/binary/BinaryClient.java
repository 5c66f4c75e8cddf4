package io.jangada.protocol.binary;

import static org.assertj.core.api.Assertions.assertThat;

import io.jangada.bytes.ByteReader;
import io.jangada.bytes.ByteWriter;
import io.jangada.bytes.Bytes;
import io.jangada.kv.CommandCodec;
import io.jangada.kv.KeyRange;
import io.jangada.kv.KeyValue;
import io.jangada.kv.Operation;
import io.jangada.kv.Result;
import io.jangada.kv.WatchEvent;
import java.io.BufferedInputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.util.ArrayList;
import java.util.List;

/// A client on a plain blocking socket that never waits longer than a bound.
public final class BinaryClient implements AutoCloseable {
  public static final int BOUND_MILLIS = 30_000;
  static final int PLENTY = 1 << 30;

  /// A frame of the server.
  public record Frame(long number, int kind, Bytes body) {
    ByteReader reader() {
      return new ByteReader(body);
    }

    long revision() {
      return reader().getLong();
    }

    String reason() {
      ByteReader in = reader();
      String reason = in.getText(1 << 20);
      in.end();
      return reason;
    }

    /// Of a member that does not lead: the leader's id and address.
    public String leader() {
      assertThat(kind).as("%s", this).isEqualTo(BinaryFormat.NOT_LEADER);
      ByteReader in = reader();
      String leader = in.getInt() + " " + in.getText(1 << 10);
      in.end();
      return leader;
    }

    public Result result() {
      assertThat(kind).as("%s", this).isEqualTo(BinaryFormat.DONE);
      return CommandCodec.decodeResult(body);
    }
  }

  /// A frame of events.
  record Events(boolean more, List<WatchEvent> events) {}

  private final Socket socket = new Socket();
  private final DataInputStream in;
  private long lastNumber;

  /// One that has sent its preface and got the server's.
  public BinaryClient(InetSocketAddress address) throws IOException {
    this(address, true);
  }

  BinaryClient(InetSocketAddress address, boolean greets) throws IOException {
    socket.connect(address, BOUND_MILLIS);
    socket.setTcpNoDelay(true);
    socket.setSoTimeout(BOUND_MILLIS);
    in = new DataInputStream(new BufferedInputStream(socket.getInputStream(), 1 << 16));
    if (!greets) return;
    send(preface());
    assertThat(in.readLong()).isEqualTo(BinaryFormat.PREFACE);
  }

  static byte[] preface() {
    return new ByteWriter(8).putLong(BinaryFormat.PREFACE).toBytes().toArray();
  }

  Socket socket() {
    return socket;
  }

  DataInputStream in() {
    return in;
  }

  /// Sends bytes, all together.
  void send(byte[]... parts) throws IOException {
    ByteWriter all = new ByteWriter(64);
    for (byte[] part : parts) all.putRaw(Bytes.wrap(part));
    socket.getOutputStream().write(all.array(), 0, all.length());
  }

  // ---- requests ----

  static byte[] frame(long number, int kind, ByteWriter body) {
    return new ByteWriter(body.length() + 13)
        .putInt(body.length() + 9)
        .putLong(number)
        .put(kind)
        .putRaw(body.toBytes())
        .toBytes()
        .toArray();
  }

  static byte[] frame(long number, Operation operation) {
    ByteWriter body = new ByteWriter(64).put(0);
    boolean reads = operation instanceof Operation.Read;
    body.putRaw(CommandCodec.encode(operation));
    return frame(number, reads ? BinaryFormat.READ : BinaryFormat.COMMAND, body);
  }

  /// Sends an operation. Returns its number.
  public long send(Operation operation) throws IOException {
    send(frame(++lastNumber, operation));
    return lastNumber;
  }

  long send(int kind, ByteWriter body) throws IOException {
    send(frame(++lastNumber, kind, body));
    return lastNumber;
  }

  void send(long number, int kind, ByteWriter body) throws IOException {
    send(frame(number, kind, body));
  }

  public Result ask(Operation operation) throws IOException {
    long number = send(operation);
    Frame frame = read();
    assertThat(frame.number()).isEqualTo(number);
    return frame.result();
  }

  /// Sends a command of a session.
  Result once(String client, long sequence, Operation.Command command) throws IOException {
    ByteWriter body = new ByteWriter(64).put(1).putText(client).putLong(sequence);
    send(BinaryFormat.COMMAND, body.putRaw(CommandCodec.encode(command)));
    return read().result();
  }

  /// Sends a read of another kind than linearizable.
  Frame read(Operation.Read read, ByteWriter reading) throws IOException {
    send(BinaryFormat.READ, reading.putRaw(CommandCodec.encode(read)));
    return read();
  }

  /// Asks for a read that followers serve.
  public Result askFollower(Operation.Read read) throws IOException {
    return read(read, new ByteWriter(1).put(1)).result();
  }

  long watch(KeyRange keys, long from, int options, int window) throws IOException {
    ByteWriter body = new ByteWriter(64);
    CommandCodec.append(body, keys);
    return send(BinaryFormat.WATCH, body.putLong(from).put(options).putInt(window));
  }

  /// Begins a watch of all from now on. Returns its number when it has started.
  long watchAll(int window) throws IOException {
    long number = watch(KeyRange.ALL, 0, 0, window);
    Frame frame = read();
    assertThat(frame.kind()).isEqualTo(BinaryFormat.STARTED);
    assertThat(frame.number()).isEqualTo(number);
    return number;
  }

  // ---- what the server says ----

  public Frame read() throws IOException {
    int length = in.readInt();
    long number = in.readLong();
    int kind = in.readUnsignedByte();
    byte[] body = new byte[length - 9];
    in.readFully(body);
    return new Frame(number, kind, Bytes.wrap(body));
  }

  Frame read(int kind) throws IOException {
    Frame frame = read();
    assertThat(frame.kind()).as("%s", frame).isEqualTo(kind);
    return frame;
  }

  Events events() throws IOException {
    return events(read(BinaryFormat.EVENTS));
  }

  static Events events(Frame frame) {
    ByteReader in = frame.reader();
    boolean more = in.get() == 1;
    List<WatchEvent> events = new ArrayList<>();
    for (int left = in.getInt(); left > 0; left--) {
      int bits = in.get();
      KeyValue entry = CommandCodec.getEntry(in);
      KeyValue former = (bits & BinaryFormat.HAS_FORMER) != 0 ? CommandCodec.getEntry(in) : null;
      events.add(new WatchEvent(entry, (bits & BinaryFormat.REMOVED) != 0, former));
    }
    in.end();
    return new Events(more, events);
  }

  /// Whether the server has closed the connection, after all that it said.
  byte[] rest() throws IOException {
    return in.readAllBytes();
  }

  @Override
  public void close() throws IOException {
    socket.close();
  }
}
