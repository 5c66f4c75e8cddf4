package io.jangada.cli.torture;

import io.jangada.bytes.MalformedException;
import io.jangada.harness.Admin;
import io.jangada.harness.ProcessCluster;
import io.jangada.harness.Waiting;
import io.jangada.server.ServerConfig;
import io.jangada.wire.Json;
import java.io.IOException;
import java.util.Optional;
import java.util.concurrent.TimeoutException;

/// Has the cluster change its members. An order is given again and again until it is said to be
/// done, since whoever took it may be killed.
final class Changes {
  private final ProcessCluster cluster;
  private final Admin admin;
  private final Diary diary;

  Changes(ProcessCluster cluster, Admin admin, Diary diary) {
    this.cluster = cluster;
    this.admin = admin;
    this.diary = diary;
  }

  /// Makes room for who comes.
  void prepare(Change change) throws IOException {
    cluster.prepare(change.next());
  }

  private String line(Change change) {
    if (!change.joins()) return change.line("");
    ServerConfig.Entry entry = cluster.entry(change.next());
    return change.line(entry.hostname() + " " + entry.logPort() + " " + entry.clientPort());
  }

  /// Orders it until somebody takes the order.
  void order(Change change, long millisMax) throws InterruptedException, TimeoutException {
    String line = line(change);
    Json.Obj said =
        Waiting.need(
            "leader that takes '" + line + "'",
            millisMax,
            () -> {
              Json.Obj reply = admin.ofLeader(line);
              isDone(reply);
              return Optional.of(reply);
            });
    diary.tell(line + ": " + said.canonical().toUtf8());
  }

  void awaitDone(Change change, long millisMax) throws InterruptedException, TimeoutException {
    String line = line(change);
    Waiting.need(
        "end of '" + line + "'",
        millisMax,
        () -> isDone(admin.ofLeader(line)) ? Optional.of(true) : Optional.empty());
  }

  /// @throws IOException when it was refused, which may be for now
  private static boolean isDone(Json.Obj said) throws IOException {
    try {
      if (said.flag("ok")) return said.flag("done");
      throw new IOException(said.text("error"));
    } catch (MalformedException e) {
      throw new IOException(e);
    }
  }
}
