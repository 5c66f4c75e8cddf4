package io.jangada.harness;

import io.jangada.client.ClientTls;
import io.jangada.net.TlsContext;
import io.jangada.net.TlsException;
import io.jangada.server.ConfigException;
import io.jangada.server.ServerConfig;
import io.jangada.server.Setting;
import io.jangada.server.Settings;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.TimeoutException;
import java.util.stream.Stream;

/// Servers of one cluster, each a process of this machine, and what can be done to them. What they
/// say is in `server-<id>.log` in the cluster's directory.
///
/// Safe for threads: whatever is done to one server waits for what is being done to another.
public final class ProcessCluster implements AutoCloseable {
  private final Path directory;
  private final ServerProgram command;
  private final SortedMap<Integer, Place> places = new TreeMap<>();
  private final FreePorts ports = new FreePorts(new SplittableRandom());
  private final ServerConfig initialConfig;

  /// Null before it is needed, and where there is no TLS.
  private TlsContext context;

  /// Where one server runs, and its process if there is one.
  private static final class Place {
    private final ServerConfig.Entry entry;
    private final ServerConfig config;
    private final List<String> options;
    private ServerProcess process;
    private boolean paused;

    Place(ServerConfig.Entry entry, ServerConfig config, List<String> options) {
      this.entry = entry;
      this.config = config;
      this.options = options;
    }

    boolean isUp() {
      return process != null && process.isAlive();
    }
  }

  private ProcessCluster(
      Path directory, ServerProgram command, ServerConfig config, Map<Setting, String> flags) {
    this.directory = directory.toAbsolutePath();
    this.command = command;
    this.initialConfig = config;
    for (ServerConfig.Entry entry : config.servers())
      places.put(entry.id(), new Place(entry, config, options(flags)));
  }

  /// A cluster that is made up, with its `config.json` and its data in `directory`. None of its
  /// servers runs yet.
  public static ProcessCluster make(Path directory, ClusterPlan plan, ServerProgram command)
      throws IOException {
    try {
      return of(directory, plan.write(directory), command, Map.of());
    } catch (ConfigException e) {
      throw new IllegalArgumentException(e);
    }
  }

  /// The cluster of a `config.json`. None of its servers runs yet.
  ///
  /// @param directory for what its servers say
  /// @param flags what is to hold other than the file says
  public static ProcessCluster of(
      Path directory, Path config, ServerProgram command, Map<Setting, String> flags)
      throws ConfigException {
    ServerConfig read = ServerConfig.read(config.toAbsolutePath(), Map.of(), flags);
    return new ProcessCluster(directory, command, read, flags);
  }

  private static List<String> options(Map<Setting, String> flags) {
    List<String> options = new ArrayList<>();
    flags.forEach((setting, value) -> options.add(setting.flag() + "=" + value));
    return options;
  }

  // ---- who is there ----

  public synchronized SortedSet<Integer> ids() {
    return new TreeSet<>(places.keySet());
  }

  /// Those whose process runs, stopped or not.
  public synchronized SortedSet<Integer> up() {
    SortedSet<Integer> up = ids();
    up.removeIf(id -> !place(id).isUp());
    return up;
  }

  /// Those whose process runs and is not stopped.
  public synchronized SortedSet<Integer> awake() {
    SortedSet<Integer> awake = up();
    awake.removeIf(id -> place(id).paused);
    return awake;
  }

  public synchronized boolean isUp(int id) {
    return place(id).isUp();
  }

  public synchronized ServerConfig.Entry entry(int id) {
    return place(id).entry;
  }

  /// What the servers were configured with.
  public Settings settings() {
    return initialConfig.settings();
  }

  public synchronized Path dataDirectory(int id) {
    return place(id).config.dataDirectory(id);
  }

  /// The output of the server, of all its runs together.
  public Path output(int id) {
    return directory.resolve("server-" + id + ".log");
  }

  public InetSocketAddress clientAddress(int id) {
    ServerConfig.Entry entry = entry(id);
    return new InetSocketAddress(entry.hostname(), entry.clientPort());
  }

  /// How clients speak TLS with these servers; null for no TLS.
  public ClientTls tls() {
    return Tls.of(initialConfig);
  }

  /// A connection to a server's client port.
  ///
  /// @param millisMax how long connecting, and then each reply, may take
  public TextConnection connect(int id, int millisMax) throws IOException {
    return TextConnection.open(clientAddress(id), millisMax, context());
  }

  /// The files do not change while these servers run.
  private synchronized TlsContext context() throws TlsException {
    if (context == null) context = Tls.context(tls());
    return context;
  }

  /// `host:port` of every server, as `--endpoints` wants them.
  public synchronized String endpoints() {
    List<String> endpoints = new ArrayList<>();
    for (Place place : places.values())
      endpoints.add(place.entry.hostname() + ":" + place.entry.clientPort());
    return String.join(",", endpoints);
  }

