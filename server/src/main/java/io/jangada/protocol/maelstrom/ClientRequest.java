package io.jangada.protocol.maelstrom;

import io.jangada.bytes.Bytes;
import io.jangada.bytes.MalformedException;
import io.jangada.codec.Json;
import io.jangada.kv.Condition;
import io.jangada.kv.Operation;

/// What a client asks for.
///
/// @param operation what it comes to: keys and values are the canonical bytes of their JSON
record ClientRequest(Kind kind, Operation operation) {
  /// The requests there are, with what they are called when they succeed.
  enum Kind {
    READ("read_ok"),
    WRITE("write_ok"),
    CAS("cas_ok"),
    DELETE("delete_ok"),
    CREATE("create_ok");

    final String ok;

    Kind(String ok) {
      this.ok = ok;
    }
  }

  /// The request in a body, or null when its type is none of a client's.
  ///
  /// @throws MalformedException when its members are not what the type needs
  static ClientRequest of(Json.Obj body) {
    Kind kind = kind(body.text("type"));
    if (kind == null) return null;
    Bytes key = bytes(body, "key");
    Operation operation =
        switch (kind) {
          case READ -> new Operation.Get(key);
          case WRITE -> write(key, bytes(body, "value"), new Condition.Always());
          case CREATE -> write(key, bytes(body, "value"), new Condition.Absent());
          case CAS -> write(key, bytes(body, "to"), guard(body));
          case DELETE -> new Operation.Delete(key, new Condition.Always());
        };
    return new ClientRequest(kind, operation);
  }

  private static Kind kind(String type) {
    return switch (type) {
      case "read" -> Kind.READ;
      case "write" -> Kind.WRITE;
      case "cas" -> Kind.CAS;
      case "delete" -> Kind.DELETE;
      case "create" -> Kind.CREATE;
      default -> null;
    };
  }

  private static Operation write(Bytes key, Bytes value, Condition condition) {
    return new Operation.Write(key, value, 0, condition);
  }

  private static Condition guard(Json.Obj body) {
    Bytes from = bytes(body, "from");
    return body.flag("create_if_not_exists")
        ? new Condition.AbsentOrValue(from)
        : new Condition.Value(from);
  }

  private static Bytes bytes(Json.Obj body, String name) {
    return body.need(name).canonical();
  }
}
