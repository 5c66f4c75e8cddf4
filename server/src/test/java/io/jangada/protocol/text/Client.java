package io.jangada.protocol.text;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;

/// A client on a plain blocking socket that never waits longer than a bound. Texts are ISO 8859-1,
/// so that each character is a byte.
final class Client implements AutoCloseable {
  static final int BOUND_MILLIS = 30_000;

  private final Socket socket = new Socket();
  private final InputStream in;

  Client(InetSocketAddress address) throws IOException {
    socket.connect(address, BOUND_MILLIS);
    socket.setTcpNoDelay(true);
    socket.setSoTimeout(BOUND_MILLIS);
    in = new BufferedInputStream(socket.getInputStream());
  }

  Socket socket() {
    return socket;
  }

  Client send(String text) throws IOException {
    return send(text.getBytes(StandardCharsets.ISO_8859_1));
  }

  Client send(byte[] bytes) throws IOException {
    socket.getOutputStream().write(bytes);
    return this;
  }

  /// Sends no more, and can still read.
  Client endOutput() throws IOException {
    socket.shutdownOutput();
    return this;
  }

  /// The next line, which must end in CRLF; without it.
  String line() throws IOException {
    ByteArrayOutputStream line = new ByteArrayOutputStream();
    for (int b; (b = in.read()) != '\n'; ) {
      if (b < 0) throw new IOException("the end, after '" + line + "'");
      line.write(b);
    }
    String text = line.toString(StandardCharsets.ISO_8859_1);
    if (!text.endsWith("\r")) throw new IOException("no CR in '" + text + "'");
    return text.substring(0, text.length() - 1);
  }

  String ask(String text) throws IOException {
    return send(text).line();
  }

  /// Sends a command and reads a whole reply.
  String value(String text) throws IOException {
    return send(text).reply();
  }

  /// A whole reply: its line, and after a bar the data, if there is any.
  String reply() throws IOException {
    String line = line();
    if (!line.startsWith("VALUE ")) return line;
    String data = text(Integer.parseInt(line.substring(line.lastIndexOf(' ') + 1)));
    if (!line().isEmpty()) throw new IOException("no CRLF after the data");
    return line + "|" + data;
  }

  byte[] bytes(int count) throws IOException {
    byte[] bytes = in.readNBytes(count);
    if (bytes.length < count) throw new IOException("the end after " + bytes.length + " bytes");
    return bytes;
  }

  String text(int count) throws IOException {
    return new String(bytes(count), StandardCharsets.ISO_8859_1);
  }

  /// All that comes until the connection's end.
  String rest() throws IOException {
    return new String(in.readAllBytes(), StandardCharsets.ISO_8859_1);
  }

  @Override
  public void close() throws IOException {
    socket.close();
  }
}
