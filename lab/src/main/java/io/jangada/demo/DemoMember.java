package io.jangada.demo;

import io.jangada.node.Replica;
import io.jangada.node.Status;
import io.jangada.raft.RaftEvent;
import io.jangada.server.ConfigException;
import io.jangada.server.EventText;
import io.jangada.server.Server;
import io.jangada.server.ServerConfig;
import io.jangada.server.ServerListener;
import io.jangada.store.Disk;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.slf4j.event.Level;

/// One server of this process through all its runs. [#start], [#kill] and [#close] are called one
/// at a time.
final class DemoMember {
  private static final long STATUS_MILLIS_MAX = 1_000;
  private static final long CLOSE_MILLIS_MAX = 2_000;

  /// After so many pre-votes it is certain that they lead nowhere.
  private static final int PRE_VOTES_IN_VAIN = 4;

  /// How a data directory becomes a disk; a test may put a fault between the two.
  @FunctionalInterface
  interface DiskOpener {
    Disk open(Path directory) throws IOException;
  }

  /// What all members share.
  record Shared(
      ServerConfig config,
      Cuts cuts,
      Leadership leadership,
      EventNarrator narrator,
      DiskOpener opener) {}

  private final int id;
  private final Shared shared;
  private volatile Run run;

  DemoMember(int id, Shared shared) {
    this.id = id;
    this.shared = shared;
  }

  int id() {
    return id;
  }

  boolean isUp() {
    Run now = run;
    return now != null && !now.over;
  }

  Optional<Replica> replica() {
    Run now = run;
    return now == null || now.over ? Optional.empty() : Optional.of(now.server.replica());
  }

  /// How the member stands; empty when it is down or does not say.
  Optional<Status> status() throws InterruptedException {
    Optional<Replica> replica = replica();
    if (replica.isEmpty()) return Optional.empty();
    CompletableFuture<Status> status = new CompletableFuture<>();
    replica.get().status(status::complete);
    try {
      return Optional.of(status.get(STATUS_MILLIS_MAX, TimeUnit.MILLISECONDS));
    } catch (TimeoutException | ExecutionException e) {
      return Optional.empty();
    }
  }

  /// Starts on what the disk holds.
  void start() throws IOException {
    close();
    Run next = new Run();
    shared.narrator.detail(
        EventNarrator.name(id) + " starts in " + shared.config.dataDirectory(id));
    try {
      next.server = Server.start(shared.config, id, next);
    } catch (ConfigException e) {
      throw new IOException(e.getMessage(), e);
    }
    run = next;
    shared.cuts.join(id, next.server);
  }

  /// Ends the run as `kill -9` would: at whatever the member is doing.
  ///
  /// @return whether it has let go of everything, so that it can be started again
  boolean kill() {
    Run now = run;
    if (now == null) return true;
    now.over = true;
    now.disk.die();
    shared.leadership.ended(id);
    return close();
  }

  /// Ends the run in good order, if there is one.
  ///
  /// @return whether the member has let go of everything
  boolean close() {
    Run now = run;
    if (now == null) return true;
    now.over = true;
    shared.cuts.leave(id);
    boolean closed = now.server.close(CLOSE_MILLIS_MAX);
    if (closed) run = null;
    return closed;
  }

  /// From one start to the next end. Events of its threads after the end are ignored.
  private final class Run implements ServerListener {
    private final EventText texts = new EventText(EventNarrator::name, PRE_VOTES_IN_VAIN);
    private volatile MortalDisk disk;
    private Server server;
    private volatile boolean over;

    @Override
    public Disk disk(Path directory) throws IOException {
      disk = new MortalDisk(shared.opener.open(directory));
      return disk;
    }

    @Override
    public void event(RaftEvent event) {
      if (over) return;
      if (event instanceof RaftEvent.LeaderElected(long term)) shared.leadership.elected(id, term);
      if (event instanceof RaftEvent.SteppedDown) shared.leadership.ended(id);
      boolean isDetail = event instanceof RaftEvent.ClusterIdentified;
      texts.line(event).ifPresent(line -> narrate(line, isDetail));
    }

    private void narrate(EventText.Line line, boolean isDetail) {
      String text = EventNarrator.name(id) + " " + line.text();
      if (isDetail || line.level() == Level.DEBUG) shared.narrator.detail(text);
      else shared.narrator.narrate(text);
    }

    @Override
    public void diskFull(boolean full) {
      if (over) return;
      shared.narrator.narrate(
          id,
          full
              ? "has no space left on its disk: it refuses writes until there is space"
              : "has space on its disk again");
    }

    @Override
    public void stopped(Throwable cause) {
      if (over) return;
      over = true;
      shared.leadership.ended(id);
      shared.narrator.narrate(
          id, "STOPS: " + cause.getMessage() + "; 'start " + id + "' recovers it");
    }
  }
}
