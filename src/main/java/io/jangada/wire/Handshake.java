package io.jangada.wire;

import io.jangada.bytes.MalformedException;
import io.netty.buffer.ByteBuf;
import java.nio.charset.StandardCharsets;

/// What two members say to each other before anything else.
///
/// Whoever connects sends eight bytes, the word `jangada` and its version (1), and then a *hello*;
/// the other one answers with its own eight bytes and a *verdict*. Both are frames ([Frames]) of at
/// most [#FRAME_BYTES_MAX]:
///
/// ```
/// hello    cluster: string, sender (4) receiver (4) port (4)
/// verdict  0 welcome | 1 refused (1), cluster: string, member (4) reason: string
/// ```
///
/// The receiver is the member that the sender believes to have reached; the port is where the
/// sender listens itself. The verdict names the cluster and the member that the sender did reach.
/// After a refusal the connection is closed. After a welcome the one who connected sends frames
/// with messages. The other one sends nothing more, but that it may end the connection with a
/// second verdict, a refusal that says why; it may be lost.
///
/// The eight bytes are the same in every version of the protocol, so that versions can at least
/// name each other.
final class Handshake {
  static final int VERSION = 1;
  static final int FRAME_BYTES_MAX = 1_024;
  static final int PREAMBLE_BYTES = 8;

  private static final byte[] WORD = "jangada".getBytes(StandardCharsets.US_ASCII);
  private static final int CLUSTER_BYTES_MAX = 256;
  private static final int REASON_BYTES_MAX = 512;
  private static final int SHOWN_BYTES = 24;

  private Handshake() {}

  /// @param from who sends it
  /// @param to whom it believes to reach
  /// @param port where it listens
  record Hello(String cluster, int from, int to, int port) {}

  /// @param reason empty in a welcome
  record Verdict(boolean welcome, String cluster, int member, String reason) {}

  static void write(ByteBuf out, Hello hello) {
    putPreamble(out);
    int start = Frames.begin(out);
    putText(out, hello.cluster);
    out.writeInt(hello.from).writeInt(hello.to).writeInt(hello.port);
    Frames.end(out, start);
  }

  static void write(ByteBuf out, Verdict verdict) {
    putPreamble(out);
    writeAgain(out, verdict);
  }

  /// Appends a verdict alone, as the end of a connection that began with a welcome.
  static void writeAgain(ByteBuf out, Verdict verdict) {
    int start = Frames.begin(out);
    putText(out.writeByte(verdict.welcome ? 0 : 1), verdict.cluster);
    putText(out.writeInt(verdict.member), verdict.reason);
    Frames.end(out, start);
  }

  private static void putPreamble(ByteBuf out) {
    out.writeBytes(WORD).writeByte(VERSION);
  }

  private static void putText(ByteBuf out, String text) {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    int length = Math.min(bytes.length, REASON_BYTES_MAX);
    out.writeInt(length).writeBytes(bytes, 0, length);
  }

  /// The version that the buffer begins with, read over, or -1 while not all of it is there.
  ///
  /// @param who whose bytes these are, for people
  /// @throws MalformedException as soon as it is clear that no member speaks here
  static int readVersion(ByteBuf in, String who) {
    int there = Math.min(in.readableBytes(), WORD.length);
    for (int i = 0; i < there; i++)
      if (in.getByte(in.readerIndex() + i) != WORD[i])
        throw new MalformedException(who + " is no member: it began with " + shown(in));
    if (in.readableBytes() < PREAMBLE_BYTES) return -1;
    return in.skipBytes(WORD.length).readUnsignedByte();
  }

  /// The hello that the buffer begins with, or null while not all of it is there.
  static Hello readHello(ByteBuf in) {
    int length = Frames.payloadLength(in, FRAME_BYTES_MAX);
    if (length < 0) return null;
    Frames.open(in, length);
    FrameReader reader = new FrameReader(in, length);
    String cluster = reader.getText(CLUSTER_BYTES_MAX);
    Hello hello = new Hello(cluster, reader.getInt(), reader.getInt(), reader.getInt());
    reader.end();
    if (hello.from < 0 || hello.port < 0 || hello.port > 65_535)
      throw new MalformedException("a hello of member " + hello.from + ", port " + hello.port);
    return hello;
  }

  /// The verdict that the buffer begins with, or null while not all of it is there.
  static Verdict readVerdict(ByteBuf in) {
    int length = Frames.payloadLength(in, FRAME_BYTES_MAX);
    if (length < 0) return null;
    Frames.open(in, length);
    FrameReader reader = new FrameReader(in, length);
    boolean welcome = reader.get() == 0;
    String cluster = reader.getText(CLUSTER_BYTES_MAX);
    Verdict verdict =
        new Verdict(welcome, cluster, reader.getInt(), reader.getText(REASON_BYTES_MAX));
    reader.end();
    return verdict;
  }

  /// The first bytes of a buffer as text for people: printable ASCII, the rest as dots.
  private static String shown(ByteBuf in) {
    StringBuilder text = new StringBuilder("'");
    for (int i = 0; i < Math.min(in.readableBytes(), SHOWN_BYTES); i++) {
      int b = in.getByte(in.readerIndex() + i);
      text.append(b >= 0x20 && b < 0x7f ? (char) b : '.');
    }
    return text.append('\'').toString();
  }
}
