package io.jangada.endtoend;

import io.jangada.server.Fleet;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// Java's clients for memcached at a follower or leader of three servers.
@Timeout(120)
class MemcachedClientsTest {
  @TempDir private static Path folder;
  private static Fleet fleet;

  @BeforeAll
  static void start() throws Exception {
    fleet = Fleet.withMemcached(folder, 3);
    fleet.startAll();
    fleet.leader();
  }

  @AfterAll
  static void stop() {
    fleet.close();
  }

  @Test
  void spymemcachedWorks() throws Exception {
    MemcachedClients.spyWorks(fleet.memcachedAt(0));
  }

  @Test
  void xmemcachedWorks() throws Exception {
    MemcachedClients.xmemcachedWorks(fleet.memcachedAt(1));
  }
}
