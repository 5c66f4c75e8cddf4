package io.jangada.harness;

import io.jangada.server.OptionalPort;
import io.jangada.server.ServerConfig;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeMap;

/// A cluster to make up: how many servers, and what else its `config.json` says.
///
/// @param servers 1 or more; their ids count from 1
/// @param settings fields of `config.json` beside the list of servers, with their values as JSON
/// @param ports what each has beside those for clients and peers
public record ClusterPlan(int servers, Map<String, String> settings, Set<OptionalPort> ports) {
  public ClusterPlan {
    settings = Map.copyOf(settings);
    ports = Set.copyOf(ports);
  }

  public static ClusterPlan of(int servers) {
    return new ClusterPlan(servers, Map.of(), Set.of());
  }

  /// The same with one more field.
  public ClusterPlan with(String field, String json) {
    Map<String, String> more = new TreeMap<>(settings);
    more.put(field, json);
    return new ClusterPlan(servers, more, ports);
  }

  /// The same with such ports at each server.
  public ClusterPlan with(OptionalPort... more) {
    return new ClusterPlan(servers, settings, Set.of(more));
  }

  /// Writes a `config.json` with ports that are free now.
  public Path write(Path directory) throws IOException {
    FreePorts free = new FreePorts(new SplittableRandom());
    List<ServerConfig.Entry> entries = new ArrayList<>();
    for (int id = 1; id <= servers; id++) {
      Map<OptionalPort, Integer> others = new EnumMap<>(OptionalPort.class);
      for (OptionalPort one : ports) others.put(one, free.next());
      var all = new ServerConfig.Ports(free.next(), free.next(), others);
      entries.add(new ServerConfig.Entry(id, "127.0.0.1", all));
    }
    Map<String, String> fields = new TreeMap<>(settings);
    fields.putIfAbsent("Path", "\"data\"");
    fields.putIfAbsent("Cluster", "\"jangada-" + Long.toString(System.nanoTime(), 36) + "\"");
    return write(directory.resolve("config.json"), entries, fields);
  }

  static ServerConfig.Entry entry(int id, FreePorts ports) throws IOException {
    return new ServerConfig.Entry(
        id, "127.0.0.1", new ServerConfig.Ports(ports.next(), ports.next()));
  }

  /// Writes the list of servers alone.
  static Path writeServers(Path file, List<ServerConfig.Entry> entries) throws IOException {
    return write(file, entries, Map.of());
  }

  private static Path write(Path file, List<ServerConfig.Entry> entries, Map<String, String> fields)
      throws IOException {
    StringBuilder json = new StringBuilder("{\"Servers\": [");
    String separator = "\n  ";
    for (ServerConfig.Entry entry : entries) {
      json.append(separator).append(json(entry));
      separator = ",\n  ";
    }
    json.append("]");
    fields.forEach((name, value) -> json.append(",\n \"" + name + "\": " + value));
    return Files.writeString(file, json.append("}\n"), StandardCharsets.UTF_8);
  }

  private static String json(ServerConfig.Entry entry) {
    return "{\"Id\": "
        + entry.id()
        + ", \"Hostname\": \""
        + entry.hostname()
        + "\", \"ClientPort\": "
        + entry.clientPort()
        + ", \"LogPort\": "
        + entry.logPort()
        + json(entry.ports().others())
        + "}";
  }

  private static String json(Map<OptionalPort, Integer> others) {
    StringBuilder json = new StringBuilder();
    for (OptionalPort one : OptionalPort.values())
      if (others.containsKey(one)) json.append(", \"" + one.field() + "\": " + others.get(one));
    return json.toString();
  }
}
