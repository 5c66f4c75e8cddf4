package io.jangada.protocol.etcd;

import static org.assertj.core.api.Assertions.assertThat;

import io.jangada.server.Fleet;
import java.nio.file.Path;
import java.util.Random;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// What Kubernetes asks of etcd, in small. [KubernetesTrial] does it at length.
@Timeout(120)
class KubernetesTest {
  @Test
  @DisplayName("every watcher sees what a list shows, through restarts and compaction")
  void watchersSeeTheList(@TempDir Path folder) throws Exception {
    long seed = new Random().nextInt(1_000_000);
    try (Fleet fleet = Fleet.withEtcd(folder, 3)) {
      fleet.startAll();
      fleet.awaitHistory();
      long[] counts =
          new KubeScenario(new KubeScenario.Settings(300, 20, 250, 1, seed), fleet).run();
      assertThat(counts[0]).as("events, seed %d", seed).isGreaterThan(250);
      assertThat(counts[2]).as("resumed watches").isPositive();
      assertThat(counts[3]).as("lists").isGreaterThan(20);
    } catch (Exception | AssertionError e) {
      throw new AssertionError("seed " + seed, e);
    }
  }
}
