package io.jangada.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.jangada.bytes.Bytes;
import io.jangada.client.FakeServer;
import io.jangada.kv.Condition;
import io.jangada.kv.Envelope;
import io.jangada.kv.KvLimits;
import io.jangada.kv.KvStore;
import io.jangada.kv.Operation;
import io.jangada.kv.Result;
import io.jangada.kv.Snapshot;
import io.jangada.node.ReplicaSettings;
import io.jangada.node.Start;
import io.jangada.raft.Membership;
import io.jangada.raft.RaftConfig;
import io.jangada.store.DataDirectory;
import io.jangada.store.Identity;
import io.jangada.store.OsDisk;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.TreeSet;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// `backup`, `restore` and `verify`, on a server that gives away a snapshot of a real store.
class BackupCommandsTest {
  private static final int KEYS = 3_000;

  @TempDir private Path folder;

  private final List<Bytes> chunks = new ArrayList<>();
  private final List<String> asked = new CopyOnWriteArrayList<>();
  private FakeServer server;
  private int refuseFrom = Integer.MAX_VALUE;
  private long index = KEYS;
  private Path file;

  @BeforeEach
  void startServer() throws IOException {
    KvStore store = new KvStore(KvLimits.DEFAULT);
    for (int i = 1; i <= KEYS; i++) store.apply(i, envelope(i));
    try (Snapshot snapshot = store.snapshot()) {
      for (Optional<Bytes> next = snapshot.nextChunk(); next.isPresent(); ) {
        chunks.add(next.get());
        next = snapshot.nextChunk();
      }
    }
    assertThat(chunks).hasSizeGreaterThan(5);
    server = new FakeServer(each -> answer(each.line()));
    file = folder.resolve("all.backup");
  }

  private static Envelope envelope(int i) {
    Bytes value = Bytes.utf8("value " + i + ", " + "x".repeat(200));
    Operation.Command write =
        new Operation.Write(Bytes.utf8("key" + i), value, 0, new Condition.Always());
    return new Envelope(null, i, write);
  }

  private synchronized String answer(String line) {
    asked.add(line);
    String[] words = line.split(" ");
    return switch (words[1]) {
      case "members" -> value("{\"ok\":true,\"members\":[]}");
      case "status" -> value("{\"ok\":true,\"id\":1,\"role\":\"leader\",\"term\":3}");
      case "backup" -> value(description());
      case "chunk" -> {
        int number = Integer.parseInt(words[4]);
        boolean gone = Long.parseLong(words[2]) != index || number >= refuseFrom;
        if (gone) yield "ERR_INTERNAL\r\n";
        yield value(new String(chunks.get(number).toArray(), StandardCharsets.ISO_8859_1));
      }
      default -> "ERR_CMD_ERR\r\n";
    };
  }

  private String description() {
    long bytes = chunks.stream().mapToLong(Bytes::length).sum();
    return "{\"ok\":true,\"cluster\":\"orders\",\"index\":%d,\"term\":3,\"chunks\":%d,\"bytes\":%d}"
        .formatted(index, chunks.size(), bytes);
  }

  private static String value(String content) {
    return "VALUE " + content.length() + "\r\n" + content + "\r\n";
  }

  @AfterEach
  void closeServer() throws IOException {
    server.close();
  }

  private CommandRun jangada(String... args) {
    return CommandRun.of(Map.of(), folder, new byte[0], args);
  }

  private CommandRun backup(String... more) {
    List<String> args =
        new ArrayList<>(List.of("backup", "" + file, "--endpoints=" + server.endpoint()));
    args.addAll(List.of(more));
    return jangada(args.toArray(String[]::new));
  }

  private Path config(String cluster) throws IOException {
    Path config = folder.resolve("config.json");
    StringBuilder servers = new StringBuilder();
    for (int id = 4; id < 7; id++)
      servers
          .append(servers.isEmpty() ? "" : ",")
          .append("{\"Id\":%d,\"Hostname\":\"127.0.0.1\",".formatted(id))
          .append("\"ClientPort\":%d,\"LogPort\":%d}".formatted(9000 + id, 9050 + id));
    return Files.writeString(
        config,
        "{\"Path\":\"data\",\"Cluster\":\"" + cluster + "\",\"Servers\":[" + servers + "]}");
  }

  private CommandRun restore(int id, String... more) throws IOException {
    List<String> args = new ArrayList<>(List.of("restore", "" + file, "--id=" + id));
    args.add("--config=" + config("orders-2"));
    args.addAll(List.of(more));
    return jangada(args.toArray(String[]::new));
  }

  // ---- there and back ----

  @Test
  void aBackupBecomesTheBeginningOfANewCluster() throws Exception {
    CommandRun taken = backup();
    assertThat(taken.err()).isEmpty();
    assertThat(taken.code()).isZero();
    assertThat(taken.out()).contains("'orders'", "index " + KEYS);
    assertThat(folder.resolve("all.backup.part")).doesNotExist();
    for (int id = 4; id < 7; id++) {
      CommandRun made = restore(id);
      assertThat(made.err()).isEmpty();
      assertThat(made.out()).contains("server " + id + " starts with " + KEYS + " keys");
      Path data = folder.resolve("data/server-" + id);
      assertThat(jangada("verify", "" + data).out()).contains("member " + id, "good");
      checkStart(id, data);
    }
  }

