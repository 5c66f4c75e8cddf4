package io.jangada.otherstores;

import io.jangada.bench.Cleanup;
import io.jangada.bench.OtherStore;
import io.jangada.client.Endpoint;
import io.jangada.harness.Waiting;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeoutException;

/// The servers of one rival, in one directory.
abstract class StoreServers implements OtherStore.Running {
  private static final long START_MILLIS_MAX = 60_000;

  private final Path directory;
  private final List<Program> programs = new ArrayList<>();
  private final List<Endpoint> endpoints = new ArrayList<>();

  private final Cleanup cleanup;

  StoreServers(Path directory) {
    this.directory = directory;
    cleanup = new Cleanup(directory, this::end);
  }

  /// Starts them all, and waits until one leads.
  final OtherStore.Running started() throws IOException, InterruptedException, TimeoutException {
    try {
      startAll();
      leader();
      return this;
    } catch (IOException | InterruptedException | TimeoutException | RuntimeException e) {
      close();
      throw e;
    }
  }

  /// Starts and adds each.
  abstract void startAll() throws IOException;

  /// @param endpoint where it takes clients
  final void add(Program program, Endpoint endpoint) {
    programs.add(program);
    endpoints.add(endpoint);
  }

  /// Whether this server takes writes itself.
  abstract boolean leads(Endpoint server) throws IOException, InterruptedException;

  @Override
  public final Endpoint leader() throws InterruptedException, TimeoutException {
    return Waiting.need("leader", START_MILLIS_MAX, this::find);
  }

  private Optional<Endpoint> find() throws IOException, InterruptedException {
    for (Program each : programs) each.check();
    for (Endpoint each : endpoints) if (leads(each)) return Optional.of(each);
    return Optional.empty();
  }

  @Override
  public final boolean overwrites(Endpoint leader) {
    return true;
  }

  @Override
  public final List<Long> pids() {
    return programs.stream().map(Program::pid).toList();
  }

  @Override
  public final Path disk() {
    return directory;
  }

  @Override
  public final void close() throws IOException {
    cleanup.close();
  }

  private void end() throws IOException {
    for (Program each : programs) each.close();
  }
}
