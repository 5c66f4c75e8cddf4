package io.jangada.link;

import io.jangada.bytes.MalformedException;
import io.jangada.codec.FrameReader;
import io.jangada.codec.Frames;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import java.nio.charset.StandardCharsets;

/// What two members say to each other before anything else.
///
/// The one that connects sends eight bytes, the word `jangada` and a version (2), and then a
/// *hello*; the other one answers with eight bytes of its own and a *verdict*. Both are frames
/// ([Frames]) of at most [#FRAME_BYTES_MAX]:
///
/// ```
/// hello    cluster: string, sender (4) receiver (4) port (4) identity
/// verdict  0 welcome | 1 refused (1), cluster: string, member (4) reason: string, identity
/// identity cluster id (8) restored from (8) flags (1): 1 has data; not in version 1
/// ```
///
/// Members that share a [Secret] speak version 3, and no other. There the hello ends with a nonce,
/// and two frames come before the verdict: the other side's nonce and proof, and the sender's
/// proof. Nothing else is answered to a side that has not proved that it knows the secret. A proof
/// is an HMAC over the side it is of, the second nonce, and the whole hello:
///
/// ```
/// hello      cluster: string, sender (4) receiver (4) port (4) identity, nonce (32)
/// challenge  nonce (32) proof (32)
/// proof      proof (32)
/// ```
///
/// A member that knows only version 1 answers a later one with a refusal in version 1; it is then
/// spoken to in version 1. What a member says of its cluster may become more later: then it sends
/// its identity alone, as a frame that begins with [#IDENTITY].
///
/// The receiver is the member that the sender believes to have reached; the port is where the
/// sender listens itself. The verdict names the cluster and the member that the sender did reach.
/// After a refusal the connection is closed. After a welcome the side that connected sends frames
/// with messages. The other one sends nothing more, but that it may end the connection with a
/// second verdict, a refusal that says why; it may be lost.
///
/// The eight bytes are the same in every version of the protocol, so that versions can at least
/// name each other.
final class Handshake {
  static final int VERSION = 2;

  /// The version of members that share a secret.
  static final int PROVING_VERSION = 3;

  /// The last version without cluster ids.
  static final int PLAIN_VERSION = 1;

  /// The first two bytes of a frame that no [BinaryMessages] begins with.
  static final int IDENTITY = 0x0001;

  static final int FRAME_BYTES_MAX = 1_024;
  static final int PREAMBLE_BYTES = 8;

  private static final byte[] NO_NONCE = {};
  private static final byte[] WORD = "jangada".getBytes(StandardCharsets.US_ASCII);
  private static final int CLUSTER_BYTES_MAX = 256;
  private static final int REASON_BYTES_MAX = 512;
  private static final int SHOWN_BYTES = 24;

  private Handshake() {}

  /// @param from the sender
  /// @param to whom it believes to reach
  /// @param port where it listens
  record Hello(ClusterIdentity cluster, int from, int to, int port) {}

  /// @param reason empty in a welcome
  record Verdict(boolean welcome, ClusterIdentity cluster, int member, String reason) {}

  static void write(ByteBuf out, Hello hello, int version) {
    write(out, hello, version, NO_NONCE);
  }

  /// Appends a hello and returns its payload.
  ///
  /// @param nonce empty in versions without a proof
  static byte[] write(ByteBuf out, Hello hello, int version, byte[] nonce) {
    putPreamble(out, version);
    int start = Frames.begin(out);
    putText(out, hello.cluster.name());
    out.writeInt(hello.from).writeInt(hello.to).writeInt(hello.port);
    putIdentity(out, hello.cluster, version);
    out.writeBytes(nonce);
    Frames.end(out, start);
    int from = start + Frames.HEADER_BYTES;
    return ByteBufUtil.getBytes(out, from, out.writerIndex() - from);
  }

  /// Appends a frame of nonces and proofs, after the preamble of its side.
  static void write(ByteBuf out, byte[]... parts) {
    int start = Frames.begin(out);
    for (byte[] part : parts) out.writeBytes(part);
    Frames.end(out, start);
  }

  /// The frame of nonces and proofs that the buffer begins with, of so many bytes, or null while
  /// not all of it is there.
  static byte[] readParts(ByteBuf in, int bytes) {
    int length = Frames.payloadLength(in, FRAME_BYTES_MAX);
    if (length < 0) return null;
    if (length != bytes)
      throw new MalformedException("a proof of " + length + " bytes, not " + bytes);
    Frames.open(in, length);
    byte[] parts = new byte[length];
    in.readBytes(parts);
    return parts;
  }

  /// The payload of the hello that the buffer begins with, or null while not all of it is there.
  static byte[] peekHello(ByteBuf in) {
    int length = Frames.payloadLength(in, FRAME_BYTES_MAX);
    if (length < 0) return null;
    return ByteBufUtil.getBytes(in, in.readerIndex() + Frames.HEADER_BYTES, length);
  }

