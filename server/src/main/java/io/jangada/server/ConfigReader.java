package io.jangada.server;

import io.jangada.bytes.MalformedException;
import io.jangada.codec.Json;
import io.jangada.codec.JsonReader;
import io.jangada.raft.Membership;
import java.io.IOException;
import java.io.InputStream;
import java.math.BigDecimal;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Stream;

/// Reads a [ServerConfig], and lists everything that is wrong with it.
final class ConfigReader {
  private static final int FILE_BYTES_MAX = 1 << 20;
  private static final int SHOWN_CHARS_MAX = 60;
  private static final List<String> ENTRY_FIELDS =
      Stream.concat(
              Stream.of("Id", "Hostname", "ClientPort", "LogPort"),
              Stream.of(OptionalPort.values()).map(OptionalPort::field))
          .toList();

  private final Path file;
  private final List<String> problems = new ArrayList<>();
  private final Map<Setting, Settings.Value> values = new EnumMap<>(Setting.class);

  ConfigReader(Path file) {
    this.file = file;
  }

  /// @param given goes before the environment and the file
  ServerConfig read(Map<String, String> environment, Map<Setting, Settings.Value> given)
      throws ConfigException {
    Map<String, Json> fields = fields(file.toString(), parse(), knownFields());
    for (Setting setting : Setting.values()) {
      Json json = fields.get(setting.field());
      String variable = environment.get(setting.variable());
      Settings.Value before = given.get(setting);
      if (json != null) fromFile(setting, json);
      if (variable != null && !variable.isEmpty()) take(setting, variable, setting.variable());
      if (before != null) take(setting, before.text(), before.source());
    }
    problems.addAll(Variables.complaints(environment));
    List<ServerConfig.Entry> servers = servers(fields.get("Servers"));
    Settings settings = new Settings(values);
    check(settings);
    if (!problems.isEmpty()) throw new ConfigException(problems);
    return new ServerConfig(file, servers, settings);
  }

  private Json.Obj parse() throws ConfigException {
    byte[] bytes;
    try (InputStream in = Files.newInputStream(file)) {
      bytes = in.readNBytes(FILE_BYTES_MAX + 1);
    } catch (NoSuchFileException e) {
      throw refusal("there is no such file");
    } catch (IOException e) {
      throw refusal("it cannot be read: " + Reasons.of(e));
    }
    if (bytes.length > FILE_BYTES_MAX) throw refusal("it is longer than " + FILE_BYTES_MAX);
    try {
      if (new JsonReader().read(bytes, 0, bytes.length) instanceof Json.Obj fields) return fields;
      throw refusal("it is not a JSON object");
    } catch (MalformedException e) {
      throw refusal(e.getMessage());
    }
  }

  private ConfigException refusal(String why) {
    return new ConfigException(List.of(file + ": " + why));
  }

  private static List<String> knownFields() {
    List<String> known = new ArrayList<>(List.of("Servers"));
    for (Setting setting : Setting.values()) known.add(setting.field());
    return known;
  }

  /// The members of an object under the names that are known, whatever their case.
  private Map<String, Json> fields(String where, Json.Obj object, List<String> known) {
    Map<String, String> names = new HashMap<>();
    for (String name : known) names.put(name.toLowerCase(Locale.ROOT), name);
    Map<String, Json> found = new TreeMap<>();
    object
        .members()
        .forEach(
            (written, value) -> {
              String name = names.get(written.toLowerCase(Locale.ROOT));
              if (name == null)
                problems.add(
                    where + ": " + shown(written) + " is unknown" + hint(written, known) + ".");
              else if (found.put(name, value) != null)
                problems.add(where + ": " + name + " is given twice.");
            });
    return found;
  }

  private static String hint(String written, List<String> known) {
    return Nearest.to(written, known).map(name -> "; did you mean " + name + "?").orElse("");
  }

  private void fromFile(Setting setting, Json json) {
    Optional<String> normal = setting.kind().written(json).flatMap(setting.kind()::normal);
    if (normal.isPresent()) put(setting, normal.get(), file.toString());
    else wrong(file + ": " + setting.field(), shown(json), setting.wants());
  }

