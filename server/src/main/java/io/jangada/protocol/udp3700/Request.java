package io.jangada.protocol.udp3700;

import io.jangada.bytes.Bytes;
import io.jangada.bytes.MalformedException;
import io.jangada.codec.Json;
import io.jangada.kv.Condition;
import io.jangada.kv.KvLimits;
import io.jangada.kv.Operation;
import io.jangada.kv.RequestId;

/// What a client asks for. Keys, values and MIDs are kept as their JSON text: it is exact whatever
/// is in a string, and goes into replies as it is.
///
/// @param id the client and the MID
/// @param leader whom the client takes for the leader
/// @param operation a get or a put
record Request(RequestId.Named id, String client, String leader, Operation operation) {
  /// How long a key and a value may be together, as JSON text in which every control character
  /// takes six bytes: a value then fits into a reply, whatever the MID.
  static final int TEXT_BYTES_MAX = 65_000;

  /// Whether it is a request of a client at all, or something else.
  static boolean isOne(String type) {
    return type.equals("get") || type.equals("put");
  }

  /// @throws MalformedException when a member is missing, no string, or too long
  static Request of(String type, Json.Obj datagram) {
    String client = datagram.text("src");
    Bytes mid = text(datagram, "MID");
    if (mid.length() > KvLimits.NAME_BYTES_MAX)
      throw new MalformedException("a MID of " + mid.length() + " bytes");
    Bytes key = text(datagram, "key");
    Operation operation =
        type.equals("get")
            ? new Operation.Get(key)
            : new Operation.Write(key, text(datagram, "value"), 0, new Condition.Always());
    if (sizeOf(operation) > TEXT_BYTES_MAX)
      throw new MalformedException("key and value have " + sizeOf(operation) + " bytes");
    String leader = datagram.get("leader") instanceof Json.Str(String named) ? named : "";
    return new Request(new RequestId.Named(Bytes.utf8(client), mid), client, leader, operation);
  }

  private static int sizeOf(Operation operation) {
    return switch (operation) {
      case Operation.Get(Bytes key) -> key.length();
      case Operation.Write write -> write.key().length() + write.value().length();
      case Operation.Read _, Operation.Command _ -> throw new IllegalStateException();
    };
  }

  private static Bytes text(Json.Obj datagram, String name) {
    if (datagram.need(name) instanceof Json.Str string) return string.canonical();
    throw new MalformedException("'" + name + "' is not a string");
  }

  boolean isPut() {
    return operation instanceof Operation.Command;
  }

  DatagramReply reply(DatagramReply.Type type, Bytes value) {
    return new DatagramReply(type, client, id.name(), value);
  }
}
