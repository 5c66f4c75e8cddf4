package io.jangada.protocol.port;

import io.netty.buffer.ByteBuf;
import java.nio.charset.StandardCharsets;

/// Numbers as clients read them.
public final class Decimals {
  /// Of any number of 64 bits.
  public static final int BYTES_MAX = 20;

  private Decimals() {}

  public static void write(long number, ByteBuf out) {
    if (number < 0) {
      out.writeCharSequence(Long.toString(number), StandardCharsets.US_ASCII);
      return;
    }
    int digits = 1;
    for (long rest = number / 10; rest > 0; rest /= 10) digits++;
    int at = out.writerIndex();
    out.ensureWritable(digits).writerIndex(at + digits);
    long rest = number;
    for (int i = digits - 1; i >= 0; i--, rest /= 10) out.setByte(at + i, (int) ('0' + rest % 10));
  }
}
