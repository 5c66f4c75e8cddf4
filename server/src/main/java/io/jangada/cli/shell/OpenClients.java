package io.jangada.cli.shell;

import io.jangada.client.ClientOptions;
import io.jangada.client.JangadaClient;
import java.util.HashMap;
import java.util.Map;

/// The clients of a shell: one for each set of options, kept open from command to command.
final class OpenClients implements AutoCloseable {
  /// A script that names other options in each line must not keep them all.
  private static final int OPEN_MAX = 8;

  private final Map<ClientOptions, JangadaClient> open = new HashMap<>();

  synchronized JangadaClient get(ClientOptions options) {
    if (open.size() >= OPEN_MAX && !open.containsKey(options)) close();
    return open.computeIfAbsent(options, JangadaClient::connect).lent();
  }

  /// Ends what is being asked. The next command connects again.
  @Override
  public synchronized void close() {
    open.values().forEach(JangadaClient::close);
    open.clear();
  }
}
