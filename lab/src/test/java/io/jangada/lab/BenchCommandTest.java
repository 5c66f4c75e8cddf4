package io.jangada.lab;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.jangada.bench.OtherStore;
import io.jangada.cli.CommandRun;
import io.jangada.cli.ExitCode;
import io.jangada.client.FakeServer;
import io.jangada.client.FakeStore;
import java.awt.GraphicsEnvironment;
import java.awt.image.BufferedImage;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// `bench` from end to end, too short for its figures to mean anything: it must go through without
/// a wrong answer.
@Timeout(180)
class BenchCommandTest {
  private static final String HEAP = "--jvm=-Xmx192m";
  private static final String COMPILER = "--jvm=-XX:TieredStopAtLevel=1";
  private static final String COLLECTOR = "--jvm=-XX:+UseSerialGC";

  @TempDir private Path folder;

  private CommandRun bench(String... args) {
    List<String> all = new ArrayList<>(List.of("bench", "--dir=" + folder));
    all.addAll(List.of(args));
    return new CommandRun.Shell(Laboratory.commandLine(Map.of()), Map.of(), folder)
        .run(new byte[0], all.toArray(String[]::new));
  }

  private CommandRun own(String... args) {
    List<String> all = new ArrayList<>(List.of(HEAP, COMPILER, COLLECTOR));
    all.addAll(List.of(args));
    return bench(all.toArray(String[]::new));
  }

  @Test
  void theUsualShapesGoThroughOnThreeMembersOfItsOwn() throws Exception {
    needGoesThrough(6);
    try (var left = Files.list(folder)) {
      assertThat(left).as("what it left behind").isEmpty();
    }
  }

