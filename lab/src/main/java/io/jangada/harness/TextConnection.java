package io.jangada.harness;

import io.jangada.bytes.Bytes;
import io.jangada.net.TlsContext;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.net.ProtocolException;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.TimeUnit;

/// A connection that speaks the text protocol, written from `docs/PROTOCOLS.md` alone so that no
/// mistake of the server or of the client library is made here, too. Blocking, for one thread at a
/// time; every wait is bounded, and after a wait that was too long the connection is of no more
/// use: what comes next on it may be the late reply.
public final class TextConnection implements AutoCloseable {
  private static final int LINE_BYTES_MAX = 1 << 16;
  private static final int VALUE_BYTES_MAX = 64 << 20;

  private final Socket socket;
  private final InputStream in;
  private final OutputStream out;
  private final long replyMillisMax;
  private final byte[] buffer = new byte[1 << 14];
  private int at;
  private int limit;
  private long deadline;

  private TextConnection(Socket socket, long replyMillisMax) throws IOException {
    this.socket = socket;
    this.in = socket.getInputStream();
    this.out = socket.getOutputStream();
    this.replyMillisMax = replyMillisMax;
  }

  /// Connects.
  ///
  /// @param millisMax how long connecting, and then each reply, may take
  public static TextConnection open(InetSocketAddress address, int millisMax) throws IOException {
    return open(address, millisMax, null);
  }

  /// The same over TLS; null for no TLS.
  public static TextConnection open(InetSocketAddress address, int millisMax, TlsContext tls)
      throws IOException {
    Socket socket = new Socket();
    try {
      socket.setTcpNoDelay(true);
      socket.connect(address, millisMax);
      socket.setSoTimeout(millisMax);
      if (tls != null) socket = tls.dial(socket, address.getHostString(), address.getPort());
      return new TextConnection(socket, millisMax);
    } catch (IOException e) {
      socket.close();
      throw e;
    }
  }

  /// The same over a socket that is connected, through TLS say.
  public static TextConnection over(Socket connected, int millisMax) throws IOException {
    return new TextConnection(connected, millisMax);
  }

  // ---- one command, one reply ----

  public TextReply set(String key, long exptimeSeconds, Bytes value) throws IOException {
    return request(line("set", key, exptimeSeconds, value.length()), value);
  }

  public TextReply cas(String key, long exptimeSeconds, long version, Bytes value)
      throws IOException {
    return request(line("cas", key, exptimeSeconds, version, value.length()), value);
  }

  public TextReply get(String key) throws IOException {
    return request("get " + key);
  }

  public TextReply getm(String key) throws IOException {
    return request("getm " + key);
  }

  public TextReply delete(String key) throws IOException {
    return request("delete " + key);
  }

  /// A command without data, or what is meant to be none.
  public TextReply request(String line) throws IOException {
    return request(line, Bytes.EMPTY);
  }

  public TextReply request(String line, Bytes data) throws IOException {
    send(command(line, data));
    return receive();
  }

  private static String line(String verb, String key, long... numbers) {
    StringBuilder line = new StringBuilder(verb).append(' ').append(key);
    for (long number : numbers) line.append(' ').append(number);
    return line.toString();
  }

  // ---- the bytes themselves ----

  /// A command as it is sent.
  public static byte[] command(String line, Bytes data) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    bytes.writeBytes((line + "\r\n").getBytes(StandardCharsets.UTF_8));
    bytes.writeBytes(data.toArray());
    return bytes.toByteArray();
  }

  /// Sends any bytes: several commands, or a part of one. Waits only as long as the server does not
  /// read.
  public void send(byte[] bytes) throws IOException {
    out.write(bytes);
    out.flush();
  }

  /// Waits for the next reply.
  ///
  /// @throws ProtocolException when it is none, or the server closed the connection
  public TextReply receive() throws IOException {
    deadline = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(replyMillisMax);
    String line = readLine();
    String[] words = line.split(" ", -1);
    return switch (words[0] + "/" + words.length) {
      case "OK/2" -> new TextReply.Ok(number(line, words[1]));
      case "VALUE/2" -> new TextReply.Value(data(line, words[1]));
      case "VALUE/4" ->
          new TextReply.Meta(number(line, words[1]), number(line, words[2]), data(line, words[3]));
      case "REDIRECT/2" -> new TextReply.Redirect(Math.toIntExact(number(line, words[1])));
      default -> word(line);
    };
  }

  private static TextReply word(String line) throws ProtocolException {
    return switch (line) {
      case "DELETED" -> new TextReply.Deleted();
      case "ERR_NOT_FOUND" -> new TextReply.NotFound();
      case "ERR_VERSION", "ERR_VERION" -> new TextReply.OtherVersion();
      case "ERR_CMD_ERR" -> new TextReply.CommandError();
      case "ERR_INTERNAL" -> new TextReply.InternalError();
      case "ERR_INTERNAL out of memory" -> new TextReply.NoMemory();
      case "ERR_FORGOTTEN" -> new TextReply.Forgotten();
      default -> throw new ProtocolException("no reply of the protocol: " + line);
    };
  }

  private static long number(String line, String word) throws ProtocolException {
    if (!word.matches("-?[0-9]{1,18}"))
      throw new ProtocolException("no number where one belongs: " + line);
    return Long.parseLong(word);
  }

  private Bytes data(String line, String length) throws IOException {
    long count = number(line, length);
    if (count < 0 || count > VALUE_BYTES_MAX)
      throw new ProtocolException("a value of an impossible length: " + line);
    byte[] data = new byte[(int) count];
    for (int filled = 0; filled < data.length; ) {
      if (at == limit) fill();
      int chunk = Math.min(data.length - filled, limit - at);
      System.arraycopy(buffer, at, data, filled, chunk);
      at += chunk;
      filled += chunk;
    }
    if (readByte() != '\r' || readByte() != '\n')
      throw new ProtocolException("a value is not followed by CR and LF: " + line);
    return Bytes.wrap(data);
  }

  private String readLine() throws IOException {
    ByteArrayOutputStream line = new ByteArrayOutputStream();
    for (int next = readByte(); next != '\n'; next = readByte()) {
      line.write(next);
      if (line.size() > LINE_BYTES_MAX) throw new ProtocolException("a line without an end");
    }
    String text = line.toString(StandardCharsets.UTF_8);
    if (!text.endsWith("\r")) throw new ProtocolException("a line that LF ends without CR");
    return text.substring(0, text.length() - 1);
  }

  private int readByte() throws IOException {
    if (at == limit) fill();
    return buffer[at++];
  }

  private void fill() throws IOException {
    long left = TimeUnit.NANOSECONDS.toMillis(deadline - System.nanoTime());
    if (left <= 0) throw late();
    socket.setSoTimeout((int) left);
    try {
      limit = in.read(buffer);
    } catch (SocketTimeoutException e) {
      throw late();
    }
    at = 0;
    if (limit < 0) throw new ProtocolException("the server closed the connection");
  }

  private SocketTimeoutException late() {
    return new SocketTimeoutException("no reply within " + replyMillisMax + " ms");
  }

  @Override
  public void close() {
    try {
      socket.close();
    } catch (IOException e) {
      // It is of no more use either way.
    }
  }
}
