package io.jangada.codec;

import io.jangada.bytes.MalformedException;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.TokenStreamLocation;
import tools.jackson.core.exc.StreamConstraintsException;
import tools.jackson.core.exc.UnexpectedEndOfInputException;
import tools.jackson.core.json.JsonFactory;

/// Reads a [Json] value from bytes. Any bytes at all give a value or a [MalformedException]: the
/// depth, the number of digits and the length of names are bounded, an object names each member
/// once, and nothing follows the value. The caller bounds the whole, by the bytes it gives. What is
/// wrong is said with its line and column, from 1 on, a column being a byte.
public final class JsonReader {
  /// How deep objects and arrays may stand in each other.
  public static final int DEPTH_MAX = 64;

  /// How long a number may be written.
  public static final int NUMBER_CHARS_MAX = 1_000;

  /// How far the last digit of a number may be from the point.
  public static final int EXPONENT_MAX = 1_000_000;

  private static final int NAME_CHARS_MAX = 4_096;
  private static final int STRING_CHARS_MAX = 64 << 20;

  private final JsonFactory factory =
      JsonFactory.builder()
          .streamReadConstraints(
              StreamReadConstraints.builder()
                  .maxNestingDepth(DEPTH_MAX)
                  .maxNumberLength(NUMBER_CHARS_MAX)
                  .maxNameLength(NAME_CHARS_MAX)
                  .maxStringLength(STRING_CHARS_MAX)
                  .build())
          .build();

  /// Reads the one value that the bytes hold.
  public Json read(byte[] bytes, int offset, int length) {
    try (JsonParser in = factory.createParser(ObjectReadContext.empty(), bytes, offset, length)) {
      Json json = value(in, in.nextToken());
      if (in.nextToken() != null) throw wrong(in, "something follows the value");
      return json;
    } catch (UnexpectedEndOfInputException e) {
      throw wrong(e.getLocation(), "it ends too early");
    } catch (StreamConstraintsException e) {
      throw wrong(e.getLocation(), "something is too long, or too deep");
    } catch (JacksonException e) {
      TokenStreamLocation place = e.getLocation();
      int at = place == null ? length : Math.clamp(place.getByteOffset(), 0, length);
      throw wrong(place, "no JSON: " + JsonMistake.at(bytes, offset + at, offset, offset + length));
    } catch (ArithmeticException | NumberFormatException e) {
      throw new MalformedException("a number out of all bounds");
    }
  }

  private static MalformedException wrong(JsonParser in, String what) {
    return wrong(in.currentTokenLocation(), what);
  }

  /// @param place null where it is not known
  private static MalformedException wrong(TokenStreamLocation place, String what) {
    if (place == null) return new MalformedException(what);
    return new MalformedException(
        "line " + place.getLineNr() + ", column " + place.getColumnNr() + ": " + what);
  }

  private static Json value(JsonParser in, JsonToken token) {
    return switch (token) {
      case null -> throw wrong(in.currentLocation(), "it ends too early");
      case START_OBJECT -> object(in);
      case START_ARRAY -> array(in);
      case VALUE_STRING -> new Json.Str(in.getString());
      case VALUE_NUMBER_INT -> new Json.Num(number(in), true);
      case VALUE_NUMBER_FLOAT -> new Json.Num(number(in), false);
      case VALUE_TRUE -> new Json.Bool(true);
      case VALUE_FALSE -> new Json.Bool(false);
      case VALUE_NULL -> new Json.Null();
      case END_OBJECT, END_ARRAY, PROPERTY_NAME, VALUE_EMBEDDED_OBJECT, NOT_AVAILABLE ->
          throw wrong(in, "a value was expected");
    };
  }

  private static BigDecimal number(JsonParser in) {
    BigDecimal number = new BigDecimal(in.getString());
    if (Math.abs((long) number.scale()) > EXPONENT_MAX)
      throw wrong(in, "a number with an exponent beyond " + EXPONENT_MAX);
    return number;
  }

  private static Json object(JsonParser in) {
    TreeMap<String, Json> members = new TreeMap<>();
    while (in.nextToken() == JsonToken.PROPERTY_NAME) {
      String name = in.currentName();
      if (members.containsKey(name)) throw wrong(in, "two members '" + name + "'");
      members.put(name, value(in, in.nextToken()));
    }
    return new Json.Obj(members);
  }

  private static Json array(JsonParser in) {
    List<Json> items = new ArrayList<>();
    for (JsonToken token; (token = in.nextToken()) != JsonToken.END_ARRAY; )
      items.add(value(in, token));
    return new Json.Arr(items);
  }
}