  /// Looks whether the servers can have their ports.
  ///
  /// @throws IOException with a sentence that names a port that another process has
  public synchronized void needPorts() throws IOException {
    for (Place place : places.values()) {
      String host = place.entry.hostname();
      for (int port : new int[] {place.entry.clientPort(), place.entry.logPort()})
        if (!FreePorts.isFree(new InetSocketAddress(host, port)))
          throw new IOException(
              host
                  + ":"
                  + port
                  + " of server "
                  + place.entry.id()
                  + " cannot be had: it is in use, or not of this machine");
    }
  }

  private Place place(int id) {
    Place place = places.get(id);
    if (place == null) throw new IllegalArgumentException("there is no server " + id);
    return place;
  }

  // ---- what is done to them ----

  /// Starts a server; returns at once.
  public synchronized void start(int id) throws IOException {
    Place place = place(id);
    if (place.isUp()) throw new IllegalStateException("server " + id + " is running");
    List<String> words = command.forServer(id, place.config.file(), place.options);
    place.paused = false;
    place.process = new ServerProcess(words, directory, output(id));
  }

  public synchronized void startAll() throws IOException {
    for (int id : ids()) if (!isUp(id)) start(id);
  }

  /// `kill -9`.
  public synchronized void kill(int id) throws InterruptedException {
    Place place = place(id);
    if (place.isUp()) place.process.kill();
    place.paused = false;
  }

  /// `kill -9` of several, one right after the other.
  public synchronized void kill(SortedSet<Integer> several) throws InterruptedException {
    for (int id : several) kill(id);
  }

  /// `SIGTERM`, and waits for the end.
  ///
  /// @return the exit code
  public int terminate(int id, long millisMax) throws InterruptedException, TimeoutException {
    ServerProcess process = process(id);
    process.terminate();
    return process.awaitExit(millisMax);
  }

  /// `SIGSTOP`.
  public synchronized void pause(int id) throws IOException, InterruptedException {
    process(id).pause();
    place(id).paused = true;
  }

  /// `SIGCONT`.
  public synchronized void resume(int id) throws IOException, InterruptedException {
    place(id).paused = false;
    process(id).resume();
  }

  /// The process of a server that was started, running or not.
  public synchronized ServerProcess process(int id) {
    ServerProcess process = place(id).process;
    if (process == null) throw new IllegalStateException("server " + id + " was never started");
    return process;
  }

  /// Removes all that a server had on its disk. It must not be running.
  public synchronized void wipe(int id) throws IOException {
    if (isUp(id)) throw new IllegalStateException("server " + id + " is running");
    remove(dataDirectory(id));
  }

  /// Removes a folder with all that is in it, if it is there.
  public static void remove(Path folder) throws IOException {
    if (!Files.exists(folder)) return;
    List<Path> paths;
    try (Stream<Path> all = Files.walk(folder)) {
      paths = all.sorted(Comparator.reverseOrder()).toList();
    }
    for (Path path : paths) Files.deleteIfExists(path);
  }

  /// Makes room for a server that is to join: it is started with a `config.json` of its own, knows
  /// those that are there now, and waits to be added.
  public synchronized ServerConfig.Entry prepare(int id) throws IOException {
    if (places.containsKey(id)) throw new IllegalArgumentException("server " + id + " is there");
    ServerConfig.Entry entry = ClusterPlan.entry(id, ports);
    List<ServerConfig.Entry> entries = new ArrayList<>();
    for (Place place : places.values()) entries.add(place.entry);
    entries.add(entry);
    Map<Setting, String> flags = flags(initialConfig.settings());
    flags.put(Setting.PATH, initialConfig.dataDirectory(id).getParent().toString());
    flags.put(Setting.JOIN, "true");
    Path file = ClusterPlan.writeServers(directory.resolve("config-" + id + ".json"), entries);
    try {
      ServerConfig config = ServerConfig.read(file, Map.of(), flags);
      places.put(id, new Place(entry, config, options(flags)));
    } catch (ConfigException e) {
      throw new IllegalStateException(e);
    }
    return entry;
  }

  /// Every setting that is not as it would be without a word.
  private static Map<Setting, String> flags(Settings settings) {
    Map<Setting, String> flags = new EnumMap<>(Setting.class);
    for (Setting setting : Setting.values()) {
      Optional<Settings.Value> value = settings.value(setting);
      if (value.isPresent() && !value.get().text().equals(setting.defaultValue()))
        flags.put(setting, value.get().text());
    }
    return flags;
  }

  /// Kills a server and forgets about it; its data goes.
  public synchronized void discard(int id) throws IOException, InterruptedException {
    kill(id);
    wipe(id);
    places.remove(id);
  }

  /// Kills all that run.
  @Override
  public synchronized void close() {
    for (Place place : places.values()) if (place.process != null) place.process.close();
  }
}
