package io.jangada.server;

import io.jangada.link.ClusterIdentity;
import io.jangada.link.LinkEvent;
import io.jangada.link.LinkSettings;
import io.jangada.link.Probe;
import io.jangada.link.TcpLinks;
import io.jangada.net.HostPort;
import io.jangada.net.Loops;
import io.jangada.net.PortGate;
import io.jangada.node.DurableMember;
import io.jangada.node.LoopExecutor;
import io.jangada.node.PeerMessage;
import io.jangada.node.Replica;
import io.jangada.node.ReplicaExecutor;
import io.jangada.node.Status;
import io.jangada.node.ThreadExecutor;
import io.jangada.node.Transport;
import io.jangada.protocol.auth.Audit;
import io.jangada.protocol.auth.Authenticator;
import io.jangada.protocol.text.AdminHandler;
import io.jangada.protocol.text.TextListener;
import io.jangada.protocol.text.TextSettings;
import io.jangada.raft.Membership;
import io.jangada.raft.RaftEvent;
import io.jangada.server.audit.AuditSettings;
import io.jangada.server.audit.AuditTrail;
import io.jangada.store.DataOpening;
import io.jangada.store.Disk;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SortedSet;
import java.util.SplittableRandom;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;

/// One running server: a member on a real disk, its links to the other servers, and the port that
/// clients come to.
public final class Server implements AutoCloseable {
  private static final long NANOS_PER_MILLI = 1_000_000;
  private static final long LOOK_MILLIS = 1_000;

  /// In how much time [#stop] is done, and what of it each step may take.
  private static final long STOP_MILLIS_MAX = 1_800;

  private static final long DRAIN_MILLIS_MAX = 500;
  private static final long LEAVE_MILLIS_MAX = 700;
  private static final long CLOSE_MILLIS_MAX = 300;

  private final ServerConfig config;
  private final ServerConfig.Entry entry;
  private final MemoryPlan memory;
  private final MemberSettings settings;
  private final Optional<String> listen;
  private final Optional<String> clientListen;
  private final EventLog eventLog;
  private final Addresses addresses;
  private final DiskMeter meter = new DiskMeter();
  private final ChangeSignal changes = new ChangeSignal();
  private final boolean sharing;
  private final Loops clientLoops;
  private ServerTls tls;
  private PortGate clientGate;

  /// Where messages of peers go; null until the disk is read.
  private final AtomicReference<Replica> replica = new AtomicReference<>();

  private final ReplicaQueries queries;
  private final ReadyNotice ready;
  private final StatusJson report;
  private final DataSize size;
  private final Loops peerLoops;
  private Descriptors.Shares shares;
  private TextListener listener;

  private OtherPorts otherPorts;

  private TcpLinks links;
  private HttpPort http;
  private HttpEndpoint endpoint;

  /// Null for none.
  private AuditTrail audit;

  private DurableMember member;
  private AdminCommands admin;
  private ClusterNaming naming;
  private Authenticator authenticator;
  private Departure departure;
  private boolean stopped;
  private boolean closed;
  private boolean letGo;
  private volatile boolean isBroken;

  private Server(ServerConfig config, int id) throws ConfigException {
    this.config = config;
    this.entry = config.entry(id);
    this.memory = new MemoryPlan(config.settings(), MemoryPlan.Heap.ofThisProcess());
    this.settings = new MemberSettings(config, id, memory);
    this.listen = config.listen(entry);
    this.clientListen = config.clientListen(entry);
    this.eventLog = new EventLog(id);
    this.addresses = new Addresses(config);
    this.sharing = settings.sharesThread();
    this.clientLoops =
        sharing ? new Loops("server-" + id, 1) : new Loops("clients-" + id, clientThreads());
    this.peerLoops = sharing ? clientLoops : new Loops("peers-" + id, 1);
    this.queries =
        new ReplicaQueries(
            replica::get, 2 * config.settings().number(Setting.REQUEST_TIMEOUT_MILLIS));
    this.ready = new ReadyNotice(queries, eventLog);
    this.size = new DataSize(config.dataDirectory(id));
    this.report = new StatusJson(config, addresses, meter, size);
  }

  private ReplicaExecutor owner(String name, Consumer<Throwable> failed) {
    return sharing
        ? new LoopExecutor(peerLoops.group().next(), failed)
        : new ThreadExecutor(name, failed);
  }

  private static int clientThreads() {
    return Math.max(1, Runtime.getRuntime().availableProcessors() / 2);
  }

