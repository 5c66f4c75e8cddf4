package io.jangada.cli.cluster;

import io.jangada.bytes.Bytes;
import io.jangada.cli.Durations;
import io.jangada.client.ClientOptions;
import io.jangada.client.ClientTls;
import io.jangada.client.Endpoint;
import io.jangada.client.JangadaClient;
import io.jangada.client.Login;
import io.jangada.client.Reply;
import io.jangada.server.ConfigException;
import io.jangada.server.ServerConfig;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/// Which cluster a command talks to, and for how long it tries: the options that all of these
/// commands have.
///
/// Servers are taken from the first of these that says something: `--endpoints`, `--config`, the
/// variable `JANGADA_ENDPOINTS`, a `config.json` in the current folder, `127.0.0.1:9000`.
public final class ClusterOptions implements Environment.Surrounded {
  private static final String VARIABLE = "JANGADA_ENDPOINTS";
  private static final String FILE = "config.json";
  private static final Endpoint STANDARD = new Endpoint("127.0.0.1", 9000);

  /// What stands for bytes that the JVM could not read.
  private static final char REPLACEMENT = '\ufffd';

  private static final long STANDARD_MILLIS = 5_000;
  private static final long PATIENT_MILLIS = 60_000;
  private static final long CONNECT_MILLIS_MAX = 1_000;

  @Spec(Spec.Target.MIXEE)
  private CommandSpec spec;

  @Option(
      names = "--endpoints",
      paramLabel = "HOST:PORT,...",
      description =
          "Servers to connect to; one is enough to find the leader. Default: those in "
              + VARIABLE
              + ", or in the current folder's config.json, or 127.0.0.1:9000.")
  private String endpoints;

  @Option(
      names = "--config",
      paramLabel = "FILE",
      description = "The config.json of the servers, for their addresses.")
  private Path config;

  @Option(
      names = "--timeout",
      paramLabel = "TIME",
      description = "The timeout, such as 500ms or 10s (default: 5s; for long operations, 60s).")
  private String timeout;

  @Mixin private UserOptions user;

  /// Asked for once, for all clients of the command.
  private Optional<Login> login;

  @ArgGroup(validate = false, order = 1, heading = "%nTLS:%n")
  private TlsOptions tls = new TlsOptions();

  private Environment surroundings = Environment.ofProcess();

  @Override
  public void surround(Environment surroundings) {
    this.surroundings = surroundings;
    login = null;
  }

  /// The same for commands that this one runs: as which user is settled, and asked for once.
  public Environment settled() {
    Map<String, String> environment = new TreeMap<>(surroundings.environment());
    Login known = login();
    if (known != null) environment.put(UserOptions.VARIABLE, known.user() + ":" + known.password());
    return new Environment(
        environment, surroundings.in(), surroundings.out(), surroundings.folder());
  }

  /// A client as the options want it.
  ///
  /// @throws ParameterException when they make no sense
  public JangadaClient open() {
    long millis = millis();
    long silence = ClientOptions.Timing.DEFAULT.silenceMillis();
    return connect(options(millis, Math.max(1, Math.min(silence, millis / 2))));
  }

  /// A client for commands that servers take long to answer.
  public JangadaClient openPatiently() {
    long millis = millis(PATIENT_MILLIS);
    return connect(options(millis, millis));
  }

  private JangadaClient connect(ClientOptions options) {
    try {
      return surroundings.clients().apply(options);
    } catch (IllegalArgumentException e) {
      throw wrong(e.getMessage());
    }
  }

  /// For how long is tried what does not take long.
  long millis() {
    return millis(STANDARD_MILLIS);
  }

  private long millis(long standard) {
    return timeout == null ? standard : duration("--timeout", timeout);
  }

  private ClientOptions options(long millis, long silence) {
    int connect = (int) Math.max(1, Math.min(CONNECT_MILLIS_MAX, millis / 2));
    ClientOptions.Timing standard = ClientOptions.Timing.DEFAULT;
    var timing =
        new ClientOptions.Timing(
            millis, silence, connect, standard.backOffMinMillis(), standard.backOffMaxMillis());
    Map<Integer, Endpoint> members = configured();
    return ClientOptions.of(endpoints(members))
        .withMembers(members)
        .withTiming(timing)
        .withTls(tls())
        .withLogin(login());
  }

