package io.jangada.lab;

import io.jangada.bench.BenchCluster;
import io.jangada.bench.BenchRun;
import io.jangada.bench.Cleanup;
import io.jangada.bench.Failover;
import io.jangada.bench.Growth;
import io.jangada.bench.GrowthPlotter;
import io.jangada.bench.Load;
import io.jangada.bench.Measured;
import io.jangada.bench.OtherStore;
import io.jangada.bench.Restart;
import io.jangada.bench.SystemUnderTest;
import io.jangada.bench.TextServers;
import io.jangada.bench.WatchRun;
import io.jangada.bench.Watching;
import io.jangada.bench.Workload;
import io.jangada.cli.Bar;
import io.jangada.cli.ExitCode;
import io.jangada.cli.certs.LoopbackCertificates;
import io.jangada.cli.cluster.Output;
import io.jangada.cli.cluster.TlsOptions;
import io.jangada.client.ClientTls;
import io.jangada.client.Endpoint;
import io.jangada.harness.Tls;
import io.jangada.net.TlsContext;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeoutException;
import java.util.stream.Stream;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/// `jangada bench`: how fast a cluster is, beside how fast this machine could be.
@Command(
    name = "bench",
    description = {
      "Measure a cluster: throughput and latency, beside the time of one sync of the same size and"
          + " of one round trip on this machine.",
      "Starts three members of its own, with their data in a temporary directory, unless"
          + " --endpoints names servers. Without --workload it runs the usual workloads.",
      "Columns: cpu/1000 and driver are milliseconds of processor time of all servers, and of the"
          + " load generator, for 1000 requests; MiB is the memory of all servers; wr/op are"
          + " the writes to their disk per request, flushes included, B/op the bytes of these"
          + " writes, other users of the disk included; log/op are the entries of the log per"
          + " request."
    },
    exitCodeListHeading = "%nExit codes:%n",
    exitCodeList = {
      "0:measured",
      "1:an operation failed, or a reply was wrong",
      "2:wrong usage",
      "69:no server could be reached"
    },
    footerHeading = "%nFor example:%n",
    footer = {
      "  jangada bench",
      "  jangada bench --workload mix --connections 64 --in-flight 1",
      "  jangada bench --workload put --rate 1000 -o json",
      "  jangada bench --workload range --range-keys 1000 --value-bytes 100",
      "  jangada bench --workload put --setting HistoryMillis=600000"
    },
    mixinStandardHelpOptions = true)
public final class BenchCommand implements Callable<Integer> {
  /// Set by the launcher: what `bin/kvstore` gives to a server's Java.
  private static final String SERVER_FLAGS = "JANGADA_SERVER_FLAGS";

  private static final int WATCHERS_MAX = 10_000;
  private static final double WATCHED_RATE = 10_000;

  @Spec private CommandSpec spec;
  @Mixin private Output telling;

  @Option(
      names = "--workload",
      paramLabel = "NAME",
      description =
          "One of: ${COMPLETION-CANDIDATES}. mix is nine gets for a put; cas is all connections"
              + " on one key; range reads ranges and count counts them; transaction compares and"
              + " writes two keys; grant makes leases; keepalive keeps one of --keys leases alive.")
  private Workload workload;

  @Option(
      names = "--connections",
      paramLabel = "N",
      defaultValue = "16",
      description = "The number of connections (default: ${DEFAULT-VALUE}).")
  private int connections;

  @Option(
      names = "--in-flight",
      paramLabel = "N",
      defaultValue = "32",
      description = "Requests in flight on each connection (default: ${DEFAULT-VALUE}).")
  private int inFlight;

  @Option(
      names = "--rate",
      paramLabel = "N",
      description =
          "Requests per second of all connections together, sent when due, whether or not earlier"
              + " requests have ended; latencies count from the due time.")
  private double rate;

  @Option(
      names = "--value-bytes",
      paramLabel = "N",
      defaultValue = "256",
      description = "The size of values (default: ${DEFAULT-VALUE}).")
  private int valueBytes;

  @Option(
      names = "--keys",
      paramLabel = "N",
      defaultValue = "100000",
      description = "The number of keys, written beforehand (default: ${DEFAULT-VALUE}).")
  private int keys;

  @Option(
      names = "--range-keys",
      paramLabel = "N",
      defaultValue = "100",
      description = "The number of keys in a range (default: ${DEFAULT-VALUE}).")
  private int rangeKeys;

  @Option(
      names = "--seconds",
      paramLabel = "S",
      defaultValue = "10",
      description = "The duration of the measurement (default: ${DEFAULT-VALUE}).")
  private double seconds;

