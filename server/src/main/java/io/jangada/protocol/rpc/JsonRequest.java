package io.jangada.protocol.rpc;

import com.google.protobuf.ByteString;
import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.EnumValueDescriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Message;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufInputStream;
import java.io.InputStream;
import java.io.Serial;
import java.util.Base64;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.json.JsonFactory;

/// Reads messages from JSON, as protobuf says it: bytes in Base64, numbers as such or as texts,
/// enums by name or number. Fields go by the names that the definitions give them, and by those in
/// lowerCamelCase; others are ignored. No bytes at all are an empty message.
///
/// Any bytes give a message or [Malformed]. How deep they go and how many tokens there are is
/// bounded, for a token of two bytes may become an object of a hundred.
final class JsonRequest {
  private static final int DEPTH_MAX = 128;
  private static final int TOKENS_MAX = 200_000;
  private static final int NAME_CHARS_MAX = 4_096;
  private static final int NUMBER_CHARS_MAX = 100;
  private static final int SENTENCE_CHARS_MAX = 300;

  private static final JsonFactory FACTORY =
      JsonFactory.builder()
          .streamReadConstraints(
              StreamReadConstraints.builder()
                  .maxNestingDepth(DEPTH_MAX)
                  .maxTokenCount(TOKENS_MAX)
                  .maxNameLength(NAME_CHARS_MAX)
                  .maxNumberLength(NUMBER_CHARS_MAX)
                  .maxStringLength(Integer.MAX_VALUE) // the caller bounds the whole
                  .build())
          .build();

  private static final Map<Descriptor, Map<String, FieldDescriptor>> FIELDS =
      new ConcurrentHashMap<>();

  private JsonRequest() {}

  /// What came is no such message; says why.
  static final class Malformed extends Exception {
    @Serial private static final long serialVersionUID = 1;

    Malformed(String sentence) {
      super(
          sentence.substring(0, Math.min(sentence.length(), SENTENCE_CHARS_MAX)),
          null,
          false,
          false);
    }
  }

  /// @param empty a message of the kind that is read
  static Message read(ByteBuf bytes, Message empty) throws Malformed {
    Message.Builder message = empty.newBuilderForType();
    InputStream from = new ByteBufInputStream(bytes);
    try (JsonParser in = FACTORY.createParser(ObjectReadContext.empty(), from)) {
      JsonToken first = in.nextToken();
      if (first == null) return message.build();
      read(in, first, message);
      if (in.nextToken() != null) throw new Malformed("something follows the message");
      return message.build();
    } catch (JacksonException e) {
      throw new Malformed("malformed JSON: " + e.getOriginalMessage());
    } catch (NumberFormatException e) {
      throw new Malformed("a number is malformed or too large");
    }
  }

  private static void read(JsonParser in, JsonToken first, Message.Builder message)
      throws Malformed {
    Descriptor type = message.getDescriptorForType();
    if (first != JsonToken.START_OBJECT) throw new Malformed(type.getName() + " is not an object");
    Map<String, FieldDescriptor> fields = FIELDS.computeIfAbsent(type, JsonRequest::fields);
    while (in.nextToken() == JsonToken.PROPERTY_NAME) {
      FieldDescriptor field = fields.get(in.currentName());
      JsonToken token = in.nextToken();
      if (field == null) in.skipChildren();
      else if (token != JsonToken.VALUE_NULL) read(in, token, message, field);
    }
  }

  private static Map<String, FieldDescriptor> fields(Descriptor type) {
    Map<String, FieldDescriptor> fields = new HashMap<>();
    for (FieldDescriptor field : type.getFields()) {
      fields.put(field.getJsonName(), field);
      fields.put(field.getName(), field);
    }
    return fields;
  }

  private static void read(
      JsonParser in, JsonToken first, Message.Builder message, FieldDescriptor field)
      throws Malformed {
    if (!field.isRepeated()) {
      message.setField(field, value(in, first, message, field));
      return;
    }
    if (first != JsonToken.START_ARRAY) throw wrong(field, "an array");
    for (JsonToken token; (token = in.nextToken()) != JsonToken.END_ARRAY; )
      message.addRepeatedField(field, value(in, token, message, field));
  }

  private static Object value(
      JsonParser in, JsonToken token, Message.Builder message, FieldDescriptor field)
      throws Malformed {
    return switch (field.getJavaType()) {
      case MESSAGE -> {
        Message.Builder inner = message.newBuilderForField(field);
        read(in, token, inner);
        yield inner.build();
      }
      case BYTE_STRING -> bytes(field, text(in, token, field));
      case STRING -> text(in, token, field);
      case LONG, INT -> number(in, token, field);
      case BOOLEAN -> flag(token, field);
      case ENUM -> constant(in, token, field);
      case FLOAT, DOUBLE -> throw wrong(field, "known here");
    };
  }

  private static Malformed wrong(FieldDescriptor field, String expected) {
    return new Malformed("'" + field.getName() + "' is not " + expected);
  }

  private static String text(JsonParser in, JsonToken token, FieldDescriptor field)
      throws Malformed {
    if (token != JsonToken.VALUE_STRING) throw wrong(field, "a text");
    return in.getString();
  }

  /// Reads Base64, of either alphabet.
  private static ByteString bytes(FieldDescriptor field, String text) throws Malformed {
    boolean isForUrls = text.indexOf('-') >= 0 || text.indexOf('_') >= 0;
    Base64.Decoder decoder = isForUrls ? Base64.getUrlDecoder() : Base64.getDecoder();
    try {
      return ByteString.copyFrom(decoder.decode(text));
    } catch (IllegalArgumentException e) {
      throw wrong(field, "in Base64");
    }
  }

  private static Object number(JsonParser in, JsonToken token, FieldDescriptor field)
      throws Malformed {
    if (token != JsonToken.VALUE_STRING && token != JsonToken.VALUE_NUMBER_INT)
      throw wrong(field, "a whole number");
    String digits = in.getString();
    boolean isUnsigned = JsonText.isUnsigned(field);
    if (field.getJavaType() == FieldDescriptor.JavaType.INT)
      return isUnsigned ? Integer.parseUnsignedInt(digits) : Integer.parseInt(digits);
    return isUnsigned ? Long.parseUnsignedLong(digits) : Long.parseLong(digits);
  }

  private static boolean flag(JsonToken token, FieldDescriptor field) throws Malformed {
    if (token != JsonToken.VALUE_TRUE && token != JsonToken.VALUE_FALSE)
      throw wrong(field, "true or false");
    return token == JsonToken.VALUE_TRUE;
  }

  private static EnumValueDescriptor constant(JsonParser in, JsonToken token, FieldDescriptor field)
      throws Malformed {
    if (token == JsonToken.VALUE_NUMBER_INT)
      return field
          .getEnumType()
          .findValueByNumberCreatingIfUnknown(Integer.parseInt(in.getString()));
    EnumValueDescriptor value = field.getEnumType().findValueByName(text(in, token, field));
    if (value == null) throw wrong(field, "one of " + field.getEnumType().getValues());
    return value;
  }
}
