package io.jangada.harness;

import io.jangada.server.ServerConfig;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;

/// A cluster to make up: how many servers, and what else its `config.json` says.
///
/// @param servers 1 or more; their ids count from 1
/// @param settings fields of `config.json` beside the list of servers, with their values as JSON
/// @param etcd whether they serve etcd's clients, too
public record ClusterPlan(int servers, Map<String, String> settings, boolean etcd) {
  public ClusterPlan {
    settings = Map.copyOf(settings);
  }

  public static ClusterPlan of(int servers) {
    return new ClusterPlan(servers, Map.of(), false);
  }

  /// The same with one more field.
  public ClusterPlan with(String field, String json) {
    Map<String, String> more = new TreeMap<>(settings);
    more.put(field, json);
    return new ClusterPlan(servers, more, etcd);
  }

  /// The same with a port for etcd's clients at each server.
  public ClusterPlan withEtcd() {
    return new ClusterPlan(servers, settings, true);
  }

  /// Writes a `config.json` with ports that are free now.
  public Path write(Path directory) throws IOException {
    FreePorts ports = new FreePorts(new SplittableRandom());
    List<ServerConfig.Entry> entries = new ArrayList<>();
    for (int id = 1; id <= servers; id++) {
      ServerConfig.Entry entry = entry(id, ports);
      entries.add(etcd ? withEtcd(entry, ports.next()) : entry);
    }
    Map<String, String> fields = new TreeMap<>(settings);
    fields.putIfAbsent("Path", "\"data\"");
    fields.putIfAbsent("Cluster", "\"jangada-" + Long.toString(System.nanoTime(), 36) + "\"");
    return write(directory.resolve("config.json"), entries, fields);
  }

  static ServerConfig.Entry entry(int id, FreePorts ports) throws IOException {
    return new ServerConfig.Entry(
        id, "127.0.0.1", new ServerConfig.Ports(ports.next(), ports.next(), 0, 0));
  }

  private static ServerConfig.Entry withEtcd(ServerConfig.Entry entry, int port) {
    ServerConfig.Ports ports = entry.ports();
    return new ServerConfig.Entry(
        entry.id(),
        entry.hostname(),
        new ServerConfig.Ports(ports.client(), ports.log(), ports.http(), port));
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
        + (entry.etcdPort() == 0 ? "" : ", \"EtcdPort\": " + entry.etcdPort())
        + "}";
  }
}