  private static void checkStart(int id, Path data) throws Exception {
    RaftConfig raft = RaftConfig.of(id, Membership.of(id)).withTimes(2, 4, 1);
    var storage =
        new Start.Storage(
            new OsDisk(data), Start.StorageSettings.small("orders-2"), () -> {}, () -> {});
    Start start = Start.open(ReplicaSettings.of(raft), storage, new Random(1));
    try {
      assertThat(start.kv().size()).isEqualTo(KEYS);
      assertThat(start.kv().get(Bytes.utf8("key17"))).isInstanceOf(Result.Found.class);
      Membership membership = start.raft().membership();
      assertThat(membership.voters()).containsExactly(4, 5, 6);
      assertThat(start.raft().last().index()).isEqualTo(KEYS);
    } finally {
      start.log().close();
      start.snapshots().close();
    }
  }

  @Test
  void bothSpeakJson() throws IOException {
    assertThat(backup("-o", "json").out()).startsWith("{\"ok\":true,\"file\":\"" + file + "\"");
    assertThat(restore(5, "-o", "json").out()).contains("\"keys\":" + KEYS);
    assertThat(jangada("verify", "" + folder.resolve("data/server-5"), "-o", "json").out())
        .startsWith("{\"ok\":true,\"cluster\":\"orders-2\",\"member\":5,");
  }

  // ---- what goes wrong on the way ----

  @Test
  void aBackupThatWasBrokenOffIsGoneOnWith() {
    refuseFrom = 5;
    assertThat(backup().code()).isEqualTo(ExitCode.FAILED);
    assertThat(file).doesNotExist();
    assertThat(folder.resolve("all.backup.part")).exists();
    refuseFrom = Integer.MAX_VALUE;
    asked.clear();
    CommandRun again = backup();
    assertThat(again.code()).isZero();
    assertThat(again.err()).contains("resumes");
    assertThat(asked).doesNotContain("admin backup");
    assertThat(new TreeSet<>(asked)).doesNotContain("admin chunk " + KEYS + " 3 0");
  }

  @Test
  void onlyGoodChunksOfABrokenOffBackupAreKept() throws IOException {
    refuseFrom = 5;
    assertThat(backup().code()).isEqualTo(ExitCode.FAILED);
    refuseFrom = Integer.MAX_VALUE;
    Path part = folder.resolve("all.backup.part");
    byte[] bytes = Files.readAllBytes(part);
    int inSecondChunk = chunks.get(0).length() + chunks.get(1).length() / 2;
    bytes[bytes.length - chunks.get(4).length() - chunks.get(3).length() - inSecondChunk] ^= 1;
    Files.write(part, bytes);
    asked.clear();
    assertThat(backup().code()).isZero();
    assertThat(asked).doesNotContain("admin backup", "admin chunk " + KEYS + " 3 0");
    assertThat(asked).contains("admin chunk " + KEYS + " 3 2", "admin chunk " + KEYS + " 3 4");
    assertThat(restore(4).code()).isZero();
  }

  @Test
  void aHalfBackupOfASnapshotThatIsGoneBeginsAnew() throws IOException {
    refuseFrom = 5;
    assertThat(backup().code()).isEqualTo(ExitCode.FAILED);
    refuseFrom = Integer.MAX_VALUE;
    Path part = folder.resolve("all.backup.part");
    byte[] bytes = Files.readAllBytes(part);
    String text =
        new String(bytes, StandardCharsets.ISO_8859_1).replace("\"term\":3", "\"term\":2");
    Files.write(part, text.getBytes(StandardCharsets.ISO_8859_1));
    assertThat(backup().code()).as("a damaged part is no part").isZero();
    assertThat(backup().code()).as("a file that is there").isEqualTo(ExitCode.FAILED);
    assertThat(backup("--force").code()).isZero();
  }

  @Test
  void aSnapshotThatWentIsTakenAgain() {
    refuseFrom = 5;
    assertThat(backup().code()).isEqualTo(ExitCode.FAILED);
    assertThat(asked.stream().filter("admin backup"::equals)).hasSize(3);
  }

  @Test
  void aBackupIsForItsOwnerAlone() throws IOException {
    for (int begun = 1; begun <= 2; begun++) {
      if (begun == 2) Files.writeString(folder.resolve("all.backup.part"), "of another program");
      assertThat(backup("--force").code()).isZero();
      assertThat(Files.getPosixFilePermissions(file))
          .isEqualTo(PosixFilePermissions.fromString("rw-------"));
    }
  }

  @Test
  void whyABackupCannotBeMadeIsSaid() {
    String place = folder.resolve("nowhere/all.backup").toString();
    CommandRun ran = jangada("backup", place, "--endpoints=" + server.endpoint());
    assertThat(ran.code()).isEqualTo(ExitCode.FAILED);
    assertThat(ran.err()).contains(place + " cannot be written: there is no folder " + folder);
    assertThat(asked).isEmpty();
  }