  private void needGoesThrough(int shapes, String... args) {
    List<String> words = new ArrayList<>(List.of(args));
    words.addAll(List.of("--seconds=1", "--warmup=0.3", "--keys=200", "-o", "json"));
    CommandRun ran = own(words.toArray(String[]::new));
    assertThat(ran.code()).as(ran.err()).isZero();
    assertThat(ran.out().lines()).hasSize(shapes);
    assertThat(ran.out().lines())
        .allSatisfy(
            line ->
                assertThat(line)
                    .contains("\"ok\":true", "\"wrong\":0", "p999Millis", "serverCpu", "sync"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "--workload=mix",
        "--workload=cas --members=1",
        "--workload=cas --connections=64 --in-flight=1",
        "--workload=get --setting=Reads=\"lease\"",
        "--workload=put --value-bytes=65536 --in-flight=4",
        "--workload=put --rate=500 --members=5",
        "--workload=range --range-keys=50 --setting=HistoryMillis=600000",
        "--workload=count --range-keys=200 --members=1",
        "--workload=transaction",
        "--workload=mix --members=1 --tls",
        "--workload=grant --members=1 --rate=2000",
        "--workload=keepalive --rate=300",
      })
  void soDoesEveryOther(String shape) {
    needGoesThrough(1, shape.split(" "));
  }

  @Test
  void aLeaderIsKilledAndAllAreStartedAgain() {
    CommandRun failover = own("--failover=1", "-o", "json");
    assertThat(failover.err()).isEmpty();
    assertThat(failover.out()).contains("\"measured\":\"failover\"", "\"p50Millis\"");
    CommandRun restart = own("--restart=2000", "--members=1");
    assertThat(restart.err()).isEmpty();
    assertThat(restart.out()).contains("2000 keys written", "first answer after");
  }

  @Test
  void watchersSeeEveryEvent() {
    CommandRun ran =
        own(
            "--watch=20",
            "--watch-all=4",
            "--rate=500",
            "--setting=HistoryMillis=600000",
            "--seconds=1",
            "--warmup=0.3",
            "-o",
            "json");
    assertThat(ran.code()).as(ran.err() + ran.out()).isZero();
    assertThat(ran.out())
        .contains("\"measured\":\"watch\"", "\"missed\":0,", "\"overtaken\":0,")
        .contains("eventAtFollowerP99Millis", "leaderHeapBytesAfter", "catchUpSeconds")
        .doesNotContain("Count\":0,", "\"eventsPerSecond\":0");
  }

  /// Fonts are the system's.
  private static boolean canDraw() {
    try {
      return GraphicsEnvironment.getLocalGraphicsEnvironment().getAvailableFontFamilyNames().length
          > 0;
    } catch (Error | RuntimeException missing) {
      return false;
    }
  }

  @Test
  void whatGrowsIsDrawn() throws Exception {
    assumeTrue(canDraw(), "no fonts");
    Path picture = folder.resolve("growth.png");
    CommandRun ran =
        own(
            "--growth=" + picture,
            "--axes=connections,value",
            "--largest=16",
            "--seconds=0.1",
            "--warmup=0");
    assertThat(ran.err()).isEmpty();
    List<String> lines = ran.out().lines().toList();
    assertThat(lines).hasSize(6);
    assertThat(lines).filteredOn(line -> line.matches("connections +[18] +.*")).hasSize(4);
    assertThat(lines).filteredOn(line -> line.matches("value +16 +[gp][eu]t 16 x 32.*")).hasSize(2);
    BufferedImage drawn = ImageIO.read(picture.toFile());
    assertThat(drawn.getHeight()).isGreaterThan(500);
    assertThat(drawn.getWidth()).isGreaterThan(1_000);
  }

  @Test
  void withOtherStoresItTakesTurns() {
    List<OtherStore> installed =
        Against.RIVALS.stream().filter(rival -> rival.missing().isEmpty()).toList();
    assumeTrue(!installed.isEmpty(), "no other store is installed");
    for (OtherStore rival : installed) {
      CommandRun ran =
          own(
              "--against=" + rival.name(),
              "--workload=mix",
              "--rounds=2",
              "--keys=50",
              "--seconds=0.3",
              "--warmup=0.1",
              "-o",
              "json");
      assertThat(ran.err()).isEmpty();
      List<String> lines = ran.out().lines().toList();
      assertThat(lines).as(rival.name()).hasSize(3);
      assertThat(lines.get(0)).contains("\"store\":\"jangada\"", "\"ok\":true");
      assertThat(lines.get(1)).contains("\"store\":\"" + rival.name(), "\"ok\":true");
      assertThat(lines.get(2)).contains("\"perSecondRatio\":", "\"serverCpuRatioLowest\":");
    }
  }

  @Test
  void onServersOfOthersItPrintsATable() throws Exception {
    try (FakeServer server = new FakeServer(new FakeStore(false))) {
      CommandRun ran =
          bench(
              "--endpoints=" + server.endpoint(),
              "--workload=mix",
              "--connections=2",
              "--in-flight=4",
              "--keys=50",
              "--value-bytes=20",
              "--seconds=0.2",
              "--warmup=0.05");
      assertThat(ran.err()).isEmpty();
      assertThat(ran.code()).isZero();
      List<String> lines = ran.out().lines().toList();
      assertThat(lines).hasSize(3);
      assertThat(lines.get(0)).startsWith("limits: fdatasync of 36 bytes on ");
      assertThat(lines.get(1)).startsWith("workload");
      assertThat(lines.get(2)).startsWith("mix 2 x 4").endsWith(" 0");
    }
  }

  @Test
  void wrongAnswersFailTheRunAndAreShown() throws Exception {
    FakeStore store = new FakeStore(true);
    FakeServer.Script liar =
        asked -> asked.line().startsWith("get b") ? "ERR_NOT_FOUND\r\n" : store.answer(asked);
    try (FakeServer server = new FakeServer(liar)) {
      CommandRun ran =
          bench(
              "--endpoints=" + server.endpoint(),
              "--workload=get",
              "--connections=1",
              "--keys=5",
              "--seconds=0.1",
              "--warmup=0");
      assertThat(ran.code()).isEqualTo(ExitCode.FAILED);
      assertThat(ran.err()).contains("GET answered 'ERR_NOT_FOUND'");
    }
  }

  @Test
  void aRunInWhichTheLeaderChangedIsMadeAnew() throws Exception {
    FakeStore store = new FakeStore(true);
    AtomicInteger sets = new AtomicInteger();
    FakeServer.Script once =
        asked -> {
          boolean isChange = asked.line().startsWith("set b") && sets.incrementAndGet() == 30;
          return isChange ? "REDIRECT 7\r\n" : store.answer(asked);
        };
    try (FakeServer server = new FakeServer(once)) {
      CommandRun ran =
          bench(
              "--endpoints=" + server.endpoint(),
              "--workload=put",
              "--connections=1",
              "--keys=5",
              "--seconds=0.1",
              "--warmup=0");
      assertThat(ran.err()).contains("SET answered 'REDIRECT 7'; once more");
      assertThat(ran.code()).isZero();
    }
  }

  @Test
  void whatMakesNoSenseIsAUsageError() {
    for (String wrong :
        List.of(
            "--connections=0",
            "--in-flight=2000",
            "--members=0",
            "--value-bytes=0",
            "--seconds=0",
            "--rate=-1",
            "--failover=0",
            "--restart=0",
            "--endpoints=x",
            "--rounds=0",
            "--against=nobody",
            "--axes=nothing",
            "--range-keys=0",
            "--watch=0",
            "--watch-all=0",
            "--workload=drop")) assertThat(bench(wrong).code()).as(wrong).isEqualTo(ExitCode.USAGE);
    assertThat(bench("--failover=1", "--endpoints=h:1").code()).isEqualTo(ExitCode.USAGE);
    assertThat(bench("--watch=1", "--restart=5").code()).isEqualTo(ExitCode.USAGE);
    assertThat(bench("--failover=1", "--restart=5").code()).isEqualTo(ExitCode.USAGE);
    assertThat(bench("--growth=x.png", "--against=redis").code()).isEqualTo(ExitCode.USAGE);
    assertThat(bench("--against=redis", "--endpoints=h:1").code()).isEqualTo(ExitCode.USAGE);
    assertThat(bench("--against=redis", "--workload=range").code()).isEqualTo(ExitCode.USAGE);
  }
}