  /// Starts a server. Its client port listens before anything else; what comes in is held until the
  /// member has recovered what its disk holds.
  ///
  /// @param host gets the server's events
  /// @throws IOException when it cannot start; the message says why, and nothing is left running
  public static Server start(ServerConfig config, int id, ServerListener host)
      throws ConfigException, IOException {
    Server server = new Server(config, id);
    try {
      server.begin(host);
      return server;
    } catch (IOException | RuntimeException e) {
      try (server) {
        throw e;
      }
    }
  }

  private void begin(ServerListener host) throws IOException {
    tls = new ServerTls(config, entry.id());
    shareDescriptors();
    clientGate = tls.clientGate(shares.newConnections());
    listener = TextListener.start(textSettings(), clientLoops);
    eventLog.info(
        "listens for clients on "
            + HostPort.text(listener.address())
            + (tls.hasClientTls() ? " with TLS" : ""));
    otherPorts =
        OtherPorts.of(
            new OtherPorts.Parts(config, entry, tls, memory, settings),
            port -> at(clientListen, port),
            clientLoops,
            eventLog);
    otherPorts.start(shares);
    eventLog.memory(memory);
    Disk disk = disk(host);
    // Until its data is read, no other server may take this one for one without.
    LinkSettings saying = linkSettings().withHasData(DataOpening.isUsed(disk));
    links = TcpLinks.start(saying, this::peer, this::receive, new LinkWatcher());
    startAudit();
    if (tls.peers() != null) tls.peers().onReload(links::renew);
    startHttp();
    departure = new Departure(throttled());
    member =
        DurableMember.start(
            settings.member(),
            new DurableMember.Surroundings(
                disk, departure, new SplittableRandom(seed()), this::owner),
            new Watcher(host));
    Replica started = member.replica();
    started.status(this::recovered);
    replica.set(started);
    admin = adminCommands(started);
    naming = new ClusterNaming(started, links, entry.id());
    peerLoops
        .group()
        .scheduleWithFixedDelay(this::lookAround, LOOK_MILLIS, LOOK_MILLIS, TimeUnit.MILLISECONDS);
    authenticator =
        new Authenticator(
            new Authenticator.Settings(
                "auth-" + entry.id(), clientThreads(), config.settings().flag(Setting.CERT_USERS)),
            new ReplicaUsers(started),
            System::nanoTime);
    AdminHandler adminHandler = config.settings().flag(Setting.ADMIN) ? admin : AdminHandler.NONE;
    Audit trail = audit == null ? Audit.NONE : audit;
    listener.serve(started, adminHandler, authenticator, trail);
    otherPorts.serve(started, etcdMember(started), authenticator, trail);
  }

  private EtcdMember etcdMember(Replica replica) {
    EtcdPlaces places = new EtcdPlaces(config, entry, addresses, tls);
    AdminMessages messages = new AdminMessages(entry.id(), links);
    return new EtcdMember(
        entry.id(),
        replica,
        places,
        new EtcdMember.Parts(queries, admin, addresses, report, messages));
  }

  private void startAudit() {
    Optional<AuditSettings> wanted = config.audit(entry.id());
    if (wanted.isEmpty()) return;
    audit = AuditTrail.start(wanted.get(), new AuditTrail.Log(eventLog::error, eventLog::info));
    eventLog.info("writes its audit trail to " + wanted.get().place().file());
  }

  private void lookAround() {
    ready.look();
    naming.run();
  }

  private void shareDescriptors() {
    Descriptors descriptors = Descriptors.ofThisProcess();
    TextSettings.Reserved reserved = TextSettings.Reserved.DEFAULT;
    int http =
        config.port(OptionalPort.HTTP, entry) == 0 ? 0 : HttpPort.Limits.DEFAULT.connectionsMax();
    if (tls.hasClientTls()) descriptors = descriptors.withOpen(reserved.newConnectionsMax() + http);
    int configured = config.settings().whole(Setting.CONNECTIONS_MAX);
    Descriptors.Shares most =
        new Descriptors.Shares(
            configured, reserved.adminsMax(), reserved.newConnectionsMax(), http, 0);
    shares = descriptors.share(most, config.servers().size() - 1);
    eventLog.shares(descriptors, shares, configured);
  }

