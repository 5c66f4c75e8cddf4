package io.jangada.lab;

import io.jangada.cli.Main;
import io.jangada.server.Server;
import io.jangada.server.ServerConfig;
import java.io.IOException;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/// The commands that are given most, to a server in this process, and then the demo: the start-up
/// cache of commands is made from it.
final class CommandTraining {
  private static final int PORTS = 2;
  private static final int ROUNDS = 3;
  private static final List<List<String>> COMMANDS =
      List.of(
          List.of("put", "key", "value"),
          List.of("get", "key"),
          List.of("getm", "key"),
          List.of("list", "--prefix", "k"),
          List.of("status"),
          List.of("delete", "key"),
          List.of("set", "key", "value"),
          List.of("version"));

  private CommandTraining() {}

  /// @param args a folder that is empty
  public static void main(String[] args) throws Exception {
    List<Integer> ports = freePorts();
    Path file = Path.of(args[0]).resolve("config.json");
    Files.writeString(
        file,
        "{\"Path\": \"data\", \"Servers\": [{\"Id\": 0, \"Hostname\": \"localhost\","
            + " \"ClientPort\": %d, \"LogPort\": %d}]}".formatted(ports.get(0), ports.get(1)));
    Server.start(ServerConfig.read(file), 0, _ -> {});
    for (int round = 0; round < ROUNDS; round++) {
      for (List<String> command : COMMANDS) {
        List<String> words = new ArrayList<>(command);
        if (!words.contains("version"))
          words.addAll(1, List.of("--endpoints", "localhost:" + ports.get(0)));
        Main.execute(words.toArray(String[]::new));
      }
    }
    Laboratory.main(new String[] {"demo"});
  }

  private static List<Integer> freePorts() throws IOException {
    List<Integer> ports = new ArrayList<>();
    List<ServerSocket> held = new ArrayList<>();
    for (int i = 0; i < PORTS; i++) held.add(new ServerSocket(0));
    for (ServerSocket one : held) {
      ports.add(one.getLocalPort());
      one.close();
    }
    return ports;
  }
}
