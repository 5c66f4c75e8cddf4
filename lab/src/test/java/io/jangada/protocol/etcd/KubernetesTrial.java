package io.jangada.protocol.etcd;

import io.jangada.server.Fleet;
import java.nio.file.Path;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// [KubeScenario] at any length: not part of the gate. How to start it is in `CONTRIBUTING.md`.
class KubernetesTrial {
  private final Map<String, String> options = new TreeMap<>();

  private int number(String name, int otherwise) {
    return Integer.parseInt(options.getOrDefault(name, "" + otherwise));
  }

  @Test
  void run(@TempDir Path folder) throws Exception {
    for (String word : System.getProperty("trial", "").split(" "))
      if (!word.isBlank()) options.put(word.split("=")[0], word.split("=")[1]);
    var settings =
        new KubeScenario.Settings(
            number("objects", 5_000),
            number("watchers", 200),
            number("changes", 20_000),
            number("kills", 6),
            number("seed", new Random().nextInt(1_000_000)));
    System.out.println(settings);
    long began = System.nanoTime();
    try (Fleet fleet = Fleet.withEtcd(folder, 3)) {
      fleet.startAll();
      fleet.awaitHistory();
      long[] counts = new KubeScenario(settings, fleet).run();
      System.out.printf(
          "%d events, %d progresses, %d watches resumed, %d lists, %d ms%n",
          counts[0], counts[1], counts[2], counts[3], (System.nanoTime() - began) / 1_000_000);
    }
  }
}