  /// Called when the member has read its disk.
  private void recovered(Status status) {
    Membership membership = status.membership();
    addresses.inForce(membership);
    SortedSet<Integer> listed = new TreeSet<>();
    for (ServerConfig.Entry one : config.servers()) listed.add(one.id());
    eventLog.info(
        "recovered its log up to index "
            + status.log().last().index()
            + ", "
            + status.state().keys()
            + " keys");
    if (report.isExposed(status))
      eventLog.warn(
          "CHECKS NO USERS and can be reached from other machines: anyone there can read and write"
              + " everything ('jangada auth enable' changes that; see docs/SECURITY.md)");
    if (links.identity().hasData() && !membership.contains(entry.id()))
      eventLog.warn(
          "holds data of "
              + links.identity()
              + " and is not a member of it: a server joins with an empty data directory");
    if (!status.health().rejoining().isEmpty() || listed.equals(membership.members())) return;
    eventLog.info(
        "has members "
            + EventLog.names(membership.members())
            + " in its active configuration; Servers lists "
            + EventLog.names(listed)
            + ", which adds and removes none");
  }

  private void startHttp() throws IOException {
    PortGate gate = tls.httpGate(shares.http());
    List<PortGate> gates = new ArrayList<>(List.of(clientGate, gate, links.gate()));
    gates.addAll(otherPorts.gates());
    Metrics metrics =
        new Metrics(meter, size, new Metrics.Ports(listener, links, otherPorts, gates));
    if (audit != null) metrics.show(audit);
    endpoint = new HttpEndpoint(new HttpEndpoint.Parts(queries, report, metrics, () -> isBroken));
    otherPorts.etcd().show(metrics, endpoint);
    int port = config.port(OptionalPort.HTTP, entry);
    if (port == 0) return;
    InetSocketAddress listen =
        new InetSocketAddress(config.settings().text(Setting.HTTP_LISTEN), port);
    HttpPort.Limits limits = HttpPort.Limits.DEFAULT.withConnectionsMax(shares.http());
    http = HttpPort.start(listen, endpoint, limits, gate);
    String scheme = gate.tls() == null ? "http://" : "https://";
    eventLog.info("serves health, metrics and status on " + scheme + HostPort.text(listen));
  }

  private LinkSettings linkSettings() {
    String cluster = config.settings().text(Setting.CLUSTER);
    return LinkSettings.of(cluster, entry.id(), at(listen, entry.logPort()), peerLoops)
        .withCredentials(new LinkSettings.Credentials(tls.peers(), tls.secret()))
        .withLimits(settings.links())
        .withHandshakesMax(shares.newConnections());
  }

  private Transport throttled() {
    long rate = config.settings().number(Setting.SNAPSHOT_SEND_BYTES_PER_SECOND);
    return new SnapshotThrottle(
        links,
        rate,
        System::nanoTime,
        (nanos, task) -> peerLoops.group().schedule(task, nanos, TimeUnit.NANOSECONDS));
  }

  private static InetSocketAddress at(Optional<String> address, int port) {
    return address
        .map(host -> new InetSocketAddress(host, port))
        .orElseGet(() -> new InetSocketAddress(port));
  }

  /// Where a peer listens; null when that is not known.
  private InetSocketAddress peer(int id) {
    return addresses
        .of(id)
        .map(address -> new InetSocketAddress(address.host(), address.peerPort()))
        .orElse(null);
  }

  private final class LinkWatcher implements TcpLinks.Watcher {
    @Override
    public void event(LinkEvent event) {
      eventLog.link(event);
    }

    @Override
    public void gone(int peer) {
      Replica known = replica.get();
      if (known != null) known.onPeerDisconnected(peer);
    }
  }

  /// Passes on a message; one that comes before the member has started is lost, as messages may be.
  private void receive(PeerMessage message) {
    Replica known = replica.get();
    if (message instanceof PeerMessage.Admin said) otherPorts.etcd().receive(said);
    else if (known != null && departure.accepts(message)) known.receive(message);
  }

  private Disk disk(ServerListener host) throws IOException {
    boolean syncs = config.settings().is(Setting.FSYNC, "always");
    if (!syncs)
      eventLog.warn(
          "NEVER SYNCS (Fsync is unsafe-never): a power failure loses acknowledged writes");
    if (config.isPlaceholder())
      eventLog.warn("keeps its data below the folder 'data': Path is the placeholder \"...\"");
    Disk disk = host.disk(config.dataDirectory(entry.id()));
    eventLog.info("keeps its data in " + disk);
    return new WatchedDisk(disk, syncs, meter);
  }

  private long seed() {
    long seed = new SecureRandom().nextLong();
    eventLog.debug("uses random seed " + seed);
    return seed;
  }