  @Option(
      names = "--warmup",
      paramLabel = "S",
      defaultValue = "5",
      description = "The duration of the warm-up (default: ${DEFAULT-VALUE}).")
  private double warmup;

  @Option(
      names = "--endpoints",
      paramLabel = "HOST:PORT,...",
      description =
          "Use these servers: all members of a cluster, so that the leader is among them.")
  private String endpoints;

  @Option(
      names = "--members",
      paramLabel = "N",
      defaultValue = "3",
      description = "Without --endpoints: how many members, 1 to 9 (default: ${DEFAULT-VALUE}).")
  private int members;

  @Option(
      names = "--dir",
      paramLabel = "DIR",
      description = "The directory for their data (default: the system's temporary directory).")
  private Path directory = Path.of(System.getProperty("java.io.tmpdir"));

  @Option(
      names = "--setting",
      paramLabel = "NAME=JSON",
      description = "A field of their config.json, such as Reads='\"lease\"'; can be repeated.")
  private Map<String, String> settings = new TreeMap<>();

  @Option(
      names = "--tls",
      description = "Have them speak TLS, with clients and with each other; makes certificates.")
  private boolean isTls;

  @ArgGroup(validate = false, order = 1, heading = "%nTLS, with --endpoints:%n")
  private TlsOptions tls = new TlsOptions();

  @Option(
      names = "--jvm",
      paramLabel = "FLAG",
      description = "A flag for their JVM, instead of those of bin/kvstore; can be repeated.")
  private List<String> jvm = List.of();

  @Option(
      names = "--failover",
      paramLabel = "N",
      description =
          "Instead: kill the leader N times, and measure the time to the next acknowledged"
              + " write.")
  private Integer failover;

  @Option(
      names = "--restart",
      paramLabel = "KEYS",
      description =
          "Instead: write N keys of 16 bytes with values of 100, kill all members, and measure"
              + " the time from their start to the first reply, and the memory per key.")
  private Integer restart;

  @Option(
      names = "--watch",
      paramLabel = "N",
      description =
          "Instead: measure the time from a put's acknowledgement to its event at a watcher; then"
              + " --rate puts per second (default: 10000) without watchers, and with N watchers"
              + " of a key each and --watch-all of all keys, one of which does not read.")
  private Integer watch;

  @Option(
      names = "--watch-all",
      paramLabel = "N",
      defaultValue = "10",
      description = "With --watch: the watchers of all keys (default: ${DEFAULT-VALUE}).")
  private int watchAll;

  @Option(
      names = "--protocol",
      paramLabel = "NAME",
      defaultValue = "text",
      description =
          "One of: ${COMPLETION-CANDIDATES}. All but text are for put, get and mix alone (etcd for"
              + " range, too), and for members that bench starts (default: ${DEFAULT-VALUE}).")
  private BenchProtocol protocol;

  @Option(
      names = "--against",
      paramLabel = "NAME",
      description =
          "Run the same against another store, by turns, and print the ratios: etcd, redis (one"
              + " server) or zookeeper, where installed.")
  private String against;

  @Option(
      names = "--rounds",
      paramLabel = "N",
      defaultValue = "3",
      description = "With --against: the turns of each store (default: ${DEFAULT-VALUE}).")
  private int rounds;

  @Option(
      names = "--growth",
      paramLabel = "FILE.png",
      description =
          "Instead: measure throughput and latency by size of values, number of keys, length of"
              + " the log, connections and members, and draw the curves.")
  private Path growth;

  @Option(
      names = "--axes",
      paramLabel = "NAME",
      split = ",",
      description = "With --growth: only these of ${COMPLETION-CANDIDATES}.")
  private List<Growth.Axis> axes = List.of(Growth.Axis.values());

  @Option(
      names = "--largest",
      paramLabel = "N",
      defaultValue = "5000000",
      description = "With --growth: the largest size to measure (default: ${DEFAULT-VALUE}).")
  private int largest;

  @Override
  public Integer call() throws InterruptedException {
    List<Load> loads = loads();
    check();
    try {
      if (endpoints != null) return onForeign(loads);
      return isTls ? withCertificates(loads) : onOwn(loads);
    } catch (TimeoutException e) {
      return telling.failed(ExitCode.UNAVAILABLE, "unavailable", e.getMessage());
    } catch (IOException e) {
      return telling.failed(ExitCode.FAILED, "failed", e.getMessage());
    }
  }