  @Test
  void withoutAServerThereIsNoBackup() throws IOException {
    server.close();
    assertThat(backup("--timeout=300ms").code()).isEqualTo(ExitCode.UNAVAILABLE);
  }

  @Test
  void everyFlippedByteOfABackupIsNoticed() throws IOException {
    backup();
    byte[] good = Files.readAllBytes(file);
    long seed = new Random().nextLong();
    Random random = new Random(seed);
    for (int run = 0; run < 30; run++) {
      byte[] bad = good.clone();
      int at = run < 18 ? run : random.nextInt(bad.length);
      bad[at] ^= (byte) (1 << random.nextInt(8));
      Files.write(file, bad);
      CommandRun ran = restore(4);
      assertThat(ran.code()).as("byte " + at + ", seed " + seed).isEqualTo(ExitCode.FAILED);
      assertThat(ran.err()).contains("all.backup: ").doesNotContain("    at ");
    }
    for (int length : new int[] {0, 10, 30, good.length / 2, good.length - 1}) {
      Files.write(file, java.util.Arrays.copyOf(good, length));
      assertThat(restore(4).code()).as("cut after " + length).isEqualTo(ExitCode.FAILED);
    }
    Files.write(file, java.util.Arrays.copyOf(good, good.length + 1));
    assertThat(restore(4).code()).isEqualTo(ExitCode.FAILED);
    assertThat(folder.resolve("data/server-4")).doesNotExist();
  }

  @Test
  void aBackupMayBeFollowedByItsHash() throws Exception {
    backup();
    byte[] backup = Files.readAllBytes(file);
    byte[] hash = MessageDigest.getInstance("SHA-256").digest(backup);
    Files.write(file, hash, StandardOpenOption.APPEND);
    assertThat(restore(4).code()).isZero();
    hash[7]++;
    Files.write(file, backup);
    Files.write(file, hash, StandardOpenOption.APPEND);
    assertThat(restore(5).err()).contains("something follows its end");
  }

  @Test
  void restoringRefusesADirectoryThatIsNotEmptyAndServersThatAreNone() throws IOException {
    backup();
    Path data = Files.createDirectories(folder.resolve("mine"));
    Files.writeString(data.resolve("precious"), "x");
    CommandRun full = restore(4, "--data=" + data);
    assertThat(full.code()).isEqualTo(ExitCode.FAILED);
    assertThat(full.err()).contains("empty");
    Files.delete(data.resolve("precious"));
    assertThat(restore(4, "--data=" + data).code()).isZero();
    CommandRun stranger = restore(9);
    assertThat(stranger.code()).isEqualTo(ExitCode.USAGE);
    assertThat(stranger.err()).contains("9");
    assertThat(jangada("restore", "nothing", "--id=4", "--config=" + config("c")).err())
        .contains("nothing");
  }

  // ---- verify ----

  @Test
  void damageIsFoundAndSaid() throws IOException {
    backup();
    restore(4);
    Path data = folder.resolve("data/server-4");
    Path snapshot;
    try (var all = Files.list(data.resolve("snapshot"))) {
      snapshot = all.findFirst().orElseThrow();
    }
    byte[] bytes = Files.readAllBytes(snapshot);
    bytes[bytes.length / 2] ^= 1;
    Files.write(snapshot, bytes);
    CommandRun ran = jangada("verify", "" + data);
    assertThat(ran.code()).isEqualTo(ExitCode.FAILED);
    assertThat(ran.out()).contains("damaged", "NOT GOOD");
    assertThat(ran.err()).contains("jangada verify: " + data);
    assertThat(jangada("verify", "" + data, "-o", "json").out()).startsWith("{\"ok\":false,");
  }

  @Test
  void whatIsVerifiedIsNotWrittenTo() throws IOException {
    backup();
    restore(4);
    Path data = folder.resolve("data/server-4");
    Files.deleteIfExists(data.resolve("LOCK"));
    List<String> before = files(data);
    assertThat(jangada("verify", "" + data).code()).isZero();
    assertThat(files(data)).isEqualTo(before);
    try (DataDirectory _ =
        DataDirectory.claim(new OsDisk(data), Identity.read(OsDisk.readOnly(data)))) {
      assertThat(jangada("verify", "" + data).err()).contains("in use");
    }
    assertThat(jangada("verify", "" + data).code()).isZero();
  }

  /// Names, and when they were changed last.
  private static List<String> files(Path directory) throws IOException {
    List<String> files = new ArrayList<>();
    try (var all = Files.walk(directory)) {
      for (Path each : all.sorted().toList())
        files.add(each + " " + Files.getLastModifiedTime(each));
    }
    return files;
  }

  @Test
  void whatIsNoDataDirectoryIsSaidToBeNone() {
    assertThat(jangada("verify", "" + folder).err()).contains("no data directory");
    assertThat(jangada("verify", folder + "/none").err()).contains("/none");
    assertThat(jangada("verify", folder + "/none").code()).isEqualTo(ExitCode.FAILED);
    assertThat(jangada("verify").code()).isEqualTo(ExitCode.USAGE);
  }
}
