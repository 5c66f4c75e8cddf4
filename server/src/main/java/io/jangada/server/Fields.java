package io.jangada.server;

import io.jangada.front.text.AdminReply;
import io.jangada.wire.Json;
import java.math.BigDecimal;
import java.util.List;
import java.util.TreeMap;

/// A JSON object in the making.
final class Fields {
  private final TreeMap<String, Json> members = new TreeMap<>();

  /// What an admin command that did what was asked says.
  static Fields ok() {
    return new Fields().put("ok", true);
  }

  /// What one says that did nothing.
  static Fields refusal(String why) {
    return new Fields().put("ok", false).put("error", why);
  }

  Fields put(String name, Json value) {
    members.put(name, value);
    return this;
  }

  Fields put(String name, String value) {
    return put(name, new Json.Str(value));
  }

  Fields put(String name, long value) {
    return put(name, new Json.Num(BigDecimal.valueOf(value), true));
  }

  Fields put(String name, boolean value) {
    return put(name, new Json.Bool(value));
  }

  Fields put(String name, Fields value) {
    return put(name, value.json());
  }

  Fields put(String name, List<Fields> values) {
    return put(name, new Json.Arr(values.stream().map(Fields::json).toList()));
  }

  Json json() {
    return new Json.Obj(members);
  }

  AdminReply reply() {
    return new AdminReply.Value(json().canonical());
  }
}
