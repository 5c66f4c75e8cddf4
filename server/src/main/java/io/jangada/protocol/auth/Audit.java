package io.jangada.protocol.auth;

import io.jangada.kv.KeyRange;
import io.jangada.kv.Operation;

/// Where the client protocols say what clients asked for; for any thread. No method waits for
/// anything or throws.
public interface Audit {
  /// The trail that is switched off.
  Audit NONE =
      new Audit() {
        @Override
        public boolean isOn() {
          return false;
        }

        @Override
        public boolean wants(Operation operation) {
          return false;
        }

        @Override
        public boolean wants(KeyRange watched) {
          return false;
        }

        @Override
        public void record(AuditEvent event) {}
      };

  /// Whether administration and authentication are to be recorded.
  boolean isOn();

  /// Whether this request is to be recorded: it has to do with keys that the trail is about, and is
  /// in the sample.
  boolean wants(Operation operation);

  /// Whether a watch of these keys is to be recorded.
  boolean wants(KeyRange watched);

  /// Records an event, or drops it where too many wait to be written.
  void record(AuditEvent event);
}
