package io.jangada.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MemberSettingsTest {
  @TempDir private Path folder;

  @Test
  void whereAServerServesEtcdsClientsEachKeepsHistory() throws Exception {
    assertThat(historyMillis(1, ",'EtcdPort':9080")).isEqualTo(600_000);
    assertThat(historyMillis(0, ",'EtcdPort':9080")).as("has no such port").isEqualTo(600_000);
    assertThat(historyMillis(0, "")).isZero();
  }

  private long historyMillis(int id, String port) throws Exception {
    String entry = "{'Id':%d,'Hostname':'localhost','ClientPort':9%d00,'LogPort':9%d50%s}";
    String servers = entry.formatted(0, 0, 0, "") + "," + entry.formatted(1, 1, 1, port);
    String file = "{'Path':'data','Servers':[" + servers + "]}";
    Path path = Files.writeString(folder.resolve("config.json"), file.replace('\'', '"'));
    ServerConfig config = ServerConfig.read(path);
    var memory = new MemoryPlan(config.settings(), MemoryPlan.Heap.ofThisProcess());
    return new MemberSettings(config, id, memory).member().replica().upkeep().history().millis();
  }
}
