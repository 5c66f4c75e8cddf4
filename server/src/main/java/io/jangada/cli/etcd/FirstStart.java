package io.jangada.cli.etcd;

import io.jangada.client.ClientTls;
import io.jangada.client.Endpoint;
import io.jangada.codec.Json;
import io.jangada.store.OsDisk;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.TreeMap;

/// Makes the configuration of a member from its flags. In a new cluster members are numbered in the
/// order of their names, from 1 on; one that joins asks the cluster.
final class FirstStart {
  /// A server in the file's list.
  private record Server(int id, String host, int clientPort, int peerPort) {
    String json() {
      return "  {\"Id\": %d, \"Hostname\": \"%s\", \"ClientPort\": %d, \"LogPort\": %d}"
          .formatted(id, host, clientPort, peerPort);
    }
  }

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

  private final EtcdArguments arguments;
  private final String name;
  private final TreeMap<String, EtcdUrl> members = new TreeMap<>();
  private final List<Server> servers = new ArrayList<>();

  /// @param arguments gets the complaints
  FirstStart(EtcdArguments arguments) {
    this.arguments = arguments;
    this.name = arguments.text(EtcdFlag.NAME);
  }

  /// Writes the configuration. Null when there are complaints.
  MemberFile make(Path file, RunningCluster.Question question) throws IOException {
    readMembers();
    needOwnUrl();
    boolean joins = joins();
    if (!arguments.text(EtcdFlag.INITIAL_CLUSTER_TOKEN).matches(CLUSTER))
      arguments.refuse(
          EtcdFlag.INITIAL_CLUSTER_TOKEN, "1 to 64 printable characters without blanks");
    OptionalInt given = number(EtcdFlag.MEMBER_ID, "a number", 0, Integer.MAX_VALUE);
    int distance = distance();
    if (!arguments.problems().isEmpty()) return null;
    Optional<RunningCluster> running =
        joins ? Optional.ofNullable(ask(question, distance)) : Optional.empty();
    if (!arguments.problems().isEmpty()) return null;
    int id = running.isPresent() ? join(running.get(), given, distance) : begin(distance);
    for (Server server : servers)
      if (server.clientPort < 1 || server.clientPort > PORT_MAX)
        arguments.complain(
            "%s needs a port %d for Jangada's own protocols; set --jangada-client-port."
                .formatted(server.host, server.clientPort));
    if (!arguments.problems().isEmpty()) return null;
    String cluster = arguments.text(EtcdFlag.INITIAL_CLUSTER_TOKEN);
    write(file, json(running.map(RunningCluster::name).orElse(cluster), joins));
    return new MemberFile(id, file);
  }

  // ---- what the flags say ----

  private boolean joins() {
    String state = arguments.text(EtcdFlag.INITIAL_CLUSTER_STATE);
    boolean joins = state.equals("existing");
    if (joins && members.size() == 1)
      arguments.refuse(EtcdFlag.INITIAL_CLUSTER, "the members that are there, and this one");
    if (!joins && !state.equals("new"))
      arguments.refuse(EtcdFlag.INITIAL_CLUSTER_STATE, "new or existing");
    return joins;
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
    String source = arguments.source(EtcdFlag.INITIAL_CLUSTER);
    if (url.isAll())
      arguments.complain("%s has a URL without a host for %s.".formatted(source, member));
    if (before != null && !before.equals(url))
      arguments.complain(
          "%s has two URLs for %s: a member has one here.".formatted(source, member));
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
      arguments.refuse(EtcdFlag.INITIAL_ADVERTISE_PEER_URLS, own + ", as --initial-cluster has it");
    EtcdListening.of(EtcdFlag.LISTEN_PEER_URLS, arguments)
        .filter(at -> at.port() != own.port())
        .ifPresent(
            _ -> arguments.refuse(EtcdFlag.LISTEN_PEER_URLS, MemberFile.portWanted(own.port())));
  }

  private int distance() {
    OptionalInt port = number(EtcdFlag.CLIENT_PORT, "a port", 1, PORT_MAX);
    EtcdUrl own = members.get(name);
    return port.isEmpty() || own == null ? CLIENT_PORT_DISTANCE : port.getAsInt() - own.port();
  }

