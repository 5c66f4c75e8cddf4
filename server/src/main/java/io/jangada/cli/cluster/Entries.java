package io.jangada.cli.cluster;

import io.jangada.bytes.Bytes;
import io.jangada.client.KeyValue;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import tools.jackson.core.JsonGenerator;

/// How keys with their values are printed: a line each, with tabulators between its parts, bytes as
/// they are; or an object each.
final class Entries {
  private Entries() {}

  /// A line.
  ///
  /// @param parts texts and [Bytes]
  static void line(Output output, Object... parts) {
    List<byte[]> pieces = new ArrayList<>();
    for (Object part : parts) {
      if (!pieces.isEmpty()) pieces.add(new byte[] {'\t'});
      pieces.add(
          part instanceof Bytes bytes
              ? bytes.toArray()
              : ("" + part).getBytes(StandardCharsets.UTF_8));
    }
    pieces.add(new byte[] {'\n'});
    output.data(pieces.toArray(byte[][]::new));
  }

  /// The members of an entry's object, but for its value.
  static void json(JsonGenerator out, KeyValue entry) {
    Output.bytes(out, "key", entry.key());
    out.writeNumberProperty("revision", entry.revisions().modified());
    out.writeNumberProperty("created", entry.revisions().created());
    out.writeNumberProperty("changes", entry.revisions().changes());
    if (entry.terms().lease() != 0) out.writeNumberProperty("lease", entry.terms().lease());
    if (entry.flags() != 0) out.writeNumberProperty("flags", Integer.toUnsignedLong(entry.flags()));
  }
}
