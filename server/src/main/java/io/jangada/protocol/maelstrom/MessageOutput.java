package io.jangada.protocol.maelstrom;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.util.function.Consumer;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.ObjectWriteContext;
import tools.jackson.core.json.JsonFactory;

/// Writes messages, each whole and on a line of its own, and hands them to the system in [#flush].
final class MessageOutput {
  /// The output is not read any more.
  static final class GoneException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    GoneException(IOException cause) {
      super(cause.getMessage(), cause);
    }
  }

  private static final int FLUSH_BYTES = 64 << 10;

  private final OutputStream out;
  private final JsonFactory factory = new JsonFactory();
  private final ByteArrayOutputStream gathered = new ByteArrayOutputStream(4096);
  private final ByteArrayOutputStream message = new ByteArrayOutputStream(512);

  MessageOutput(OutputStream out) {
    this.out = out;
  }

  /// Writes a message. When it cannot be written, for whatever reason, nothing of it is.
  ///
  /// @param body writes the members of the message's body
  void send(String src, String dest, Consumer<JsonGenerator> body) {
    message.reset();
    try (JsonGenerator json = factory.createGenerator(ObjectWriteContext.empty(), message)) {
      json.writeStartObject();
      json.writeStringProperty("src", src);
      json.writeStringProperty("dest", dest);
      json.writeObjectPropertyStart("body");
      body.accept(json);
      json.writeEndObject();
      json.writeEndObject();
    }
    message.write('\n');
    gathered.writeBytes(message.toByteArray());
    if (gathered.size() >= FLUSH_BYTES) flush();
  }

  /// @throws GoneException when the output is not read any more
  void flush() {
    if (gathered.size() == 0) return;
    try {
      gathered.writeTo(out);
      out.flush();
      gathered.reset();
    } catch (IOException e) {
      throw new GoneException(e);
    }
  }
}
