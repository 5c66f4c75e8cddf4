package io.jangada.protocol.rpc;

import com.google.protobuf.ByteString;
import com.google.protobuf.Descriptors.EnumValueDescriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Message;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufOutputStream;
import java.io.OutputStream;
import java.util.List;
import tools.jackson.core.JsonEncoding;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.ObjectWriteContext;
import tools.jackson.core.json.JsonFactory;

/// Writes messages as JSON, as protobuf says it: bytes in Base64, numbers of 64 bits as texts,
/// enums by their names, what is at its default not at all. Fields have the names that the
/// definitions give them.
final class JsonText {
  private static final JsonFactory FACTORY = new JsonFactory();

  private JsonText() {}

  /// The only message of an answer.
  static void write(ByteBuf out, Message message) {
    try (JsonGenerator json = generator(out)) {
      write(json, message);
    }
  }

  /// One message of several, on a line of its own.
  static void writeResult(ByteBuf out, Message message) {
    try (JsonGenerator json = generator(out)) {
      json.writeStartObject();
      json.writeName("result");
      write(json, message);
      json.writeEndObject();
    }
    out.writeByte('\n');
  }

  /// Why there is no message.
  static void write(ByteBuf out, Status status) {
    try (JsonGenerator json = generator(out)) {
      json.writeStartObject();
      json.writeStringProperty("error", status.message());
      json.writeStringProperty("message", status.message());
      json.writeNumberProperty("code", status.code().number());
      json.writeEndObject();
    }
  }

  /// Why there are no more messages, on a line of its own; with the fields of old and new servers.
  ///
  /// @param phrase that HTTP has for its code
  static void writeError(ByteBuf out, Status status, String phrase) {
    try (JsonGenerator json = generator(out)) {
      json.writeStartObject();
      json.writeObjectPropertyStart("error");
      json.writeNumberProperty("grpc_code", status.code().number());
      json.writeNumberProperty("http_code", status.code().http());
      json.writeStringProperty("message", status.message());
      json.writeStringProperty("http_status", phrase);
      json.writeNumberProperty("code", status.code().number());
      json.writeEndObject();
      json.writeEndObject();
    }
    out.writeByte('\n');
  }

  private static JsonGenerator generator(ByteBuf to) {
    OutputStream out = new ByteBufOutputStream(to);
    return FACTORY.createGenerator(ObjectWriteContext.empty(), out, JsonEncoding.UTF8);
  }

  private static void write(JsonGenerator json, Message message) {
    json.writeStartObject();
    message
        .getAllFields()
        .forEach(
            (field, value) -> {
              json.writeName(field.getName());
              if (field.isRepeated()) write(json, field, (List<?>) value);
              else write(json, field, value);
            });
    json.writeEndObject();
  }

  private static void write(JsonGenerator json, FieldDescriptor field, List<?> values) {
    json.writeStartArray();
    for (Object value : values) write(json, field, value);
    json.writeEndArray();
  }

  private static void write(JsonGenerator json, FieldDescriptor field, Object value) {
    switch (field.getJavaType()) {
      case MESSAGE -> write(json, (Message) value);
      case BYTE_STRING -> {
        byte[] bytes = ((ByteString) value).toByteArray();
        json.writeBinary(bytes, 0, bytes.length);
      }
      case STRING -> json.writeString((String) value);
      case LONG -> json.writeString(decimal(field, (long) value));
      case INT ->
          json.writeNumber(
              isUnsigned(field) ? Integer.toUnsignedLong((int) value) : (long) (int) value);
      case BOOLEAN -> json.writeBoolean((boolean) value);
      case ENUM -> write(json, (EnumValueDescriptor) value);
      case FLOAT, DOUBLE -> json.writeNumber(((Number) value).doubleValue());
    }
  }

  private static void write(JsonGenerator json, EnumValueDescriptor value) {
    if (value.getIndex() < 0) json.writeNumber(value.getNumber());
    else json.writeString(value.getName());
  }

  private static String decimal(FieldDescriptor field, long value) {
    return isUnsigned(field) ? Long.toUnsignedString(value) : Long.toString(value);
  }

  static boolean isUnsigned(FieldDescriptor field) {
    return switch (field.getType()) {
      case UINT64, UINT32, FIXED64, FIXED32 -> true;
      default -> false;
    };
  }

  /// About how long a message becomes.
  static int sizeHint(Message message) {
    return 64 + 2 * message.getSerializedSize();
  }
}
