package io.jangada.cli.cluster;

import io.jangada.cli.ExitCode;
import io.jangada.client.Endpoint;
import io.jangada.client.JangadaClient;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/// `jangada snapshot`: lets members take snapshots now.
@Command(
    name = "snapshot",
    description = {
      "Take a snapshot of every member's data now, and compact its log. Members do that by"
          + " themselves when their logs have grown; the command is rarely needed."
    },
    exitCodeListHeading = "%nExit codes:%n",
    exitCodeList = {
      "0:all members began",
      "1:some members did not begin",
      "2:wrong usage",
      "69:no member could be reached"
    },
    mixinStandardHelpOptions = true)
public final class SnapshotCommand implements Callable<Integer> {
  @Mixin private ClusterOptions cluster;
  @Mixin private Output output;

  @Override
  public Integer call() {
    try (JangadaClient client = cluster.open()) {
      int code = ExitCode.UNAVAILABLE;
      boolean all = true;
      for (ClusterStatus.Answer each : ClusterStatus.call(client, cluster.endpoints()).answers()) {
        int one = snapshot(client, each.endpoint());
        if (one != ExitCode.UNAVAILABLE) code = ExitCode.OK;
        all &= one == ExitCode.OK;
      }
      return all || code == ExitCode.UNAVAILABLE ? code : ExitCode.FAILED;
    }
  }

  private int snapshot(JangadaClient client, Endpoint at) {
    return Admin.report(
        output,
        client.adminAt(at, "snapshot").join(),
        response -> {
          if (output.isJson()) return Admin.raw(output, response);
          output.line(at + "  " + Admin.text(response, "says"));
          return ExitCode.OK;
        });
  }
}