  private AdminCommands adminCommands(Replica replica) {
    long transferMillisMax = 4 * config.settings().high(Setting.ELECTION_TIMEOUT_MILLIS);
    Probe probe =
        new Probe(
            links::identity,
            entry.id(),
            entry.logPort(),
            new LinkSettings.Credentials(tls.peers(), tls.secret()));
    return new AdminCommands(
        "admin-" + entry.id(),
        replica,
        new AdminCommands.Parts(
            queries,
            report,
            eventLog,
            new AdminCommands.Places(addresses, probe, tls),
            new AdminCommands.Leading(changes, transferMillisMax)));
  }

  private TextSettings.Reserved reserved() {
    int firstLineMillis = TextSettings.Reserved.DEFAULT.firstLineMillis();
    return new TextSettings.Reserved(shares.admins(), shares.newConnections(), firstLineMillis);
  }

  private TextSettings textSettings() {
    return TextSettings.of(at(clientListen, entry.clientPort()))
        .withKv(settings.kv())
        .withReading(settings.reading())
        .withLimits(memory.text(shares.clients()))
        .withReserved(reserved())
        .withGate(clientGate)
        .withDialect(settings.dialect())
        .withAddresses(id -> addresses.of(id).flatMap(Address::client))
        .withVersion("jangada " + Build.read().version());
  }

  /// Where clients are served.
  public InetSocketAddress address() {
    return listener.address();
  }

  /// The replica, for a program that runs the server inside.
  public Replica replica() {
    return member.replica();
  }

  /// Blocks all traffic with a peer, or unblocks it.
  public void block(int peer, boolean blocked) {
    links.block(peer, blocked);
  }

  /// Shuts down gracefully, within two seconds: acknowledges nothing to the peers any more, accepts
  /// no more commands, replies to those that have begun, transfers leadership if it leads, and
  /// closes.
  public synchronized void stop() {
    if (stopped) return;
    long deadline = System.nanoTime() + STOP_MILLIS_MAX * NANOS_PER_MILLI;
    if (departure != null) departure.begin(eventLog.isLeader());
    eventLog.info("stops");
    long drainMillisMax = otherPorts.areThereAny() ? DRAIN_MILLIS_MAX / 2 : DRAIN_MILLIS_MAX;
    otherPorts.drain(drainMillisMax);
    listener.drain(drainMillisMax);
    if (admin != null)
      admin.leave(Math.min(deadline, System.nanoTime() + LEAVE_MILLIS_MAX * NANOS_PER_MILLI));
    close();
    eventLog.info("has stopped");
  }

  /// Ends at once, without handing anything over.
  @Override
  public void close() {
    if (!close(CLOSE_MILLIS_MAX))
      eventLog.warn("ends without closing its files: the disk does not answer");
  }

  /// Ends at once, without handing anything over.
  ///
  /// @param diskMillisMax how long the disk is waited for
  /// @return whether the disk was let go of
  public synchronized boolean close(long diskMillisMax) {
    if (closed) return letGo;
    closed = true;
    stopped = true;
    if (admin != null) admin.close();
    if (authenticator != null) authenticator.close();
    if (otherPorts != null) otherPorts.close();
    if (listener != null) listener.close();
    if (http != null) http.close();
    if (endpoint != null) endpoint.close();
    if (audit != null) audit.close(CLOSE_MILLIS_MAX);
    letGo = member == null || member.close(diskMillisMax);
    if (links != null) links.close();
    clientLoops.close();
    peerLoops.close();
    return letGo;
  }

  private final class Watcher implements DurableMember.Watcher {
    private final ServerListener host;

    Watcher(ServerListener host) {
      this.host = host;
    }

    @Override
    public void event(RaftEvent event) {
      if (event instanceof RaftEvent.ConfigurationChanged(long _, Membership membership))
        addresses.inForce(membership);
      if (event instanceof RaftEvent.ClusterIdentified(long id, long origin, boolean hasData))
        links.identify(
            new ClusterIdentity(config.settings().text(Setting.CLUSTER), id, origin, hasData));
      eventLog.event(event);
      ready.look();
      changes.event();
      host.event(event);
    }

    @Override
    public void diskFull(boolean full) {
      eventLog.diskFull(full);
      host.diskFull(full);
    }

    @Override
    public void outOfFiles(String part, boolean out) {
      meter.outOfFiles(part, out);
      eventLog.outOfFiles(part, out);
    }

    @Override
    public void stopped(Throwable cause) {
      eventLog.error("STOPS: " + cause.getMessage(), cause);
      isBroken = true;
      host.stopped(cause);
    }
  }
}
