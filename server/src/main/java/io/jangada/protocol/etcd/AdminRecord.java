package io.jangada.protocol.etcd;

import io.jangada.node.Outcome;
import io.jangada.protocol.auth.Audit;
import io.jangada.protocol.auth.AuditEnd;
import io.jangada.protocol.auth.AuditEvent;
import io.jangada.protocol.auth.Authenticator.Answer;
import io.jangada.protocol.rpc.Call;
import io.jangada.protocol.rpc.Status;
import java.util.List;

/// Administration by etcd's clients, as the audit trail has it.
final class AdminRecord {
  private AdminRecord() {}

  private static final AuditEnd UNKNOWN = new AuditEnd(AuditEnd.Kind.UNKNOWN, "", 0);

  /// Something is begun, whose end is recorded unless the client gives up before: then it is
  /// recorded that the end is not known.
  ///
  /// @param words without secrets
  static void begin(Call call, List<String> words) {
    call.whenCancelled(() -> record(call, words, UNKNOWN));
  }

  static void of(Call call, List<String> words, Outcome outcome) {
    record(call, words, AuditEnd.of(outcome));
  }

  static void of(Call call, List<String> words, Status end) {
    record(call, words, end.isOk() ? AuditEnd.done(0) : AuditEnd.refused(end.message()));
  }

  private static void record(Call call, List<String> words, AuditEnd end) {
    Audit audit = call.port().audit();
    if (!audit.isOn()) return;
    AuditEvent.Who who = call.connection().who(call.caller());
    AuditEvent.What what = AuditEvent.What.ofWords("admin", words);
    audit.record(new AuditEvent(AuditEvent.Kind.ADMIN, who, what, end));
  }

  /// The same for an attempt to be taken for a user.
  static void beginAuthentication(Call call, String name) {
    call.whenCancelled(() -> recordAuthentication(call, name, UNKNOWN));
  }

  static void ofAuthentication(Call call, String name, Answer answer) {
    AuditEnd end =
        switch (answer) {
          case Answer.Granted _ -> AuditEnd.done(0);
          case Answer.Refused(String reason) -> AuditEnd.refused(reason);
          case Answer.Unavailable(String reason) -> AuditEnd.busy(reason);
        };
    recordAuthentication(call, name, end);
  }

  private static void recordAuthentication(Call call, String name, AuditEnd end) {
    Audit audit = call.port().audit();
    if (!audit.isOn()) return;
    audit.record(AuditEvent.ofAuthentication(call.connection().who(call.caller()), name, end));
  }
}