  static void write(ByteBuf out, Verdict verdict, int version) {
    putPreamble(out, version);
    writeAgain(out, verdict, version);
  }

  /// Appends a verdict alone, as the end of a connection that began with a welcome.
  static void writeAgain(ByteBuf out, Verdict verdict, int version) {
    int start = Frames.begin(out);
    putText(out.writeByte(verdict.welcome ? 0 : 1), verdict.cluster.name());
    putText(out.writeInt(verdict.member), verdict.reason);
    putIdentity(out, verdict.cluster, version);
    Frames.end(out, start);
  }

  /// Appends what became known of the sender's cluster.
  static void write(ByteBuf out, ClusterIdentity identity) {
    int start = Frames.begin(out);
    putIdentity(out.writeShort(IDENTITY), identity, VERSION);
    Frames.end(out, start);
  }

  private static void putIdentity(ByteBuf out, ClusterIdentity identity, int version) {
    if (version == PLAIN_VERSION) return;
    out.writeLong(identity.id()).writeLong(identity.restoredFrom());
    out.writeBoolean(identity.hasData());
  }

  static void putPreamble(ByteBuf out, int version) {
    out.writeBytes(WORD).writeByte(version);
  }

  private static void putText(ByteBuf out, String text) {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    int length = Math.min(bytes.length, REASON_BYTES_MAX);
    out.writeInt(length).writeBytes(bytes, 0, length);
  }

  /// The version that the buffer begins with, read over, or -1 while not all of it is there.
  ///
  /// @param who names the sender of these bytes, for people
  /// @throws MalformedException as soon as it is clear that no member speaks here
  static int readVersion(ByteBuf in, String who) {
    int there = Math.min(in.readableBytes(), WORD.length);
    for (int i = 0; i < there; i++)
      if (in.getByte(in.readerIndex() + i) != WORD[i])
        throw new MalformedException(
            who + " does not speak the peer protocol: it began with " + shown(in));
    if (in.readableBytes() < PREAMBLE_BYTES) return -1;
    return in.skipBytes(WORD.length).readUnsignedByte();
  }

  /// The hello that the buffer begins with, or null while not all of it is there.
  static Hello readHello(ByteBuf in, int version) {
    int length = Frames.payloadLength(in, FRAME_BYTES_MAX);
    if (length < 0) return null;
    Frames.open(in, length);
    FrameReader reader = new FrameReader(in, length);
    String cluster = text(reader, CLUSTER_BYTES_MAX);
    int from = reader.getInt();
    int to = reader.getInt();
    int port = reader.getInt();
    ClusterIdentity identity = identity(reader, cluster, version);
    if (version == PROVING_VERSION) reader.skip(Secret.NONCE_BYTES);
    reader.end();
    if (from < 0 || port < 0 || port > 65_535)
      throw new MalformedException("a hello of member " + from + ", port " + port);
    return new Hello(identity, from, to, port);
  }

  /// The verdict that the buffer begins with, or null while not all of it is there.
  static Verdict readVerdict(ByteBuf in, int version) {
    int length = Frames.payloadLength(in, FRAME_BYTES_MAX);
    if (length < 0) return null;
    Frames.open(in, length);
    FrameReader reader = new FrameReader(in, length);
    boolean welcome = reader.get() == 0;
    String cluster = text(reader, CLUSTER_BYTES_MAX);
    int member = reader.getInt();
    String reason = text(reader, REASON_BYTES_MAX);
    ClusterIdentity identity = identity(reader, cluster, version);
    reader.end();
    return new Verdict(welcome, identity, member, reason);
  }

  /// A text of the other side for people, who must not take it for something else: without
  /// controls.
  private static String text(FrameReader in, int bytesMax) {
    return in.getText(bytesMax).replaceAll("[\\p{Cntrl}\\x{80}-\\x{9f}\\x{2028}\\x{2029}]", ".");
  }

  /// Whether the payload that the buffer begins with is an identity alone.
  static boolean isIdentity(ByteBuf in, int length) {
    return length > 2 && in.getUnsignedShort(in.readerIndex()) == IDENTITY;
  }

  /// The identity that the next `length` bytes of the buffer are.
  static ClusterIdentity readIdentity(ByteBuf in, int length, String cluster) {
    FrameReader reader = new FrameReader(in.skipBytes(2), length - 2);
    ClusterIdentity identity = identity(reader, cluster, VERSION);
    reader.end();
    return identity;
  }

  private static ClusterIdentity identity(FrameReader in, String cluster, int version) {
    if (version == PLAIN_VERSION) return ClusterIdentity.named(cluster);
    return new ClusterIdentity(cluster, in.getLong(), in.getLong(), in.get() != 0);
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
