package io.jangada.bench;

import io.jangada.client.Endpoint;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;

/// A cluster of Jangada's, spoken to with the text protocol.
///
/// @param servers one of them leads
/// @param pids their processes, as far as they are of this machine and known
/// @param disk a directory on their disk, or on a like one
public record TextServers(List<Endpoint> servers, List<Long> pids, Path disk)
    implements SystemUnderTest {
  private static final long LEADER_MILLIS_MAX = 20_000;

  @Override
  public Endpoint leader() throws InterruptedException, TimeoutException {
    return LeaderProbe.await(servers, LEADER_MILLIS_MAX);
  }

  @Override
  public boolean overwrites(Endpoint leader) throws IOException {
    return LeaderProbe.overwrites(leader);
  }

  @Override
  public Supplier<ProtocolDriver> dialogs(Load load, Contents contents) {
    return speaking(load, contents);
  }

  static Supplier<ProtocolDriver> speaking(Load load, Contents contents) {
    Requests requests = new Requests(contents);
    return () -> new TextDriver(requests, contents, load.inFlight() == 1);
  }
}