  private Login login() {
    try {
      if (login == null) login = Optional.ofNullable(user.login(surroundings.environment()));
      return login.orElse(null);
    } catch (IllegalArgumentException e) {
      throw wrong(e.getMessage());
    }
  }

  /// How servers are spoken to; null for no TLS.
  private ClientTls tls() {
    try {
      return tls.choose(surroundings.environment(), config());
    } catch (IllegalArgumentException e) {
      throw wrong(e.getMessage());
    }
  }

  /// An argument as bytes.
  ///
  /// @throws ParameterException when the system's locale made something else of it
  Bytes bytes(String argument) {
    if (argument.indexOf(REPLACEMENT) >= 0)
      throw wrong(
          "'"
              + argument
              + "' is not as it was typed: this locale has no UTF-8, try with LC_ALL=C.UTF-8");
    return Bytes.utf8(argument);
  }

  /// Tells of a reply that is a no and, where no server could serve, what keeps each from it.
  ///
  /// @param what the key, or what else the command was about
  /// @return the exit code
  int no(JangadaClient client, Output output, Reply reply, String what) {
    int code = output.no(reply, what);
    boolean isUnserved = reply instanceof Reply.Unavailable || reply instanceof Reply.Unknown;
    if (isUnserved) ClusterStatus.call(client, endpoints()).complaints().forEach(output::complain);
    return code;
  }

  /// The servers to ask first.
  public List<Endpoint> endpoints() {
    return endpoints(configured());
  }

  private List<Endpoint> endpoints(Map<Integer, Endpoint> members) {
    String variable = surroundings.environment().getOrDefault(VARIABLE, "");
    if (endpoints != null) return parse("--endpoints", endpoints);
    if (config == null && !variable.isEmpty()) return parse(VARIABLE, variable);
    return members.isEmpty() ? List.of(STANDARD) : new ArrayList<>(members.values());
  }

  private List<Endpoint> parse(String where, String text) {
    try {
      return Endpoint.parseList(text);
    } catch (IllegalArgumentException e) {
      throw wrong(where + ": " + e.getMessage());
    }
  }

  /// Host, peer port and client port of a server according to the file.
  List<String> configured(int id) {
    Path file = config != null ? config : surroundings.folder().resolve(FILE);
    try {
      ServerConfig.Entry entry = ServerConfig.read(file).entry(id);
      return List.of(entry.hostname(), "" + entry.logPort(), "" + entry.clientPort());
    } catch (ConfigException e) {
      throw wrong("no address was given, and " + e.getMessage());
    }
  }

  /// Where members listen according to the file.
  private Map<Integer, Endpoint> configured() {
    Map<Integer, Endpoint> members = new TreeMap<>();
    try {
      for (ServerConfig.Entry entry : config().map(ServerConfig::servers).orElse(List.of()))
        members.put(entry.id(), new Endpoint(entry.hostname(), entry.clientPort()));
      return members;
    } catch (IllegalArgumentException e) {
      throw wrong(e.getMessage());
    }
  }

  /// The file. One that only lies around says nothing where servers were named: it may be that of
  /// another cluster.
  private Optional<ServerConfig> config() {
    String variable = surroundings.environment().getOrDefault(VARIABLE, "");
    boolean isNamed = endpoints != null || !variable.isEmpty();
    Path file = config != null ? config : surroundings.folder().resolve(FILE);
    if (config == null && (isNamed || !Files.exists(file))) return Optional.empty();
    try {
      return Optional.of(ServerConfig.read(file));
    } catch (ConfigException e) {
      throw wrong(e.getMessage());
    }
  }

  /// @return milliseconds, 1 or more
  long duration(String option, String text) {
    long millis = Durations.parseMillis(text);
    if (millis < 1 || millis > ClientOptions.Timing.MILLIS_MAX)
      throw wrong(
          option + ": '" + text + "' is not a duration such as 500ms, 10s or 5m, up to 24h");
    return millis;
  }

  public ParameterException wrong(String message) {
    return new ParameterException(spec.commandLine(), message);
  }
}
