package io.jangada.otherstores;

import io.jangada.bench.BenchCluster;
import io.jangada.bench.Contents;
import io.jangada.bench.Load;
import io.jangada.bench.MemcachedDriver;
import io.jangada.bench.ProtocolDriver;
import io.jangada.bench.SystemUnderTest;
import io.jangada.client.Endpoint;
import io.jangada.server.OptionalPort;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;

/// A cluster of Jangada's, spoken to as another store is.
public record OwnPorts(BenchCluster cluster, OptionalPort port) implements SystemUnderTest {
  @Override
  public Endpoint leader() throws InterruptedException, TimeoutException {
    return cluster.endpoint(cluster.leader(), port);
  }

  @Override
  public boolean overwrites(Endpoint leader) {
    return true;
  }

  @Override
  public Supplier<ProtocolDriver> dialogs(Load load, Contents contents) {
    return switch (port) {
      case ETCD -> () -> new EtcdDriver(contents, load.rangeKeys());
      case MEMCACHED -> () -> new MemcachedDriver(contents);
      case REDIS -> () -> new RedisDriver(contents);
      case HTTP -> throw new IllegalArgumentException("no load is for " + port);
    };
  }

  @Override
  public Optional<Long> logEntries() {
    try {
      return cluster.subject().logEntries();
    } catch (IOException e) {
      return Optional.empty();
    }
  }

  @Override
  public List<Long> pids() {
    return cluster.pids();
  }

  @Override
  public Path disk() {
    return cluster.directory();
  }
}
