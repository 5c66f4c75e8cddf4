package io.jangada.protocol.redis;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/// A client on a plain blocking socket that never waits longer than a bound. A reply is shown in
/// one line: `OK`, `:1`, `-ERR …`, `nil`, `[a, b]`; a push as `>[a, b]`.
final class RespClient implements AutoCloseable {
  private static final int BOUND_MILLIS = 30_000;

  private final Socket socket = new Socket();
  private final DataInputStream in;

  /// What a socket takes unread, usually.
  static final int BOUND_BYTES = 256 << 10;

  RespClient(InetSocketAddress address, int receivedBytesMax) throws IOException {
    socket.setReceiveBufferSize(receivedBytesMax);
    socket.connect(address, BOUND_MILLIS);
    socket.setTcpNoDelay(true);
    socket.setSoTimeout(BOUND_MILLIS);
    in = new DataInputStream(new BufferedInputStream(socket.getInputStream()));
  }

  /// Sends one command.
  RespClient send(String... words) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    out.write(latin("*" + words.length + "\r\n"));
    for (String word : words) out.write(latin("$" + word.length() + "\r\n" + word + "\r\n"));
    socket.getOutputStream().write(out.toByteArray());
    return this;
  }

  private static byte[] latin(String text) {
    return text.getBytes(StandardCharsets.ISO_8859_1);
  }

  String ask(String... words) throws IOException {
    return send(words).read();
  }

  private String line() throws IOException {
    StringBuilder line = new StringBuilder();
    for (int b; (b = in.readUnsignedByte()) != '\r'; ) line.append((char) b);
    in.readUnsignedByte();
    return line.toString();
  }

  /// The next reply or push.
  String read() throws IOException {
    String line = line();
    String rest = line.substring(1);
    return switch (line.charAt(0)) {
      case '+' -> rest;
      case '-', ':' -> line;
      case '_' -> "nil";
      case '$', '=' -> bulk(Integer.parseInt(rest));
      case '*', '~' -> parts(Integer.parseInt(rest)).toString();
      case '%' -> parts(2 * Integer.parseInt(rest)).toString();
      case '>' -> ">" + parts(Integer.parseInt(rest));
      default -> throw new IOException("no reply: " + line);
    };
  }

  private String bulk(int length) throws IOException {
    if (length < 0) return "nil";
    byte[] bytes = in.readNBytes(length);
    in.readNBytes(2);
    return new String(bytes, StandardCharsets.ISO_8859_1);
  }

  private List<String> parts(int count) throws IOException {
    List<String> parts = new ArrayList<>();
    for (int i = 0; i < count; i++) parts.add(read());
    return parts;
  }

  /// Reads to the end.
  ///
  /// @return whether all begins so
  boolean isAtEndOf(String start) throws IOException {
    try {
      while (read().startsWith(start)) {}
      return false;
    } catch (EOFException | SocketException e) {
      return true;
    }
  }

  @Override
  public void close() throws IOException {
    socket.close();
  }
}