  /// Empty where it is not given, or wrong.
  private OptionalInt number(EtcdFlag flag, String what, int min, int max) {
    if (!arguments.has(flag)) return OptionalInt.empty();
    String text = arguments.text(flag);
    long number = text.matches("[0-9]{1,10}") ? Long.parseLong(text) : -1;
    if (number >= min && number <= max) return OptionalInt.of((int) number);
    arguments.refuse(flag, what + ", " + min + " to " + max);
    return OptionalInt.empty();
  }

  // ---- the servers ----

  private Server server(int id, EtcdUrl url, int distance) {
    return new Server(id, url.host(), url.port() + distance, url.port());
  }

  private static Server server(RunningCluster.Member member, int distance) {
    int port = member.peer().port();
    int clientPort = member.clientPort() > 0 ? member.clientPort() : port + distance;
    return new Server(member.id(), member.peer().host(), clientPort, port);
  }

  /// Returns the number of this member.
  private int begin(int distance) {
    members.values().forEach(url -> servers.add(server(servers.size() + 1, url, distance)));
    return members.headMap(name).size() + 1;
  }

  /// Null, with a complaint, when no member answers.
  private RunningCluster ask(RunningCluster.Question question, int distance) throws IOException {
    List<Endpoint> others = new ArrayList<>();
    members.forEach(
        (member, url) -> {
          int port = url.port() + distance;
          if (!member.equals(name) && port >= 1 && port <= PORT_MAX)
            others.add(new Endpoint(url.host(), port));
        });
    try {
      return question.ask(others, tls());
    } catch (IOException e) {
      String source = arguments.source(EtcdFlag.INITIAL_CLUSTER_STATE);
      arguments.complain(
          "%s is existing, and none of %s answers: %s.".formatted(source, others, e.getMessage()));
      return null;
    }
  }

  private ClientTls tls() {
    if (!arguments.has(EtcdFlag.CERT_FILE)) return null;
    if (!arguments.has(EtcdFlag.TRUSTED_CA_FILE)) return ClientTls.DEFAULT;
    return ClientTls.trusting(Path.of(arguments.text(EtcdFlag.TRUSTED_CA_FILE)))
        .withCertificate(
            Path.of(arguments.text(EtcdFlag.CERT_FILE)),
            Path.of(arguments.text(EtcdFlag.KEY_FILE)));
  }

  /// Returns the number of this member.
  private int join(RunningCluster running, OptionalInt given, int distance) {
    EtcdUrl own = members.get(name);
    Optional<Integer> known = running.at(own).map(RunningCluster.Member::id);
    if (known.isEmpty() && given.isEmpty())
      arguments.complain(
          ("the cluster has no member at %s: add it first, or say with --jangada-member-id as"
                  + " which number it will be added.")
              .formatted(own));
    int id = known.orElse(given.orElse(0));
    for (RunningCluster.Member member : running.members())
      if (member.id() != id) servers.add(server(member, distance));
      else if (known.isEmpty() && given.isPresent())
        arguments.refuse(EtcdFlag.MEMBER_ID, "another number: that member is at " + member.peer());
    servers.add(server(id, own, distance));
    return id;
  }

  // ---- the file ----

  private String json(String cluster, boolean joins) {
    List<String> fields = new ArrayList<>();
    fields.add("\"Cluster\": " + new Json.Str(cluster).canonical().toUtf8());
    fields.add("\"DataDir\": \".\"");
    List<String> lines = servers.stream().map(Server::json).toList();
    fields.add("\"Servers\": [\n" + String.join(",\n", lines) + "\n ]");
    if (joins) fields.add("\"Join\": true");
    fields.addAll(DEFAULTS);
    return "{" + String.join(",\n ", fields) + "}\n";
  }

  /// The disk makes the directory as members want it.
  private static void write(Path file, String json) throws IOException {
    OsDisk disk = new OsDisk(file.getParent());
    Path temporary = file.resolveSibling(file.getFileName() + ".tmp");
    Files.writeString(temporary, json);
    Files.move(
        temporary, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    disk.syncDirectory("");
  }
}
