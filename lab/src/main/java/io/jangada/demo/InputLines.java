package io.jangada.demo;

import io.jangada.cli.shell.UserError;
import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;

/// Lines of UTF-8 text out of a stream of bytes, each of a bounded length. The last one need not
/// end in a line feed.
final class InputLines {
  static final int LINE_BYTES_MAX = 4 << 20;

  private final InputStream in;

  InputLines(InputStream in) {
    this.in = new BufferedInputStream(in);
  }

  /// The next line without its end, or null when there are no more.
  ///
  /// @throws UserError when the line is too long or no UTF-8; the next one can be read
  String next() throws IOException, UserError {
    ByteArrayOutputStream line = new ByteArrayOutputStream();
    long length = 0;
    int read;
    while ((read = in.read()) >= 0 && read != '\n')
      if (++length <= LINE_BYTES_MAX) line.write(read);
    if (read < 0 && length == 0) return null;
    if (length > LINE_BYTES_MAX)
      throw new UserError("a line of " + length + " bytes; " + LINE_BYTES_MAX + " are the most");
    try {
      String text =
          StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(line.toByteArray())) + "";
      return text.endsWith("\r") ? text.substring(0, text.length() - 1) : text;
    } catch (CharacterCodingException e) {
      throw new UserError("a line that is not UTF-8");
    }
  }
}
