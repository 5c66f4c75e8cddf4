package io.jangada.lab;

import io.jangada.cli.Main;
import io.jangada.harness.FreePorts;
import io.jangada.server.Server;
import io.jangada.server.ServerConfig;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/// The commands that are given most, to a server in this process, and then the demo: the start-up
/// cache of commands is made from it.
final class CommandTraining {
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
    FreePorts ports = new FreePorts(new SplittableRandom());
    int clients = ports.next();
    Path file = Path.of(args[0]).resolve("config.json");
    Files.writeString(
        file,
        "{\"Path\": \"data\", \"Servers\": [{\"Id\": 0, \"Hostname\": \"localhost\","
            + " \"ClientPort\": %d, \"LogPort\": %d}]}".formatted(clients, ports.next()));
    Server.start(ServerConfig.read(file), 0, _ -> {});
    for (int round = 0; round < ROUNDS; round++) {
      for (List<String> command : COMMANDS) {
        List<String> words = new ArrayList<>(command);
        if (!words.contains("version"))
          words.addAll(1, List.of("--endpoints", "localhost:" + clients));
        Main.execute(words.toArray(String[]::new));
      }
    }
    Laboratory.main(new String[] {"demo"});
  }
}
