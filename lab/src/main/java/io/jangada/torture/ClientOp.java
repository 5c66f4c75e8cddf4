package io.jangada.torture;

import io.jangada.check.Op;

/// What a client asks for.
///
/// @param value of a set or a cas, no other operation's; empty otherwise
/// @param version of a cas
/// @param exptimeSeconds of a set or a cas, 0 for ever
record ClientOp(Verb verb, String key, String value, long version, long exptimeSeconds) {
  enum Verb {
    GET,
    GETM,
    SET,
    CAS,
    DELETE
  }

  Op op() {
    return switch (verb) {
      case GET, GETM -> new Op.Read();
      case SET -> new Op.Create(value);
      case CAS -> new Op.CasVersion(version, value);
      case DELETE -> new Op.Delete();
    };
  }

  boolean writes() {
    return verb != Verb.GET && verb != Verb.GETM;
  }
}
