package io.jangada.server;

import io.jangada.front.text.AdminDesk;
import io.jangada.front.text.TextFront;
import io.jangada.front.text.TextSettings;
import io.jangada.net.Loops;
import io.jangada.node.DurableMember;
import io.jangada.raft.RaftEvent;
import io.jangada.store.Disk;
import io.jangada.store.OsDisk;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.security.SecureRandom;
import java.util.SplittableRandom;
import java.util.function.Consumer;

/// One running server: a member on a real disk, its links to the other servers, and the port that
/// clients come to.
public final class Server implements AutoCloseable {
  private final ServerConfig config;
  private final ServerConfig.Entry entry;
  private final Journal journal;
  private final DiskMeter meter = new DiskMeter();
  private final Loops clientLoops;
  private TextFront front;
  private DurableMember member;

  private Server(ServerConfig config, int id) throws ConfigException {
    this.config = config;
    this.entry = config.entry(id);
    this.journal = new Journal(id);
    this.clientLoops = new Loops("clients-" + id, loops());
  }

  private static int loops() {
    return Math.max(1, Runtime.getRuntime().availableProcessors() / 2);
  }

  /// Starts a server. Its client port listens before anything else; what comes in is held until the
  /// member has recovered what its disk holds.
  ///
  /// @param broken told, on one of the server's threads, when it had to stop by itself; it is still
  ///   to be closed then
  /// @throws IOException when it cannot start; the message says why, and nothing is left running
  public static Server start(ServerConfig config, int id, Consumer<Throwable> broken)
      throws ConfigException, IOException {
    Server server = new Server(config, id);
    try {
      server.begin(broken);
      return server;
    } catch (IOException | RuntimeException e) {
      try (server) {
        throw e;
      }
    }
  }

  private void begin(Consumer<Throwable> broken) throws IOException {
    MemberSettings settings = new MemberSettings(config);
    front = TextFront.start(textSettings(settings), clientLoops);
    journal.info("takes commands on " + front.address());
    boolean syncs = config.settings().is(Setting.FSYNC, "always");
    if (!syncs)
      journal.warn("NEVER SYNCS (Fsync is unsafe-never): a power failure loses what was promised");
    Disk disk = new WatchedDisk(new OsDisk(config.dataDirectory(entry.id())), syncs, meter);
    long seed = new SecureRandom().nextLong();
    journal.info("keeps its data in " + disk + ", seed " + seed);
    member =
        DurableMember.start(
            settings.of(entry.id()),
            new DurableMember.Surroundings(disk, _ -> {}, new SplittableRandom(seed)),
            new Watcher(broken));
    front.serve(member.replica(), AdminDesk.NONE);
  }

  private TextSettings textSettings(MemberSettings settings) {
    Settings values = config.settings();
    InetSocketAddress listen =
        config
            .listen(entry)
            .map(host -> new InetSocketAddress(host, entry.clientPort()))
            .orElseGet(() -> new InetSocketAddress(entry.clientPort()));
    return TextSettings.of(listen)
        .withKv(settings.kv())
        .withDialect(
            new TextSettings.Dialect(
                values.flag(Setting.SEED_SPELLING),
                values.flag(Setting.SET_OVERWRITES),
                values.flag(Setting.EXPTIME_LEFT),
                values.flag(Setting.EMPTY_LINES_ANSWERED)))
        .withKnows(id -> config.find(id).isPresent());
  }

  /// Where clients are served.
  public InetSocketAddress address() {
    return front.address();
  }

  /// Ends in good order.
  public void stop() {
    journal.info("stops");
    close();
  }

  /// Ends at once, without handing anything over.
  @Override
  public void close() {
    if (front != null) front.close();
    if (member != null) member.close();
    clientLoops.close();
  }

  private final class Watcher implements DurableMember.Watcher {
    private final Consumer<Throwable> broken;

    Watcher(Consumer<Throwable> broken) {
      this.broken = broken;
    }

    @Override
    public void event(RaftEvent event) {
      journal.event(event);
    }

    @Override
    public void diskFull(boolean full) {
      if (full)
        journal.warn("has no space left on its disk: it takes no writes until there is some");
      else journal.info("has space on its disk again");
    }

    @Override
    public void stopped(Throwable cause) {
      journal.error("STOPS: " + cause.getMessage(), cause);
      broken.accept(cause);
    }
  }
}
