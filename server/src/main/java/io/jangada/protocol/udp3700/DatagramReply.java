package io.jangada.protocol.udp3700;

import io.jangada.bytes.Bytes;

/// A reply to a client.
///
/// @param client the receiver
/// @param mid of the request, as JSON text
/// @param value as JSON text; null where the reply has none
record DatagramReply(Type type, String client, Bytes mid, Bytes value) {
  enum Type {
    OK("ok"),
    FAIL("fail"),
    REDIRECT("redirect");

    final String text;

    Type(String text) {
      this.text = text;
    }
  }
}
