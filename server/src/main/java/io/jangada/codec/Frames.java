package io.jangada.codec;

import io.jangada.bytes.MalformedException;
import io.jangada.node.PeerMessage;
import io.netty.buffer.ByteBuf;
import java.util.zip.CRC32C;

/// Frames: how the messages of members are found in a stream of bytes.
///
/// ```
/// length (4)   of the payload, 1 to a maximum that both sides are configured with
/// crc32c (4)   of the payload
/// payload
/// ```
///
/// Numbers are big-endian. TCP's own checksum lets about one damaged segment in 65,536 pass, and
/// every one that was damaged where the checksum is computed anew, in a network card or a router;
/// an entry that was damaged on its way would be written to a log and acknowledged. A frame whose
/// checksum is wrong, or whose length is beyond the maximum, ends the connection: it is unknown
/// where the next would start.
public final class Frames {
  public static final int HEADER_BYTES = 8;

  private Frames() {}

  /// Leaves room for a header and returns where the frame begins.
  public static int begin(ByteBuf out) {
    int start = out.writerIndex();
    out.writeZero(HEADER_BYTES);
    return start;
  }

  /// Completes the frame that began at `start` and ends where the buffer ends.
  public static void end(ByteBuf out, int start) {
    int from = start + HEADER_BYTES;
    int length = out.writerIndex() - from;
    out.setInt(start, length);
    out.setInt(start + 4, crc32c(out, from, length));
  }

  /// Appends a message as a frame. A message that cannot be written leaves the buffer as it was.
  ///
  /// @throws IllegalArgumentException when no reader would take it
  public static void write(ByteBuf out, PeerMessage message, int frameBytesMax) {
    int start = begin(out);
    try {
      BinaryMessages.write(out, message);
      int length = out.writerIndex() - start - HEADER_BYTES;
      if (length > frameBytesMax)
        throw new IllegalArgumentException(
            "a frame of " + length + " bytes, at most " + frameBytesMax);
      end(out, start);
    } catch (IllegalArgumentException e) {
      out.writerIndex(start);
      throw e;
    }
  }

  /// The length of the payload of the frame that the buffer begins with, or -1 while not all of it
  /// is there.
  public static int payloadLength(ByteBuf in, int frameBytesMax) {
    if (in.readableBytes() < HEADER_BYTES) return -1;
    int length = in.getInt(in.readerIndex());
    if (length < 1 || length > frameBytesMax)
      throw new MalformedException(
          "a frame of " + (length & 0xffffffffL) + " bytes, at most " + frameBytesMax);
    return in.readableBytes() - HEADER_BYTES < length ? -1 : length;
  }

  /// Makes room for more of a frame that is not all there yet: for as much again as there is, but
  /// not more than is wanted. So a large frame is not copied again and again as it comes in, and a
  /// length alone takes no memory.
  public static void makeRoom(ByteBuf in) {
    if (in.readableBytes() < HEADER_BYTES) return;
    long wanted = (long) HEADER_BYTES + in.getInt(in.readerIndex()) - in.readableBytes();
    in.ensureWritable((int) Math.min(wanted, in.readableBytes()));
  }

  /// Reads over the header of a frame that is there as a whole.
  public static void open(ByteBuf in, int length) {
    in.skipBytes(4);
    int expected = in.readInt();
    if (crc32c(in, in.readerIndex(), length) != expected)
      throw new MalformedException("a frame of " + length + " bytes with a wrong checksum");
  }

  private static int crc32c(ByteBuf buffer, int index, int length) {
    CRC32C crc = new CRC32C();
    crc.update(buffer.internalNioBuffer(index, length));
    return (int) crc.getValue();
  }
}