  private int withCertificates(List<Load> loads)
      throws IOException, InterruptedException, TimeoutException {
    Path folder = Files.createTempDirectory(directory, "jangada-bench-certs");
    try (Cleanup _ = new Cleanup(folder, () -> {})) {
      LoopbackCertificates.make(folder, members).forEach(settings::putIfAbsent);
      return onOwn(loads);
    }
  }

  private int onOwn(List<Load> loads) throws IOException, InterruptedException, TimeoutException {
    if (growth != null) return growth();
    if (against != null) return against(loads);
    try (BenchCluster cluster = start()) {
      if (failover != null) return failover(cluster);
      if (restart != null) return restart(cluster);
      if (watch != null) return watch(cluster);
      return measure(loads, subject(cluster));
    }
  }

  private SystemUnderTest subject(BenchCluster cluster) throws IOException {
    return protocol.subject(cluster);
  }

  /// Whether another store can be put to the same load.
  private boolean isCommon(Load load) {
    boolean isRange = load.workload() == Workload.range && protocol == BenchProtocol.etcd;
    return load.workload().isCommon() || isRange;
  }

  private void check() {
    if (members < 1 || members > 9) throw wrong("--members must be 1 to 9, not " + members);
    if (failover != null && (failover < 1 || failover > 1_000))
      throw wrong("--failover must be 1 to 1000, not " + failover);
    if (restart != null && (restart < 1 || restart > Load.KEYS_MAX))
      throw wrong("--restart must be 1 to " + Load.KEYS_MAX + ", not " + restart);
    if (watch != null && (watch < 1 || watch > WATCHERS_MAX))
      throw wrong("--watch must be 1 to " + WATCHERS_MAX + ", not " + watch);
    if (watchAll < 1 || watchAll > Watching.Plan.ALL_MAX)
      throw wrong("--watch-all must be 1 to " + Watching.Plan.ALL_MAX + ", not " + watchAll);
    if (rounds < 1 || rounds > 100) throw wrong("--rounds must be 1 to 100, not " + rounds);
    if (failover != null && members < 3) throw wrong("--failover needs --members of 3 or more");
    long special = Stream.of(failover, restart, growth, watch).filter(Objects::nonNull).count();
    boolean mixed = special > 0 && (workload != null || against != null) || special > 1;
    if (mixed) throw wrong("--failover, --restart, --growth and --watch stand alone");
    if (isTls && (endpoints != null || growth != null))
      throw wrong("--tls is for members that bench starts, and --growth starts its own");
    boolean isOwn = protocol.port() == null;
    if (!isOwn && (endpoints != null || special > 0 || isTls))
      throw wrong(
          "--protocol " + protocol + " is for loads on members that bench starts, without TLS");
    if (!isOwn && !loads().stream().allMatch(this::isCommon))
      throw wrong(
          "--protocol "
              + protocol
              + " is for put, get"
              + (protocol == BenchProtocol.etcd ? ", mix and range" : " and mix"));
    if (endpoints != null && (special > 0 || against != null))
      throw wrong("only loads can be put to --endpoints: everything else starts its own members");
  }

  private List<String> flags() {
    String usual = System.getenv().getOrDefault(SERVER_FLAGS, "");
    if (!jvm.isEmpty()) return jvm;
    return usual.isBlank() ? List.of() : List.of(usual.strip().split(" +"));
  }

  private int failover(BenchCluster cluster)
      throws IOException, InterruptedException, TimeoutException {
    Failover measured;
    try (Bar bar = Bar.of("failover")) {
      measured = Failover.measure(cluster, failover, bar);
    }
    if (telling.isJson()) telling.json(out -> Row.json(measured, out));
    else telling.line(Row.line(measured));
    return ExitCode.OK;
  }

  private int restart(BenchCluster cluster)
      throws IOException, InterruptedException, TimeoutException {
    Restart measured;
    try (Bar bar = Bar.of("restart")) {
      measured = Restart.measure(cluster, restart, bar);
    }
    if (telling.isJson()) telling.json(out -> Row.json(measured, out));
    else telling.line(Row.line(measured));
    return ExitCode.OK;
  }

