package io.jangada.protocol.text;

import io.jangada.kv.Operation;
import io.jangada.protocol.auth.AuditEnd;
import io.jangada.protocol.auth.AuditEvent;
import io.jangada.protocol.binary.BinarySettings;
import io.jangada.protocol.port.PortState;
import java.util.List;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// What all connections of a listener share: how they read the protocol, and whom they serve; for
/// any thread.
final class ListenerState {
  private static final Logger LOG = LoggerFactory.getLogger(ListenerState.class);

  private final TextSettings settings;
  private final PortState port;
  private final BinarySettings binary;
  private volatile AdminHandler admin;

  ListenerState(TextSettings settings, PortState port) {
    this.settings = settings;
    this.port = port;
    this.binary = new BinarySettings(settings.kv(), settings.replying().addresses());
  }

  TextSettings settings() {
    return settings;
  }

  PortState port() {
    return port;
  }

  /// The settings of those that turn out to speak the binary protocol.
  BinarySettings binary() {
    return binary;
  }

  /// Who carries out `admin` lines. To be called before the port serves.
  void administer(AdminHandler admin) {
    this.admin = admin;
  }

  void submit(TextCommand.Request request, PendingReply slot) {
    if (request.operation() instanceof Operation.Get read)
      port.read(slot, read, settings.replying().reading());
    else port.submit(slot, request.operation(), request.requestId());
  }

  /// Asks for a value that was let go.
  void readAgain(PendingReply slot) {
    Operation.Get read = (Operation.Get) slot.request.operation();
    port.readAgain(slot, read, settings.replying().reading());
  }

  void submit(TextCommand.Admin line, PendingReply slot) {
    List<String> shown = admin.withoutSecrets(line.words());
    Consumer<AdminReply> reply = slot::acceptAdmin;
    if (port.audit().isOn()) reply = audited(slot.connection().who(), shown, reply);
    try {
      admin.run(line.words(), slot.connection().caller(), reply);
    } catch (RuntimeException e) {
      LOG.error("'admin {}' failed", String.join(" ", shown), e);
      reply.accept(new AdminReply.InternalError());
    }
  }

  private Consumer<AdminReply> audited(
      AuditEvent.Who who, List<String> shown, Consumer<AdminReply> reply) {
    AuditEvent.What what = AuditEvent.What.ofWords("admin", shown);
    return answer -> {
      reply.accept(answer);
      port.audit().record(new AuditEvent(AuditEvent.Kind.ADMIN, who, what, end(answer)));
    };
  }

  private static AuditEnd end(AdminReply reply) {
    return switch (reply) {
      case AdminReply.Value value when value.refusal() != null -> AuditEnd.refused(value.refusal());
      case AdminReply.Value _ -> AuditEnd.done(0);
      case AdminReply.Redirect(int id) -> AuditEnd.notLeader(id);
      case AdminReply.CommandError() -> AuditEnd.refused("no such command");
      case AdminReply.InternalError() -> AuditEnd.refused("failed");
    };
  }

  TextStats.Now now(long paused) {
    return new TextStats.Now(
        paused,
        port.commandsUnderWay(),
        port.bytesUnderWay(),
        port.arriving().used(),
        port.bufferedBytes());
  }
}
