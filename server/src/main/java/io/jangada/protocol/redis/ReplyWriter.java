package io.jangada.protocol.redis;

import io.jangada.bytes.Bytes;
import io.jangada.protocol.port.Decimals;
import io.netty.buffer.ByteBuf;
import java.nio.charset.StandardCharsets;

/// Writes the parts of replies, in RESP2 or RESP3.
///
/// @param isResp3 what the client understood when it sent the command
record ReplyWriter(ByteBuf out, boolean isResp3) {
  void simple(String text) {
    line('+', text);
  }

  /// @param text with its prefix; what a client sent may stand in it
  void error(String text) {
    line('-', text.replace('\r', ' ').replace('\n', ' '));
  }

  void integer(long number) {
    head(':', number);
  }

  void bulk(Bytes bytes) {
    head('$', bytes.length());
    out.writeBytes(bytes.asBuffer());
    end();
  }

  void bulk(String text) {
    bulk(Bytes.utf8(text));
  }

  /// Null for nothing.
  void bulkOrNil(Bytes bytes) {
    if (bytes == null) nil();
    else bulk(bytes);
  }

  void nil() {
    line(isResp3 ? '_' : '$', isResp3 ? "" : "-1");
  }

  /// Where an array was expected.
  void nilArray() {
    line(isResp3 ? '_' : '*', isResp3 ? "" : "-1");
  }

  /// So many parts follow.
  void array(long count) {
    head('*', count);
  }

  /// So many keys follow, each with its value.
  void map(int count) {
    head(isResp3 ? '%' : '*', isResp3 ? count : 2L * count);
  }

  /// What the server says unasked.
  void push(int count) {
    head(isResp3 ? '>' : '*', count);
  }

  void verbatim(String text) {
    if (!isResp3) {
      bulk(text);
      return;
    }
    Bytes bytes = Bytes.utf8("txt:" + text);
    head('=', bytes.length());
    out.writeBytes(bytes.asBuffer());
    end();
  }

  private void head(char kind, long number) {
    out.writeByte(kind);
    Decimals.write(number, out);
    end();
  }

  private void line(char kind, String text) {
    out.writeByte(kind);
    out.writeCharSequence(text, StandardCharsets.ISO_8859_1);
    end();
  }

  private void end() {
    out.writeShort('\r' << 8 | '\n');
  }
}