  private int watch(BenchCluster cluster)
      throws IOException, InterruptedException, TimeoutException {
    double every = rate == 0 ? WATCHED_RATE : rate;
    Load puts =
        new Load(
            Workload.put,
            new Load.Clients(connections, inFlight, every),
            new Load.Data(valueBytes, watch, true),
            new Load.Times(seconds, warmup));
    Watching measured;
    try (Bar bar = Bar.of("watch");
        WatchRun run = new WatchRun(cluster, new Watching.Plan(puts, watchAll), bar)) {
      measured = run.measure();
    }
    if (telling.isJson()) telling.json(out -> Row.json(measured, out));
    else telling.line(Row.line(measured));
    if (measured.isGood()) return ExitCode.OK;
    String trouble =
        Stream.of(measured.alone(), measured.watched())
            .map(Measured::trouble)
            .filter(Objects::nonNull)
            .findFirst()
            .orElse("events are missing");
    return telling.failed(ExitCode.FAILED, "failed", trouble);
  }

  private int onForeign(List<Load> loads)
      throws IOException, InterruptedException, TimeoutException {
    try {
      List<Endpoint> servers = Endpoint.parseList(endpoints);
      ClientTls asked = tls.choose(System.getenv(), Optional.empty());
      Optional<TlsContext> spoken = Optional.ofNullable(Tls.context(asked));
      return measure(loads, new TextServers(servers, List.of(), directory, spoken));
    } catch (IllegalArgumentException e) {
      throw wrong(e.getMessage());
    }
  }

  private BenchCluster start() throws IOException, InterruptedException, TimeoutException {
    return BenchCluster.start(
        new BenchCluster.Plan(members, settings, flags(), directory, protocol.port()));
  }

  private int against(List<Load> loads) throws IOException, InterruptedException, TimeoutException {
    Against contests = new Against(telling, rounds);
    OtherStore rival = contests.find(against).orElseThrow(() -> wrong(contests.unknown(against)));
    if (!loads.stream().allMatch(this::isCommon))
      throw wrong("--against compares put, get and mix: others have nothing like the rest");
    if (rival.missing().isPresent())
      return telling.failed(ExitCode.UNAVAILABLE, "unavailable", rival.missing().get());
    try (BenchCluster cluster = start();
        OtherStore.Running other = rival.start(directory)) {
      return contests.run(loads, subject(cluster), rival, other) ? ExitCode.OK : ExitCode.FAILED;
    }
  }

  private int growth() throws IOException, InterruptedException, TimeoutException {
    var times = new Load.Times(seconds, warmup);
    var measured =
        new Growth(
            new Growth.Plan(flags(), directory, largest, times), new Attempts(telling)::measure);
    List<Growth.Curve> curves = new ArrayList<>();
    int code = ExitCode.OK;
    for (Growth.Axis axis : axes) {
      Growth.Curve curve = measured.measure(axis, point -> print(axis, point));
      if (!curve.points().isEmpty()) curves.add(curve);
      for (Growth.Point point : curve.points()) {
        if (!point.put().measured().isGood() || !point.get().measured().isGood())
          code = ExitCode.FAILED;
      }
    }
    if (curves.isEmpty()) throw wrong("--largest leaves nothing to measure");
    GrowthPlotter.draw(curves, growth);
    return code;
  }

  private void print(Growth.Axis axis, Growth.Point point) {
    for (BenchRun.Result each : List.of(point.put(), point.get())) {
      if (telling.isJson()) telling.json(out -> Row.json(axis, point.size(), each, out));
      else telling.line(Row.line(axis, point.size(), each));
    }
  }

  private List<Load> loads() {
    Workload one = workload == null ? Workload.put : workload;
    try {
      Load load =
          new Load(
              one,
              new Load.Clients(connections, inFlight, rate),
              new Load.Data(valueBytes, keys, true, rangeKeys),
              new Load.Times(seconds, warmup));
      return workload == null && !load.isOpen() ? Row.standard(load) : List.of(load);
    } catch (IllegalArgumentException e) {
      throw wrong(e.getMessage());
    }
  }

  private int measure(List<Load> loads, SystemUnderTest subject)
      throws IOException, InterruptedException, TimeoutException {
    BenchRun run = new BenchRun(subject);
    Attempts attempts = new Attempts(telling);
    int code = ExitCode.OK;
    for (int i = 0; i < loads.size(); i++) {
      BenchRun.Result result = attempts.measure(loads.get(i), run);
      print(result, i == 0);
      if (!result.measured().isGood()) code = ExitCode.FAILED;
    }
    return code;
  }

  private void print(BenchRun.Result result, boolean isFirst) {
    if (telling.isJson()) {
      telling.json(out -> Row.json(result, out));
      return;
    }
    if (isFirst) telling.line(Row.limits(result.limits()) + "\n" + Row.HEAD);
    telling.line(Row.line(result));
  }

  private ParameterException wrong(String message) {
    return new ParameterException(spec.commandLine(), message);
  }
}