  private void take(Setting setting, String written, String source) {
    Optional<String> normal = setting.kind().normal(written);
    if (normal.isPresent()) put(setting, normal.get(), source);
    else wrong(source, shown(written), setting.wants());
  }

  private void put(Setting setting, String normal, String source) {
    values.put(setting, new Settings.Value(normal, source));
  }

  private void wrong(String where, String what, String wants) {
    problems.add(where + " is " + what + "; it must be " + wants + ".");
  }

  private static String shown(Json json) {
    return shown(json.canonical().toUtf8());
  }

  private static String shown(String text) {
    return text.length() <= SHOWN_CHARS_MAX ? text : text.substring(0, SHOWN_CHARS_MAX) + "…";
  }

  // ---- the list of servers ----

  private List<ServerConfig.Entry> servers(Json json) {
    List<ServerConfig.Entry> entries = new ArrayList<>();
    if (json == null) {
      problems.add(file + ": Servers is missing; it lists the servers of the cluster.");
    } else if (!(json instanceof Json.Arr(List<Json> items))) {
      wrong(file + ": Servers", shown(json), "an array of objects");
    } else if (items.isEmpty()) {
      problems.add(file + ": Servers is empty; a cluster needs a server.");
    } else if (items.size() > Membership.MEMBERS_MAX) {
      problems.add(
          file
              + ": Servers has "
              + items.size()
              + " servers, of at most "
              + Membership.MEMBERS_MAX
              + ".");
    } else {
      for (int i = 0; i < items.size(); i++)
        entry(file + ": Servers[" + i + "]", items.get(i)).ifPresent(entries::add);
      doubled(entries);
    }
    return entries;
  }

  private Optional<ServerConfig.Entry> entry(String where, Json json) {
    if (!(json instanceof Json.Obj object)) {
      wrong(where, shown(json), "an object with " + String.join(", ", ENTRY_FIELDS));
      return Optional.empty();
    }
    int before = problems.size();
    Map<String, Json> fields = fields(where, object, ENTRY_FIELDS);
    long id = number(where + ".Id", fields.get("Id"), 0, Integer.MAX_VALUE);
    String hostname = hostname(where + ".Hostname", fields.get("Hostname"));
    long clientPort = number(where + ".ClientPort", fields.get("ClientPort"), 1, 65_535);
    long logPort = number(where + ".LogPort", fields.get("LogPort"), 1, 65_535);
    Map<OptionalPort, Integer> others = new EnumMap<>(OptionalPort.class);
    for (OptionalPort one : OptionalPort.values()) {
      Json port = fields.get(one.field());
      if (port != null) others.put(one, (int) number(where + "." + one.field(), port, 0, 65_535));
    }
    if (problems.size() > before) return Optional.empty();
    return Optional.of(
        new ServerConfig.Entry(
            (int) id, hostname, new ServerConfig.Ports((int) clientPort, (int) logPort, others)));
  }

  private long number(String where, Json json, long min, long max) {
    String wants = "a whole number from " + min + " to " + max;
    if (json == null) {
      problems.add(where + " is missing; it must be " + wants + ".");
    } else if (json instanceof Json.Num(BigDecimal value, boolean whole)
        && whole
        && value.precision() <= 15
        && value.longValue() >= min
        && value.longValue() <= max) {
      return value.longValue();
    } else {
      wrong(where, shown(json), wants);
    }
    return 0;
  }

  private String hostname(String where, Json json) {
    String wants = "the name or address of a host";
    if (json == null) {
      problems.add(where + " is missing; it must be " + wants + ".");
    } else if (json instanceof Json.Str(String name) && name.matches(ServerConfig.HOSTNAME)) {
      return name;
    } else {
      wrong(where, shown(json), wants);
    }
    return "";
  }

