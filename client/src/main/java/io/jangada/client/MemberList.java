package io.jangada.client;

import io.jangada.bytes.Bytes;
import io.jangada.bytes.MalformedException;
import java.util.Map;
import java.util.TreeMap;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.json.JsonFactory;

/// Reads what `admin members` says: which member listens where for clients.
final class MemberList {
  private static final int MEMBERS_MAX = 1_000;
  private static final JsonFactory JSON = new JsonFactory();

  private MemberList() {}

  /// @return members by id; one without an address for clients is left out
  /// @throws MalformedException when it is not such a list
  static Map<Integer, Endpoint> read(Bytes json) {
    Map<Integer, Endpoint> members = new TreeMap<>();
    try (JsonParser parser =
        JSON.createParser(ObjectReadContext.empty(), json.toArray(), 0, json.length())) {
      need(parser.nextToken() == JsonToken.START_OBJECT);
      while (parser.nextToken() == JsonToken.PROPERTY_NAME) {
        boolean isList = parser.currentName().equals("members");
        JsonToken value = parser.nextToken();
        if (isList && value == JsonToken.START_ARRAY) readAll(parser, members);
        else parser.skipChildren();
      }
      return members;
    } catch (JacksonException | IllegalArgumentException e) {
      throw new MalformedException("no list of members: " + e.getMessage());
    }
  }

  private static void readAll(JsonParser parser, Map<Integer, Endpoint> members) {
    while (parser.nextToken() == JsonToken.START_OBJECT) {
      need(members.size() < MEMBERS_MAX);
      int id = -1;
      Endpoint client = null;
      while (parser.nextToken() == JsonToken.PROPERTY_NAME) {
        String name = parser.currentName();
        JsonToken value = parser.nextToken();
        if (name.equals("id") && value == JsonToken.VALUE_NUMBER_INT) id = parser.getIntValue();
        else if (name.equals("client") && value == JsonToken.VALUE_STRING)
          client = Endpoint.parse(parser.getString());
        else parser.skipChildren();
      }
      if (id >= 0 && client != null) members.put(id, client);
    }
  }

  private static void need(boolean holds) {
    if (!holds) throw new MalformedException("no list of members");
  }
}
