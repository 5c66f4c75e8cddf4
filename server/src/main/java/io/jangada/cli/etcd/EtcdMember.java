package io.jangada.cli.etcd;

import io.jangada.codec.Json;
import io.jangada.server.ConfigException;
import io.jangada.server.ServerConfig;
import io.jangada.store.Identity;
import io.jangada.store.OsDisk;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.TreeMap;

/// Who a member is and where its cluster is.
///
/// At its first start these follow from the flags, and are written to `config.json` in its data
/// directory, which is a configuration like any other:
///
///     {"Cluster": "etcd-cluster", "DataDir": ".", "Servers": [...], "Followers": "forward", ...}
///
/// From then on that file holds, as etcd's member takes no notice of `--initial-cluster` once it
/// has data. Flags that mean a setting go before the file at each start.
///
/// @param file the configuration
record EtcdMember(int id, Path file) {
  private static final String FILE = "config.json";
  private static final String CLUSTER = "[!-~]{1,64}";
  private static final int PORT_MAX = 65_535;

  /// How far the port of our own protocols is from the peer port: all members of a cluster find
  /// each other's from `--initial-cluster`. A number that members of one machine are not apart.
  private static final int CLIENT_PORT_DISTANCE = 27;

  /// What clients of etcd's protocol expect of a server, where nothing else is set. History is kept
  /// for 30 days, if it takes no more memory than it may.
  private static final List<String> DEFAULTS =
      List.of(
          "\"Followers\": \"forward\"",
          "\"HistoryMillis\": 2592000000",
          "\"KeyBytesMax\": 65536",
          "\"LogFormat\": \"json\"");

  /// Reads who the member is, or makes it so at its first start.
  ///
  /// @param arguments gets the complaints
  /// @return empty when there are any
  static Optional<EtcdMember> of(EtcdArguments arguments) throws IOException, ConfigException {
    Path directory = directory(arguments);
    Path file = directory.resolve(FILE);
    boolean hasData = Files.exists(directory.resolve("meta"));
    if (hasData && Files.exists(file)) {
      EtcdMember known = new EtcdMember(identity(directory).memberId(), file);
      known.needPeerPort(arguments);
      return Optional.ofNullable(arguments.problems().isEmpty() ? known : null);
    }
    EtcdMember made = new Maker(arguments).make(file);
    return Optional.ofNullable(arguments.problems().isEmpty() ? made : null);
  }

  private static Path directory(EtcdArguments arguments) {
    String name = arguments.text(EtcdFlag.NAME) + ".etcd";
    boolean isNamed = arguments.has(EtcdFlag.DATA_DIR);
    return Path.of(isNamed ? arguments.text(EtcdFlag.DATA_DIR) : name).toAbsolutePath().normalize();
  }

  private static Identity identity(Path directory) throws IOException {
    return Identity.read(OsDisk.readOnly(directory));
  }

  /// The others know the port: it must stay.
  private void needPeerPort(EtcdArguments arguments) throws ConfigException {
    int known = ServerConfig.read(file).entry(id).logPort();
    EtcdListening.of(EtcdFlag.LISTEN_PEER_URLS, arguments)
        .filter(at -> at.port() != known)
        .ifPresent(_ -> arguments.refuse(EtcdFlag.LISTEN_PEER_URLS, portWanted(known)));
  }

  private static String portWanted(int port) {
    return "at port " + port + ", where the other members find this one";
  }

  /// Makes a member from the flags.
  private static final class Maker {
    private final EtcdArguments arguments;
    private final String name;
    private final TreeMap<String, EtcdUrl> members = new TreeMap<>();

    Maker(EtcdArguments arguments) {
      this.arguments = arguments;
      this.name = arguments.text(EtcdFlag.NAME);
    }

    /// Null when there are complaints.
    EtcdMember make(Path file) throws IOException {
      readMembers();
      needOwnUrl();
      boolean joins = joins();
      if (!arguments.text(EtcdFlag.INITIAL_CLUSTER_TOKEN).matches(CLUSTER))
        arguments.refuse(
            EtcdFlag.INITIAL_CLUSTER_TOKEN, "1 to 64 printable characters without blanks");
      if (!arguments.problems().isEmpty()) return null;
      Map<String, Integer> ids = ids(joins);
      String json = json(ids, joins);
      if (!arguments.problems().isEmpty()) return null;
      write(file, json);
      return new EtcdMember(ids.get(name), file);
    }

    private boolean joins() {
      switch (arguments.text(EtcdFlag.INITIAL_CLUSTER_STATE)) {
        case "new" -> {
          return false;
        }
        case "existing" -> {
          if (members.size() == 1)
            arguments.refuse(EtcdFlag.INITIAL_CLUSTER, "the members that are there, and this one");
          return true;
        }
        default -> arguments.refuse(EtcdFlag.INITIAL_CLUSTER_STATE, "new or existing");
      }
      return false;
    }

