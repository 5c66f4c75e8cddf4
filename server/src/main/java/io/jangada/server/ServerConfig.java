package io.jangada.server;

import io.jangada.server.audit.AuditSettings;
import io.jangada.server.audit.KeySelection;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.file.Path;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/// What `config.json` says, with what flags and environment say otherwise. The form of the file:
///
///     {"Path": "data",
///      "Servers": [{"Id": 0, "Hostname": "localhost", "ClientPort": 9000, "LogPort": 9050}, …],
///      "HeartbeatMillis": 50, …}
///
/// Names of fields are matched without regard to case. A server's entry may have an
/// [OptionalPort], too; every other field is a [Setting]. All servers of a cluster can share one
/// file, wherever they run.
///
/// @param file where it was read
/// @param servers in the order of the file
public record ServerConfig(Path file, List<Entry> servers, Settings settings) {
  /// @param id 0 or more
  public record Entry(int id, String hostname, Ports ports) {
    public int clientPort() {
      return ports.client;
    }

    public int logPort() {
      return ports.log;
    }

    /// 0 for none.
    public int port(OptionalPort which) {
      return ports.others.getOrDefault(which, 0);
    }

    /// The form in which members hand addresses on: `host:logPort:clientPort`.
    public String address() {
      return hostname + ":" + ports.log + ":" + ports.client;
    }
  }

  /// @param others those that there are
  public record Ports(int client, int log, Map<OptionalPort, Integer> others) {
    public Ports {
      others = Map.copyOf(others);
    }

    public Ports(int client, int log) {
      this(client, log, Map.of());
    }
  }

  /// What a host may be called.
  static final String HOSTNAME = "[0-9A-Za-z._%:-]{1,255}";

  public ServerConfig {
    servers = List.copyOf(servers);
  }

  /// What the file says.
  ///
  /// @throws ConfigException when it cannot be read or makes no sense
  public static ServerConfig read(Path file) throws ConfigException {
    return read(file, Map.of(), Map.of());
  }

  /// @param environment looked at for `JANGADA_…`
  /// @param flags as they were given
  public static ServerConfig read(
      Path file, Map<String, String> environment, Map<Setting, String> flags)
      throws ConfigException {
    Map<Setting, Settings.Value> given = new EnumMap<>(Setting.class);
    flags.forEach((setting, text) -> given.put(setting, new Settings.Value(text, setting.flag())));
    return readWith(file, environment, given);
  }

  /// The same with settings whose source is not a flag of theirs.
  ///
  /// @param given goes before the environment and the file
  public static ServerConfig readWith(
      Path file, Map<String, String> environment, Map<Setting, Settings.Value> given)
      throws ConfigException {
    return new ConfigReader(file).read(environment, given);
  }

  public Optional<Entry> find(int id) {
    return servers.stream().filter(entry -> entry.id == id).findFirst();
  }

  /// The entry of a server that must be there.
  public Entry entry(int id) throws ConfigException {
    Optional<Entry> entry = find(id);
    if (entry.isPresent()) return entry.get();
    String ids = servers.stream().map(s -> "" + s.id).collect(Collectors.joining(", "));
    throw new ConfigException(
        List.of(file + ": there is no server with Id " + id + " among Servers; there are " + ids));
  }

  /// The initial members of the cluster, as a server knows them: all servers of the file, without
  /// this one when it is to be added to them.
  List<Integer> initialMembers(int id) throws ConfigException {
    boolean joins = settings.flag(Setting.JOIN);
    List<Integer> members =
        servers.stream().map(Entry::id).filter(other -> other != id || !joins).toList();
    if (!members.isEmpty()) return members;
    throw new ConfigException(
        List.of(file + ": Join is true, and Servers lists no server other than server " + id));
  }

  /// Where a server keeps its data: [Setting#DATA_DIR], or a folder of its own below
  /// [Setting#PATH], so that all servers of one machine can share one file.
  public Path dataDirectory(int id) {
    if (settings.has(Setting.DATA_DIR)) return place(Setting.DATA_DIR);
    Path path = place(Setting.PATH);
    return (isPlaceholder() ? path.resolveSibling("data") : path).resolve("server-" + id);
  }

  /// What a server is called among etcd's clients.
  public String name(int id) {
    return withId(settings.text(Setting.NAME), id);
  }

