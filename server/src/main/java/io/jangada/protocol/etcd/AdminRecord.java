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

  /// @param words without secrets
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

  /// @param name the user whose password was shown
  static void ofAuthentication(Call call, String name, Answer answer) {
    Audit audit = call.port().audit();
    if (!audit.isOn()) return;
    AuditEnd end =
        switch (answer) {
          case Answer.Granted _ -> AuditEnd.done(0);
          case Answer.Refused(String reason) -> AuditEnd.refused(reason);
          case Answer.Unavailable(String reason) -> AuditEnd.busy(reason);
        };
    audit.record(AuditEvent.ofAuthentication(call.connection().who(call.caller()), name, end));
  }
}