    private void readMembers() {
      if (!arguments.has(EtcdFlag.INITIAL_CLUSTER)) {
        EtcdUrl.list(EtcdFlag.INITIAL_ADVERTISE_PEER_URLS, arguments).stream()
            .findFirst()
            .ifPresent(url -> members.put(name, url));
        return;
      }
      for (String one : arguments.text(EtcdFlag.INITIAL_CLUSTER).split(",", -1)) {
        int equals = one.indexOf('=');
        if (equals < 1) {
          arguments.complain(
              "%s has '%s'; it must be NAME=URL of each member, with commas between them."
                  .formatted(arguments.source(EtcdFlag.INITIAL_CLUSTER), one));
          return;
        }
        List<EtcdUrl> urls =
            EtcdUrl.list(one.substring(equals + 1), EtcdFlag.INITIAL_CLUSTER, arguments);
        if (!urls.isEmpty()) add(one.substring(0, equals).strip(), urls.getFirst());
      }
    }

    private void add(String member, EtcdUrl url) {
      EtcdUrl before = members.putIfAbsent(member, url);
      if (url.isAll()) arguments.complain("%s has no host: %s.".formatted(member, url));
      if (before != null && !before.equals(url))
        arguments.complain(
            "%s has two URLs for %s: a member has one here."
                .formatted(arguments.source(EtcdFlag.INITIAL_CLUSTER), member));
    }

    private void needOwnUrl() {
      if (members.isEmpty()) return;
      EtcdUrl own = members.get(name);
      if (own == null) {
        arguments.complain(
            "%s does not name %s, which is this member by --name; it names %s."
                .formatted(
                    arguments.source(EtcdFlag.INITIAL_CLUSTER),
                    name,
                    String.join(", ", members.keySet())));
        return;
      }
      if (!EtcdUrl.list(EtcdFlag.INITIAL_ADVERTISE_PEER_URLS, arguments).contains(own))
        arguments.refuse(
            EtcdFlag.INITIAL_ADVERTISE_PEER_URLS, own + ", as --initial-cluster has it");
      EtcdListening.of(EtcdFlag.LISTEN_PEER_URLS, arguments)
          .filter(at -> at.port() != own.port())
          .ifPresent(_ -> arguments.refuse(EtcdFlag.LISTEN_PEER_URLS, portWanted(own.port())));
    }

    /// The members are numbered in the order of their names, from 1 on; one that was added later
    /// comes last.
    private Map<String, Integer> ids(boolean joins) {
      Map<String, Integer> ids = new TreeMap<>();
      for (String member : members.keySet())
        if (!joins || !member.equals(name)) ids.put(member, ids.size() + 1);
      ids.putIfAbsent(name, ids.size() + 1);
      return ids;
    }

    private String json(Map<String, Integer> ids, boolean joins) {
      int distance = distance();
      List<String> servers = new ArrayList<>();
      members.forEach(
          (member, url) -> {
            int clientPort = url.port() + distance;
            if (clientPort < 1 || clientPort > PORT_MAX)
              arguments.complain(
                  "%s needs a port %d for Jangada's own protocols; set --jangada-client-port."
                      .formatted(member, clientPort));
            servers.add(
                "  {\"Id\": %d, \"Hostname\": \"%s\", \"ClientPort\": %d, \"LogPort\": %d}"
                    .formatted(ids.get(member), url.host(), clientPort, url.port()));
          });
      List<String> fields = new ArrayList<>();
      fields.add("\"Cluster\": " + quoted(arguments.text(EtcdFlag.INITIAL_CLUSTER_TOKEN)));
      fields.add("\"DataDir\": \".\"");
      fields.add("\"Servers\": [\n" + String.join(",\n", servers) + "\n ]");
      if (joins) fields.add("\"Join\": true");
      fields.addAll(DEFAULTS);
      return "{" + String.join(",\n ", fields) + "}\n";
    }

    private static String quoted(String text) {
      return new Json.Str(text).canonical().toUtf8();
    }

    private int distance() {
      EtcdFlag flag = EtcdFlag.CLIENT_PORT;
      if (!arguments.has(flag)) return CLIENT_PORT_DISTANCE;
      OptionalInt port = port(arguments.text(flag));
      if (port.isEmpty()) arguments.refuse(flag, "a port, 1 to 65535");
      return port.orElse(1) - members.get(name).port();
    }

    private static OptionalInt port(String text) {
      if (!text.matches("[0-9]{1,5}")) return OptionalInt.empty();
      int port = Integer.parseInt(text);
      return port >= 1 && port <= PORT_MAX ? OptionalInt.of(port) : OptionalInt.empty();
    }

    /// The disk makes the directory as members want it. Without a sync: a member that has data
    /// without this file makes it again.
    private static void write(Path file, String json) throws IOException {
      OsDisk made = new OsDisk(file.getParent());
      Path temporary = file.resolveSibling(FILE + ".tmp");
      Files.writeString(temporary, json);
      Files.move(
          temporary, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
      made.syncDirectory("");
    }
  }
}
