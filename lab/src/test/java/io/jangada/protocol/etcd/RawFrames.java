package io.jangada.protocol.etcd;

import com.google.protobuf.Message;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;

/// A client that writes frames of HTTP/2 as it likes, and hears what it likes.
final class RawFrames implements AutoCloseable {
  static final byte[] PREFACE =
      "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".getBytes(StandardCharsets.ISO_8859_1);
  static final int DATA = 0;
  static final int HEADERS = 1;
  static final int RESET = 3;
  static final int SETTINGS = 4;
  static final int PING = 6;
  static final int GO_AWAY = 7;
  static final int WINDOW_UPDATE = 8;
  static final int END_STREAM = 1;
  static final int END_HEADERS = 4;

  private static final int BOUND_MILLIS = 20_000;

  /// A frame that came.
  record Frame(int type, int flags, int stream, byte[] payload) {}

  private final Socket socket = new Socket();
  private final DataInputStream in;
  private final ByteArrayOutputStream out = new ByteArrayOutputStream();

  RawFrames(InetSocketAddress address) throws IOException {
    socket.setReceiveBufferSize(64 << 10);
    socket.connect(address);
    socket.setSoTimeout(BOUND_MILLIS);
    in = new DataInputStream(socket.getInputStream());
  }

  RawFrames preface() {
    return bytes(PREFACE).frame(SETTINGS, 0, 0);
  }

  /// Lets the server send more than a little on the whole connection.
  RawFrames openWindow() {
    return frame(WINDOW_UPDATE, 0, 0, (byte) 0x3f, (byte) 0, (byte) 0, (byte) 0);
  }

  /// Adds bytes to what is sent next.
  RawFrames bytes(byte... bytes) {
    out.writeBytes(bytes);
    return this;
  }

  RawFrames frame(int type, int flags, int stream, byte... payload) {
    out.writeBytes(frameBytes(type, flags, stream, payload));
    return this;
  }

  static byte[] frameBytes(int type, int flags, int stream, byte... payload) {
    return join(
        data -> {
          data.writeByte(payload.length >> 16);
          data.writeShort(payload.length);
          data.writeByte(type);
          data.writeByte(flags);
          data.writeInt(stream);
          data.write(payload);
        });
  }

  /// The beginning of a call.
  RawFrames call(int stream, String path) {
    return frame(HEADERS, END_HEADERS, stream, callFields(path));
  }

  static byte[] callFields(String path) {
    return fields(
        ":method",
        "POST",
        ":scheme",
        "http",
        ":path",
        path,
        ":authority",
        "here",
        "content-type",
        "application/grpc",
        "te",
        "trailers");
  }

  /// A message and the end of what is sent.
  RawFrames last(int stream, Message message) {
    return frame(DATA, END_STREAM, stream, messageBytes(message));
  }

  RawFrames message(int stream, Message message) {
    return frame(DATA, 0, stream, messageBytes(message));
  }

  static byte[] messageBytes(Message message) {
    byte[] bytes = message.toByteArray();
    return join(
        data -> {
          data.writeByte(0);
          data.writeInt(bytes.length);
          data.write(bytes);
        });
  }

  /// Header fields, none of them compressed.
  static byte[] fields(String... namesAndValues) {
    return join(
        data -> {
          for (int i = 0; i < namesAndValues.length; i += 2) {
            data.writeByte(0);
            for (String text : new String[] {namesAndValues[i], namesAndValues[i + 1]}) {
              data.writeByte(text.length());
              data.writeBytes(text);
            }
          }
        });
  }

  private interface Writing {
    void to(DataOutputStream data) throws IOException;
  }

  private static byte[] join(Writing writing) {
    var bytes = new ByteArrayOutputStream();
    try {
      writing.to(new DataOutputStream(bytes));
    } catch (IOException e) {
      throw new AssertionError(e);
    }
    return bytes.toByteArray();
  }

  /// Sends what was added. Returns whether the server still took it.
  boolean flush() {
    try {
      out.writeTo(socket.getOutputStream());
      return true;
    } catch (IOException e) {
      return false;
    } finally {
      out.reset();
    }
  }

  /// The next frame; null when the connection ends, or sends none for long.
  Frame read() {
    try {
      int length = in.readUnsignedByte() << 16 | in.readUnsignedShort();
      Frame head =
          new Frame(in.readUnsignedByte(), in.readUnsignedByte(), in.readInt(), new byte[length]);
      in.readFully(head.payload);
      return head;
    } catch (IOException e) {
      return null;
    }
  }

  /// Reads so many ends of streams; fewer if the connection ends before.
  int countEnds(int ends) {
    int seen = 0;
    for (Frame next; seen < ends && (next = read()) != null; ) {
      boolean mayEnd = next.type == HEADERS || next.type == DATA;
      if (mayEnd && (next.flags & END_STREAM) != 0) seen++;
    }
    return seen;
  }

  /// Whether the connection ends, after whatever comes.
  boolean ends() throws IOException {
    try {
      while (in.read() >= 0) continue;
      return true;
    } catch (SocketTimeoutException e) {
      return false;
    } catch (IOException e) {
      return true;
    }
  }

  @Override
  public void close() throws IOException {
    socket.close();
  }
}
