package io.jangada.otherstores;

import io.jangada.bench.Contents;
import io.jangada.bench.Load;
import io.jangada.bench.OtherStore;
import io.jangada.bench.ProtocolDriver;
import io.jangada.client.Endpoint;
import io.jangada.codec.Json;
import io.jangada.codec.JsonReader;
import io.jangada.harness.FreePorts;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;

/// etcd 3, spoken to with gRPC.
public final class Etcd implements OtherStore {
  private static final int MEMBERS = 3;
  private static final String QUOTA_BYTES = Long.toString(8L << 30);

  @Override
  public String name() {
    return "etcd";
  }

  @Override
  public String title() throws IOException, InterruptedException {
    return Program.output(List.of("etcd", "--version")) + ", three members";
  }

  @Override
  public Optional<String> missing() {
    return Program.missing(Program.find("etcd"), "etcd", "etcd-server");
  }

  @Override
  public Running start(Path parent) throws IOException, InterruptedException, TimeoutException {
    return new Servers(Files.createTempDirectory(parent, "etcd-bench")).started();
  }

  private static List<String> command(int number, Endpoint endpoint, List<String> peers) {
    List<String> members = new ArrayList<>();
    for (int i = 0; i < MEMBERS; i++) members.add("m" + i + "=" + peers.get(i));
    String clients = "http://" + endpoint;
    return List.of(
        "etcd",
        "--name=m" + number,
        "--data-dir=data",
        "--listen-client-urls=" + clients,
        "--advertise-client-urls=" + clients,
        "--listen-peer-urls=" + peers.get(number),
        "--initial-advertise-peer-urls=" + peers.get(number),
        "--initial-cluster=" + String.join(",", members),
        "--quota-backend-bytes=" + QUOTA_BYTES,
        "--logger=zap",
        "--log-level=error");
  }

  private static final class Servers extends StoreServers {
    private static final Duration TIME_MAX = Duration.ofSeconds(2);

    private final HttpClient http =
        HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

    Servers(Path directory) {
      super(directory);
    }

    @Override
    void startAll() throws IOException {
      FreePorts ports = new FreePorts(new SplittableRandom());
      List<String> peers = new ArrayList<>();
      for (int i = 0; i < MEMBERS; i++) peers.add("http://127.0.0.1:" + ports.next());
      for (int i = 0; i < MEMBERS; i++) {
        Endpoint endpoint = new Endpoint("127.0.0.1", ports.next());
        Path home = disk().resolve("m" + i);
        add(Program.start(home, Map.of(), command(i, endpoint, peers)), endpoint);
      }
    }

    @Override
    boolean leads(Endpoint server) throws IOException, InterruptedException {
      HttpRequest request =
          HttpRequest.newBuilder(URI.create("http://" + server + "/v3/maintenance/status"))
              .timeout(TIME_MAX)
              .POST(HttpRequest.BodyPublishers.ofString("{}"))
              .build();
      byte[] body = http.send(request, HttpResponse.BodyHandlers.ofByteArray()).body();
      return new JsonReader().read(body, 0, body.length) instanceof Json.Obj status
          && status.has("leader")
          && status.get("header") instanceof Json.Obj header
          && header.text("member_id").equals(status.text("leader"));
    }

    @Override
    public Supplier<ProtocolDriver> dialogs(Load load, Contents contents) {
      return () -> new EtcdDriver(contents, load.rangeKeys());
    }
  }
}
