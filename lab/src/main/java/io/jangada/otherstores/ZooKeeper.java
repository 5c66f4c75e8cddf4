package io.jangada.otherstores;

import io.jangada.bench.Contents;
import io.jangada.bench.Load;
import io.jangada.bench.OtherStore;
import io.jangada.bench.ProtocolDriver;
import io.jangada.client.Endpoint;
import io.jangada.harness.FreePorts;
import java.io.IOException;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;

/// ZooKeeper, whose linearizable read is a `sync` and a `getData`.
public final class ZooKeeper implements OtherStore {
  private static final int MEMBERS = 3;
  private static final String PROGRAM = "zkServer.sh";
  private static final Path DEBIAN = Path.of("/usr/share/zookeeper/bin", PROGRAM);

  @Override
  public String name() {
    return "zookeeper";
  }

  private static Optional<Path> program() {
    return Program.find(PROGRAM)
        .or(() -> Files.isExecutable(DEBIAN) ? Optional.of(DEBIAN) : Optional.empty());
  }

  @Override
  public String title() throws IOException, InterruptedException {
    return "ZooKeeper, three members; gets are sync and getData";
  }

  @Override
  public Optional<String> missing() {
    return Program.missing(program(), PROGRAM, "zookeeper");
  }

  @Override
  public Running start(Path parent) throws IOException, InterruptedException, TimeoutException {
    return new Servers(Files.createTempDirectory(parent, "zookeeper-bench")).started();
  }

  private static Map<String, String> environment(Path home) {
    return Map.of(
        "ZOO_LOG_DIR", home.toString(), "JMXDISABLE", "true", "SERVER_JVMFLAGS", "-Xms1g -Xmx1g");
  }

  private static String file(Path home, int port, List<String> peers) throws IOException {
    Path data = Files.createDirectories(home.resolve("data"));
    List<String> lines = new ArrayList<>(peers);
    lines.addAll(
        List.of(
            "dataDir=" + data,
            "clientPort=" + port,
            "clientPortAddress=127.0.0.1",
            "tickTime=2000",
            "initLimit=10",
            "syncLimit=5",
            "maxClientCnxns=0",
            "admin.enableServer=false",
            "4lw.commands.whitelist=srvr"));
    return Files.write(home.resolve("zoo.cfg"), lines).toString();
  }

  private static final class Servers extends StoreServers {
    private static final int MILLIS_MAX = 2_000;

    Servers(Path directory) {
      super(directory);
    }

    @Override
    void startAll() throws IOException {
      FreePorts ports = new FreePorts(new SplittableRandom());
      List<String> peers = new ArrayList<>();
      for (int i = 1; i <= MEMBERS; i++)
        peers.add("server." + i + "=127.0.0.1:" + ports.next() + ":" + ports.next());
      for (int i = 1; i <= MEMBERS; i++) {
        int port = ports.next();
        Path home = disk().resolve("m" + i);
        List<String> command =
            List.of(
                program().orElseThrow().toString(), "start-foreground", file(home, port, peers));
        Files.writeString(home.resolve("data/myid"), Integer.toString(i));
        add(Program.start(home, environment(home), command), new Endpoint("127.0.0.1", port));
      }
    }

    @Override
    boolean leads(Endpoint server) throws IOException {
      try (Socket socket = new Socket(server.host(), server.port())) {
        socket.setSoTimeout(MILLIS_MAX);
        socket.getOutputStream().write("srvr".getBytes(StandardCharsets.US_ASCII));
        byte[] said = socket.getInputStream().readAllBytes();
        return new String(said, StandardCharsets.US_ASCII).contains("Mode: leader");
      }
    }

    @Override
    public Supplier<ProtocolDriver> dialogs(Load load, Contents contents) {
      return () -> new ZooKeeperDriver(contents);
    }
  }
}
