package io.jangada.cli.cluster;

import io.jangada.client.JangadaClient;
import io.jangada.codec.Json;
import java.util.concurrent.Callable;
import picocli.CommandLine.Mixin;

/// A command that sends one `admin` line and shows what came of it.
abstract class AdminCall implements Callable<Integer> {
  @Mixin ClusterOptions cluster;
  @Mixin Output output;

  abstract String[] words();

  int print(Json.Obj response) {
    return Admin.reportChange(output, response);
  }

  @Override
  public final Integer call() {
    String[] words = words();
    try (JangadaClient client = cluster.open()) {
      return Admin.report(output, client.admin(words).join(), this::print);
    }
  }
}
