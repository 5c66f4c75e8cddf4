package io.jangada.server;

import io.jangada.codec.Json;
import io.jangada.protocol.text.AdminReply;
import java.math.BigDecimal;
import java.util.List;
import java.util.TreeMap;

/// A JSON object in the making.
final class JsonObjectBuilder {
  private final TreeMap<String, Json> members = new TreeMap<>();

  /// The reply of an admin command that was carried out.
  static JsonObjectBuilder ok() {
    return new JsonObjectBuilder().put("ok", true);
  }

  /// The reply of an admin command that did nothing.
  static JsonObjectBuilder refusal(String why) {
    return new JsonObjectBuilder().put("ok", false).put("error", why);
  }

  JsonObjectBuilder put(String name, Json value) {
    members.put(name, value);
    return this;
  }

  JsonObjectBuilder put(String name, String value) {
    return put(name, new Json.Str(value));
  }

  JsonObjectBuilder put(String name, long value) {
    return put(name, new Json.Num(BigDecimal.valueOf(value), true));
  }

  JsonObjectBuilder put(String name, boolean value) {
    return put(name, new Json.Bool(value));
  }

  JsonObjectBuilder put(String name, JsonObjectBuilder value) {
    return put(name, value.json());
  }

  JsonObjectBuilder put(String name, List<JsonObjectBuilder> values) {
    return put(name, new Json.Arr(values.stream().map(JsonObjectBuilder::json).toList()));
  }

  Json json() {
    return new Json.Obj(members);
  }

  AdminReply reply() {
    boolean refuses = new Json.Bool(false).equals(members.get("ok"));
    String refusal = refuses && members.get("error") instanceof Json.Str(String why) ? why : null;
    return new AdminReply.Value(json().canonical(), refusal);
  }
}