  /// Whether [Setting#PATH] is the `...` that stands for a folder in the protocol's first program:
  /// it is no folder's name here, but `data`.
  boolean isPlaceholder() {
    return !settings.has(Setting.DATA_DIR) && settings.is(Setting.PATH, "...");
  }

  /// What a server's audit trail is about; empty for no trail.
  Optional<AuditSettings> audit(int id) {
    return settings
        .value(Setting.AUDIT_FILE)
        .filter(value -> !value.text().isEmpty())
        .map(value -> place(value, value.text().replace("{id}", Integer.toString(id))))
        .map(file -> auditTo(file, id));
  }

  private AuditSettings auditTo(Path file, int id) {
    AuditSettings.Place place =
        new AuditSettings.Place(
            file,
            settings.number(Setting.AUDIT_FILE_BYTES_MAX),
            settings.whole(Setting.AUDIT_FILES_MAX));
    return new AuditSettings(
        id,
        place,
        KeySelection.of(settings.value(Setting.AUDIT_WRITES).map(Settings.Value::text).orElse("")),
        KeySelection.of(settings.value(Setting.AUDIT_READS).map(Settings.Value::text).orElse("")),
        settings.whole(Setting.AUDIT_SAMPLE_PERCENT));
  }

  private Path place(Setting setting) {
    return place(settings.value(setting).orElseThrow());
  }

  private Path place(Settings.Value value) {
    return place(value, value.text());
  }

  /// Names in the file count from where the file is; all others from where the process is.
  private Path place(Settings.Value value, String name) {
    Path path = Path.of(name);
    boolean inFile = value.source().equals(file.toString());
    return (inFile ? file.toAbsolutePath().resolveSibling(path) : path.toAbsolutePath())
        .normalize();
  }

  /// The file that a setting names, `{id}` in it replaced; empty where the setting has no value.
  public Optional<Path> file(Setting setting, int id) {
    return settings
        .value(setting)
        .map(value -> place(new Settings.Value(withId(value.text(), id), value.source())));
  }

  private static String withId(String text, int id) {
    return text.replace("{id}", Integer.toString(id));
  }

  /// A port of a server; 0 for none. A flag or a variable goes before the entry in the file, and
  /// that before a field for all.
  public int port(OptionalPort which, Entry entry) {
    Settings.Value value = settings.value(which.setting()).orElseThrow();
    int ofEntry = entry.port(which);
    boolean weaker = value.source().equals(file.toString()) || isDefault(value);
    return weaker && ofEntry > 0 ? ofEntry : Integer.parseInt(value.text());
  }

  private static boolean isDefault(Settings.Value value) {
    return value.source().equals(Settings.DEFAULT);
  }

  /// Whether a server's client port can be reached from other machines.
  boolean listensBeyondLoopback(Entry entry) {
    try {
      Optional<String> host = clientListen(entry);
      return host.isEmpty() || !InetAddress.getByName(host.get()).isLoopbackAddress();
    } catch (ConfigException | UnknownHostException e) {
      return true;
    }
  }

  /// The address on which a server listens for clients; empty for all of this machine.
  ///
  /// @throws ConfigException as [#listen]
  public Optional<String> clientListen(Entry entry) throws ConfigException {
    Optional<Settings.Value> own = settings.value(Setting.CLIENT_LISTEN);
    return own.isPresent() ? own.map(Settings.Value::text) : listen(entry);
  }

  /// The address on which a server listens for the other servers; empty for all of this machine.
  ///
  /// @throws ConfigException when that depends on where its host is, and there is no such host: a
  ///   misspelt `localhost` must not open the ports to all hosts
  public Optional<String> listen(Entry entry) throws ConfigException {
    if (!settings.is(Setting.LISTEN, "auto")) return Optional.of(settings.text(Setting.LISTEN));
    try {
      boolean isLoopback = InetAddress.getByName(entry.hostname).isLoopbackAddress();
      return isLoopback ? Optional.of(entry.hostname) : Optional.empty();
    } catch (UnknownHostException e) {
      throw new ConfigException(
          List.of(
              ("%s: the Hostname of server %d is %s, and there is no such host; correct it, or set"
                      + " Listen.")
                  .formatted(file, entry.id, entry.hostname)));
    }
  }
}
