package io.jangada.otherstores;

import io.jangada.bench.Contents;
import io.jangada.bench.Load;
import io.jangada.bench.OtherStore;
import io.jangada.bench.ProtocolDriver;
import io.jangada.client.Endpoint;
import io.jangada.harness.FreePorts;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;

/// Redis, alone: it has no consensus. It syncs each write before it acknowledges it.
public final class Redis implements OtherStore {
  @Override
  public String name() {
    return "redis";
  }

  @Override
  public String title() throws IOException, InterruptedException {
    String said = Program.output(List.of("redis-server", "--version"));
    return said.replaceFirst(" sha=.*", "") + ", alone, appendfsync always";
  }

  @Override
  public Optional<String> missing() {
    return Program.missing(Program.find("redis-server"), "redis-server", "redis-server");
  }

  @Override
  public Running start(Path parent) throws IOException, InterruptedException, TimeoutException {
    return new Servers(Files.createTempDirectory(parent, "redis-bench")).started();
  }

  private static final class Servers extends StoreServers {
    private static final int MILLIS_MAX = 2_000;
    private static final byte[] PING = "PING\r\n".getBytes(StandardCharsets.US_ASCII);

    Servers(Path directory) {
      super(directory);
    }

    @Override
    void startAll() throws IOException {
      int port = new FreePorts(new SplittableRandom()).next();
      List<String> command =
          List.of(
              "redis-server",
              "--bind",
              "127.0.0.1",
              "--port",
              Integer.toString(port),
              "--save",
              "",
              "--appendonly",
              "yes",
              "--appendfsync",
              "always");
      add(
          Program.start(disk().resolve("only"), Map.of(), command),
          new Endpoint("127.0.0.1", port));
    }

    @Override
    boolean leads(Endpoint server) throws IOException {
      try (Socket socket = new Socket(server.host(), server.port())) {
        socket.setSoTimeout(MILLIS_MAX);
        OutputStream out = socket.getOutputStream();
        out.write(PING);
        InputStream in = socket.getInputStream();
        return in.read() == '+';
      }
    }

    @Override
    public Supplier<ProtocolDriver> dialogs(Load load, Contents contents) {
      return () -> new RedisDriver(contents);
    }
  }
}
