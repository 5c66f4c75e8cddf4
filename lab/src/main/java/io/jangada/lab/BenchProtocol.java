package io.jangada.lab;

import io.jangada.bench.BenchCluster;
import io.jangada.bench.SystemUnderTest;
import io.jangada.otherstores.OwnPorts;
import io.jangada.server.OptionalPort;
import java.io.IOException;

/// How a cluster is spoken to under load. The names are those of the command line.
enum BenchProtocol {
  text(null),
  etcd(OptionalPort.ETCD),
  memcached(OptionalPort.MEMCACHED),
  redis(OptionalPort.REDIS);

  private final OptionalPort port;

  BenchProtocol(OptionalPort port) {
    this.port = port;
  }

  /// Null for the port that there always is.
  OptionalPort port() {
    return port;
  }

  SystemUnderTest subject(BenchCluster cluster) throws IOException {
    return port == null ? cluster.subject() : new OwnPorts(cluster, port);
  }
}
