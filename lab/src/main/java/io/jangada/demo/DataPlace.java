package io.jangada.demo;

import io.jangada.cli.certs.LoopbackCertificates;
import io.jangada.cli.shell.UserError;
import io.jangada.harness.ClusterPlan;
import io.jangada.harness.ProcessCluster;
import io.jangada.server.ConfigException;
import io.jangada.server.OptionalPort;
import io.jangada.server.ServerConfig;
import io.jangada.server.Setting;
import io.jangada.store.DiskLock;
import io.jangada.store.OsDisk;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/// Where a demo keeps its servers' data: a directory each, and beside them the `config.json` of
/// them all, which holds how many there are. A cluster must not be started again with another
/// number: those who remember the old one and those who do not would count different majorities.
///
/// Only one demo has it at a time.
///
/// @param temporary whether it goes when the demo ends
record DataPlace(Path path, ServerConfig config, boolean temporary, DiskLock lock) {
  private static final int MEMBERS_DEFAULT = 3;
  private static final String CLUSTER = "jangada-demo";
  private static final String FILE = "config.json";
  private static final String CERTIFICATES = "certs";
  private static final String LOCK = "demo.lock";

  /// A directory of this demo alone.
  static DataPlace temporary(int members, boolean keep, boolean tls) throws IOException {
    Path path = Files.createTempDirectory("jangada-demo-");
    return place(path, plan(path, members == 0 ? MEMBERS_DEFAULT : members, tls), !keep);
  }

  /// A directory of the user's, new or with the data of an earlier demo.
  ///
  /// @param members 0 for as many as there are, or [#MEMBERS_DEFAULT]
  /// @throws UserError when it holds something else
  static DataPlace at(Path path, int members, boolean tls) throws IOException, UserError {
    Files.createDirectories(path);
    int found = found(path);
    if (found > 0 && members > 0 && found != members)
      throw new UserError(path + " holds a cluster of " + found + " members: leave --members away");
    int count = found > 0 ? found : members == 0 ? MEMBERS_DEFAULT : members;
    return place(path, plan(path, count, tls), false);
  }

  /// How many members have data there; 0 when there is no demo's data.
  private static int found(Path path) throws IOException, UserError {
    Path file = path.resolve(FILE);
    if (!Files.exists(file)) {
      try (Stream<Path> files = Files.list(path)) {
        if (files.anyMatch(each -> each.getFileName().toString().matches("server-[0-9]+")))
          throw new UserError(path + " holds servers' data, but not what a demo left");
      }
      return 0;
    }
    try {
      ServerConfig config = ServerConfig.read(file);
      if (config.settings().is(Setting.CLUSTER, CLUSTER)) return config.servers().size();
    } catch (ConfigException e) {
      // Whatever is wrong with it, a demo did not write it.
    }
    throw new UserError(file + " is not what a demo wrote");
  }

  /// Takes the directory and chooses ports, others each time.
  private static DataPlace place(Path path, ClusterPlan plan, boolean temporary)
      throws IOException {
    DiskLock lock = new OsDisk(path).lock(LOCK);
    try {
      return new DataPlace(path, ServerConfig.read(plan.write(path)), temporary, lock);
    } catch (IOException | ConfigException e) {
      lock.close();
      throw new IOException(e.getMessage(), e);
    }
  }

  /// Keeps no entries behind a snapshot: the log is small here, and a member that comes back late
  /// is to show how a snapshot brings it up. Whichever server is asked serves.
  private static ClusterPlan plan(Path path, int members, boolean tls) throws IOException {
    ClusterPlan plan = plan(members);
    if (!tls) return plan;
    for (var field : LoopbackCertificates.make(path.resolve(CERTIFICATES), members).entrySet())
      plan = plan.with(field.getKey(), field.getValue());
    return plan;
  }

  private static ClusterPlan plan(int members) {
    return ClusterPlan.of(members)
        .with(OptionalPort.ETCD, OptionalPort.MEMCACHED, OptionalPort.REDIS)
        .with("HistoryMillis", "\"10m\"")
        .with("Path", "\".\"")
        .with("Cluster", "\"" + CLUSTER + "\"")
        .with("Followers", "\"forward\"")
        .with("RequestTimeoutMillis", "1000")
        .with("KeyBytesMax", "1024")
        .with("ValueBytesMax", "1048576")
        .with("SegmentBytes", "4194304")
        .with("SnapshotBytes", "1048576")
        .with("LogRetainedBytes", "0");
  }

  /// A command that speaks with the server at a port, for people.
  String netcat(Object port) {
    if (!speaksTls()) return "nc 127.0.0.1 " + port;
    return "openssl s_client -quiet -CAfile " + authority() + " -connect 127.0.0.1:" + port;
  }

  /// How to try the ports for clients of other stores, for people.
  List<String> invitations() {
    int redis = config.servers().getFirst().port(OptionalPort.REDIS);
    int memcached = config.servers().getFirst().port(OptionalPort.MEMCACHED);
    String etcdTls = speaksTls() ? " --cacert " + authority() : "";
    String redisTls = speaksTls() ? " --tls --cacert " + authority() : "";
    return List.of(
        "and etcd's clients: etcdctl --endpoints " + places(OptionalPort.ETCD) + etcdTls,
        "and Redis's at " + places(OptionalPort.REDIS) + ": redis-cli -p " + redis + redisTls,
        "and memcached's at " + places(OptionalPort.MEMCACHED) + ": " + netcat(memcached));
  }

  private String places(OptionalPort which) {
    return config.servers().stream()
        .map(entry -> "127.0.0.1:" + entry.port(which))
        .collect(Collectors.joining(","));
  }

  private boolean speaksTls() {
    return config.settings().has(Setting.CERT_FILE);
  }

  private Path authority() {
    return path.resolve(CERTIFICATES).resolve("ca.crt");
  }

  /// Gives it back, and removes it if it is temporary.
  ///
  /// @return whether it is gone
  boolean leave() {
    try {
      lock.close();
      if (!temporary) return false;
      ProcessCluster.remove(path);
      return true;
    } catch (IOException | UncheckedIOException e) {
      return false;
    }
  }
}
