package io.jangada.protocol.text;

import io.jangada.kv.Operation;
import io.jangada.kv.auth.Caller;
import io.jangada.node.Replica;
import io.jangada.protocol.auth.Authenticator;
import io.jangada.protocol.binary.BinarySettings;
import io.jangada.protocol.port.PortState;
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

  ListenerState(TextSettings settings) {
    this.settings = settings;
    this.port = new PortState(settings.limits());
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

  void serve(Replica replica, AdminHandler admin, Authenticator authenticator) {
    this.admin = admin;
    port.serve(replica, authenticator);
  }

  void submit(TextCommand.Request request, PendingReply slot, Caller caller) {
    port.began(slot.costBytes);
    if (request.operation() instanceof Operation.Get read)
      port.replica().read(caller, read, settings.replying().reading(), slot);
    else port.replica().submit(caller, request.operation(), request.requestId(), slot);
  }

  void submit(TextCommand.Admin line, PendingReply slot, Caller caller) {
    port.began(slot.costBytes);
    try {
      admin.run(line.words(), caller, slot::acceptAdmin);
    } catch (RuntimeException e) {
      LOG.error("'admin {} …' failed", line.words().getFirst(), e);
      slot.acceptAdmin(new AdminReply.InternalError());
    }
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