  private void doubled(List<ServerConfig.Entry> entries) {
    Map<Integer, Integer> ids = new HashMap<>();
    Map<String, String> places = new HashMap<>();
    for (ServerConfig.Entry entry : entries) {
      if (ids.merge(entry.id(), 1, Integer::sum) == 2)
        problems.add(file + ": Servers has two servers with Id " + entry.id() + ".");
      place(places, entry, "ClientPort", entry.clientPort());
      place(places, entry, "LogPort", entry.logPort());
      for (OptionalPort one : OptionalPort.values())
        if (entry.port(one) > 0) place(places, entry, one.field(), entry.port(one));
    }
  }

  private void place(Map<String, String> places, ServerConfig.Entry entry, String field, int port) {
    String place = entry.hostname().toLowerCase(Locale.ROOT) + ":" + port;
    String mine = "the " + field + " of server " + entry.id();
    String other = places.putIfAbsent(place, mine);
    if (other != null)
      problems.add(file + ": " + place + " is both " + other + " and " + mine + ".");
  }

  // ---- what must fit together ----

  private void check(Settings settings) {
    if (!settings.has(Setting.PATH) && !settings.has(Setting.DATA_DIR) && isFineSoFar(Setting.PATH))
      problems.add(file + ": Path is missing; it is " + Setting.PATH.meaning() + ".");
    long tick = settings.number(Setting.TICK_MILLIS);
    long heartbeat = settings.number(Setting.HEARTBEAT_MILLIS);
    long election = settings.low(Setting.ELECTION_TIMEOUT_MILLIS);
    if (tick > heartbeat)
      unfit(settings, Setting.TICK_MILLIS, "at most HeartbeatMillis, " + heartbeat);
    if (2 * heartbeat > election)
      unfit(
          settings, Setting.HEARTBEAT_MILLIS, "at most half of ElectionTimeoutMillis, " + election);
    if (settings.number(Setting.SEGMENT_BYTES) % 512 != 0)
      unfit(settings, Setting.SEGMENT_BYTES, "a multiple of 512");
    checkTls(settings);
  }

  private void checkTls(Settings settings) {
    needs(settings, Setting.CERT_FILE, Setting.KEY_FILE);
    needs(settings, Setting.KEY_FILE, Setting.CERT_FILE);
    needs(settings, Setting.CRL_FILE, Setting.TRUSTED_CA_FILE);
    if (settings.flag(Setting.CLIENT_CERT_AUTH)) {
      needs(settings, Setting.CLIENT_CERT_AUTH, Setting.CERT_FILE);
      needs(settings, Setting.CLIENT_CERT_AUTH, Setting.TRUSTED_CA_FILE);
    } else if (settings.has(Setting.CLIENT_CERT_ALLOWED_NAMES)) {
      problems.add(file + ": ClientCertAllowedNames needs ClientCertAuth.");
    }
    needs(settings, Setting.PEER_CERT_FILE, Setting.PEER_KEY_FILE);
    needs(settings, Setting.PEER_CERT_FILE, Setting.PEER_TRUSTED_CA_FILE);
    needs(settings, Setting.PEER_KEY_FILE, Setting.PEER_CERT_FILE);
    needs(settings, Setting.PEER_TRUSTED_CA_FILE, Setting.PEER_CERT_FILE);
    needs(settings, Setting.PEER_CERT_ALLOWED_NAMES, Setting.PEER_CERT_FILE);
    needs(settings, Setting.PEER_CRL_FILE, Setting.PEER_CERT_FILE);
  }

  /// A server that only half of TLS is configured for must not start without it.
  private void needs(Settings settings, Setting setting, Setting other) {
    if (settings.has(setting) && !settings.has(other))
      problems.add(
          file + ": " + setting.field() + " needs " + other.field() + ", which has no value.");
  }

  /// A value that was refused already is not also missing.
  private boolean isFineSoFar(Setting setting) {
    return problems.stream().noneMatch(p -> p.startsWith(file + ": " + setting.field() + " is "));
  }

  private void unfit(Settings settings, Setting setting, String wants) {
    Settings.Value value = settings.value(setting).orElseThrow();
    boolean inFile =
        value.source().equals(file.toString()) || value.source().equals(Settings.DEFAULT);
    String where = inFile ? file + ": " + setting.field() : value.source();
    wrong(where, value.text(), wants);
  }
}
