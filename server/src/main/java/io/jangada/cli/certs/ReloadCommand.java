package io.jangada.cli.certs;

import io.jangada.bytes.Bytes;
import io.jangada.bytes.MalformedException;
import io.jangada.cli.ExitCode;
import io.jangada.cli.cluster.Admin;
import io.jangada.cli.cluster.ClusterOptions;
import io.jangada.cli.cluster.ClusterStatus;
import io.jangada.cli.cluster.Output;
import io.jangada.client.Endpoint;
import io.jangada.client.JangadaClient;
import io.jangada.client.Reply;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/// `jangada certs reload`: servers read their files now.
@Command(
    name = "reload",
    description = {
      "Have every server read its TLS files again, and say whether it can use them. A server that"
          + " cannot goes on with the old ones.",
      "Servers look each second whether the files have changed: this makes sure."
    },
    exitCodeListHeading = "%nExit codes:%n",
    exitCodeList = {"0:all servers use their files", "1:one does not", "2:wrong usage"},
    mixinStandardHelpOptions = true)
final class ReloadCommand implements Callable<Integer> {
  @Mixin private ClusterOptions cluster;
  @Mixin private Output output;

  /// Why servers do not use their files; null for one that does.
  private final Map<String, String> complaints = new TreeMap<>();

  @Override
  public Integer call() {
    try (JangadaClient client = cluster.openPatiently()) {
      for (ClusterStatus.Answer each : ClusterStatus.call(client, cluster.endpoints()).answers())
        complaints.put("" + each.endpoint(), reload(client, each.endpoint()));
    }
    boolean isOk = complaints.values().stream().allMatch(each -> each == null);
    if (output.isJson()) json(isOk);
    complaints.forEach(
        (server, complaint) -> {
          if (complaint != null) output.complain(server + ": " + complaint);
          else if (!output.isJson()) output.line(server + " has read its TLS files");
        });
    return isOk ? ExitCode.OK : ExitCode.FAILED;
  }

  private static String reload(JangadaClient client, Endpoint server) {
    return switch (client.adminAt(server, "reload-certs").join()) {
      case Reply.Told(Bytes content) -> refusal(content);
      case Reply.Refused(String reason) -> reason;
      case Reply.Unavailable(String reason) -> reason;
      case Reply.Unknown(String reason) -> reason;
    };
  }

  private static String refusal(Bytes content) {
    try {
      return Admin.refusal(Admin.read(content));
    } catch (MalformedException e) {
      return "the reply is malformed: " + e.getMessage();
    }
  }

  private void json(boolean isOk) {
    output.json(
        out -> {
          out.writeBooleanProperty("ok", isOk);
          out.writeArrayPropertyStart("servers");
          complaints.forEach(
              (server, complaint) -> {
                out.writeStartObject();
                out.writeStringProperty("endpoint", server);
                out.writeBooleanProperty("ok", complaint == null);
                if (complaint != null) out.writeStringProperty("error", complaint);
                out.writeEndObject();
              });
          out.writeEndArray();
        });
  }
}
