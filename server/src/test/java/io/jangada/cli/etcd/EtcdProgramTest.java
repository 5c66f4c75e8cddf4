package io.jangada.cli.etcd;

import static org.assertj.core.api.Assertions.assertThat;

import io.jangada.client.Endpoint;
import io.jangada.server.ServerConfig;
import io.jangada.server.Setting;
import io.jangada.server.Settings;
import io.jangada.store.Identity;
import io.jangada.store.OsDisk;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// etcd's flags and variables, and the configuration that they make.
class EtcdProgramTest {
  private static final String THREE =
      "--initial-cluster=n3=http://c:2380,n1=http://a:2380,n2=http://b:3380";

  @TempDir private Path folder;

  private static EtcdArguments arguments(String... words) {
    return new EtcdArguments(List.of(words), Map.of());
  }

  /// The cluster that members find that join one, whomever they ask.
  private static Optional<MemberFile> member(EtcdArguments arguments) throws Exception {
    RunningCluster cluster =
        new RunningCluster(
            "quay",
            List.of(
                new RunningCluster.Member(2, new Endpoint("b", 3380), 9001),
                new RunningCluster.Member(7, new Endpoint("c", 2380), 0),
                new RunningCluster.Member(8, new Endpoint("a", 2380), 0)));
    return MemberFile.of(
        arguments,
        (servers, _) -> {
          if (servers.stream().anyMatch(server -> server.host().equals("c"))) return cluster;
          throw new IOException("none");
        });
  }

  /// What is made of flags, as a server would have it.
  private ServerConfig config(EtcdArguments arguments) throws Exception {
    FlagSettings settings = FlagSettings.of(arguments);
    Optional<MemberFile> member = member(arguments);
    assertThat(arguments.problems()).isEmpty();
    return ServerConfig.readWith(member.orElseThrow().file(), Map.of(), settings.settings());
  }

  private EtcdArguments here(String... words) {
    List<String> all = new ArrayList<>(List.of("--data-dir", folder + "/n.etcd"));
    all.addAll(Arrays.asList(words));
    return new EtcdArguments(all, Map.of());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '"',
      value = {
        " | Name=default Listen=localhost ClientListen=localhost",
        " | HeartbeatMillis=50 ElectionTimeoutMillis=300-600",
        " | Followers=forward HistoryMillis=2592000000 LogFormat=json",
        "                                        | EtcdRequestBytesMax=1572864 EtcdTxnOpsMax=128",
        "-listen-client-urls http://0.0.0.0:7 | ClientListen=0.0.0.0 Listen=localhost EtcdPort=7",
        "--listen-client-urls=http://:2379       | ClientListen=0.0.0.0",
        "--listen-client-urls=http://[::]:2379   | ClientListen=::",
        "--listen-client-urls=http://localhost:1,http://127.0.0.1:1 | ClientListen=localhost",
        "--listen-client-urls=http://127.0.0.1:1,http://10.0.0.1:1 | ClientListen=0.0.0.0",
        "--advertise-client-urls http://a:1,http://b:1 | EtcdClientUrls=http://a:1,http://b:1",
        "--heartbeat-interval 200 | HeartbeatMillis=200 ElectionTimeoutMillis=1000-2000",
        "--election-timeout 5000 | HeartbeatMillis=100 ElectionTimeoutMillis=5000-10000",
        "--heartbeat-interval 5                  | HeartbeatMillis=5 TickMillis=5",
        "--auto-compaction-retention 0           | HistoryMillis=2592000000",
        "--auto-compaction-retention 2           | HistoryMillis=7200000",
        "--auto-compaction-retention 1h30m       | HistoryMillis=5400000",
        "--auto-compaction-mode revision --auto-compaction-retention 9 | HistoryMillis=2592000000",
        "--quota-backend-bytes 16777216          | MemoryBytesMax=16777216",
        "--quota-backend-bytes 0                 | MemoryBytesMax=",
        "--quota-backend-bytes=-1                | MemoryBytesMax=",
        "--max-request-bytes 10485760 | EtcdRequestBytesMax=10485760 ValueBytesMax=10485760",
        "--max-request-bytes 2000000 | EtcdRequestBytesMax=2000000 ValueBytesMax=8388608",
        "--max-txn-ops 1024                      | EtcdTxnOpsMax=1024",
        "--listen-metrics-urls http://a:2381 | HttpPort=2381 HttpListen=a HttpTls=false",
        "--log-level panic --log-format console  | LogLevel=error LogFormat=text",
        "--logger capnslog --debug               | LogLevel=debug LogFormat=text",
        "--unsafe-no-fsync                       | Fsync=unsafe-never",
      })
  void flagsBecomeSettings(String flags, String settings) throws Exception {
    EtcdArguments arguments = here(flags == null ? new String[0] : flags.split(" "));
    assertThat(config(arguments).settings()).satisfies(has(settings));
  }

  private static Consumer<Settings> has(String wanted) {
    return settings -> {
      String found =
          Arrays.stream(Setting.values())
              .map(s -> s.field() + "=" + settings.value(s).map(Settings.Value::text).orElse(""))
              .collect(Collectors.joining("\n"));
      assertThat(found.lines()).contains(wanted.split(" "));
    };
  }

  @Test
  void tlsFlagsBecomeSettingsAndACaIsEnoughToAskClientsForCertificates() throws Exception {
    EtcdArguments arguments =
        here(
            ("--listen-client-urls https://localhost:2379 --listen-peer-urls https://localhost:2380"
                    + " --initial-advertise-peer-urls https://localhost:2380"
                    + " --cert-file c --key-file k --trusted-ca-file ca --client-crl-file crl"
                    + " --client-cert-allowed-hostname x --peer-cert-file pc --peer-key-file pk"
                    + " --peer-trusted-ca-file pca --peer-client-cert-auth --peer-crl-file pcrl"
                    + " --peer-cert-allowed-cn y --peer-cert-allowed-hostname z,w"
                    + " --client-cert-auth")
                .split(" "));
    assertThat(config(arguments).settings())
        .satisfies(
            has(
                "CertFile=c KeyFile=k TrustedCaFile=ca CrlFile=crl ClientCertAuth=true"
                    + " CertUsers=true"
                    + " ClientCertAllowedNames=x PeerCertFile=pc PeerKeyFile=pk"
                    + " PeerTrustedCaFile=pca PeerCrlFile=pcrl PeerCertAllowedNames=y,z,w"));
  }

  @Test
  void flagsAreReadAsGoReadsThem() {
    EtcdArguments read =
        arguments("-name=a", "--data-dir", "d", "--debug", "-name", "b", "--client-cert-auth=F");
    assertThat(read.problems()).isEmpty();
    assertThat(read.text(EtcdFlag.NAME)).isEqualTo("b");
    assertThat(read.text(EtcdFlag.DATA_DIR)).isEqualTo("d");
    assertThat(read.isSet(EtcdFlag.DEBUG)).isTrue();
    assertThat(read.isSet(EtcdFlag.CLIENT_CERT_AUTH)).isFalse();
  }

  @Test
  void aFlagGoesBeforeItsVariableAndAnUnknownVariableIsRefused() {
    EtcdArguments read =
        new EtcdArguments(
            List.of("--name", "flag"),
            Map.of(
                "ETCD_NAME", "variable",
                "ETCD_DATA_DIR", "d",
                "ETCD_INITIAL_CLUSTER", "",
                "ETCD_SNAPSHOT_COUNT", "5",
                "ETCD_EXPERIMENTAL_INITIAL_CORRUPT_CHECK", "true",
                "ETCDCTL_API", "3",
                "ETCD_PORT_2379_TCP_ADDR", "10.0.0.1",
                "ETCD_PEER_CLIENT_CERT_AUT", "true"));
    assertThat(read.text(EtcdFlag.NAME)).isEqualTo("flag");
    assertThat(read.text(EtcdFlag.DATA_DIR)).isEqualTo("d");
    assertThat(read.source(EtcdFlag.DATA_DIR)).isEqualTo("ETCD_DATA_DIR");
    assertThat(read.ignored())
        .containsExactly("ETCD_EXPERIMENTAL_INITIAL_CORRUPT_CHECK", "ETCD_SNAPSHOT_COUNT");
    assertThat(read.problems())
        .containsExactly(
            "the variable ETCD_PEER_CLIENT_CERT_AUT is unknown; did you mean"
                + " ETCD_PEER_CLIENT_CERT_AUTH?");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '"',
      value = {
        "--nmae x                 | the flag --nmae is unknown; did you mean --name?",
        "member                   | 'member' is no flag; every argument is a flag or its value.",
        "--name                   | --name needs a value.",
        "--debug=maybe            | --debug is maybe; it must be true or false.",
        "--wal-dir /w             | --wal-dir is /w, which cannot be had: the log is a part",
        "--auto-tls               | --auto-tls is true, which cannot be had: no certificates are",
        "--auth-token jwt,sign=x  | --auth-token is jwt,sign=x, which cannot be had: there are",
        "--config-file f          | --config-file is f, which cannot be had: give its lines",
        "--metrics some           | --metrics is some, which cannot be had: it is basic",
        "--tls-min-version TLS1.3 | --tls-min-version is TLS1.3, which cannot be had",
        "--listen-client-urls unix://s | has unix://s: there are no Unix sockets",
        "--listen-client-urls a:2379   | --listen-client-urls has 'a:2379'; it must be a URL",
        "--listen-client-urls http://a | --listen-client-urls has 'http://a'; it must be a URL",
        "--listen-client-urls http://localhost:1,http://localhost:2 | it must be URLs of one port",
        "--listen-client-urls http://10.0.0.1:1,http://10.0.0.2:1 | it must be one address",
        "--listen-client-urls https://localhost:2379 | is https, which needs --cert-file.",
        "--cert-file c --key-file k | --listen-client-urls is http, and --cert-file is given",
        "--listen-client-urls https://localhost:2379 --cert-file c | --cert-file needs --key-file.",
        "--client-cert-auth       | --client-cert-auth needs --trusted-ca-file.",
        "--peer-client-cert-auth  | --peer-client-cert-auth needs --peer-cert-file.",
        "--log-level loud         | --log-level is loud; it must be debug, info",
        "--auto-compaction-retention soon | --auto-compaction-retention is soon; it must be a time",
        "--auto-compaction-retention 800h | it must be a time of at most 720h",
        "--auto-compaction-mode size      | it must be periodic or revision.",
        "--initial-cluster-state old      | it must be new or existing.",
        "--initial-cluster-state existing | it must be the members that are there, and this one.",
        "--initial-cluster a=http://a:2380 | does not name default, which is this member",
        "--initial-cluster http://a:2380   | it must be NAME=URL of each member",
        "--initial-cluster default=http://a:2380 | it must be http://a:2380, as --initial-cluster",
        "--initial-cluster-token=a\tb | it must be 1 to 64 printable characters",
        "--listen-peer-urls http://localhost:1 | it must be at port 2380, where the other members",
        "--jangada-client-port x  | --jangada-client-port is x; it must be a port, 1 to 65535.",
      })
  void whatCannotBeHadIsRefusedInASentence(String flags, String sentence) throws Exception {
    EtcdArguments arguments = here(flags.split(" "));
    FlagSettings.of(arguments);
    assertThat(member(arguments)).isEmpty();
    assertThat(arguments.problems())
        .singleElement()
        .asString()
        .contains(sentence)
        .endsWith(sentence.endsWith("?") ? "?" : ".");
    assertThat(folder.resolve("n.etcd")).doesNotExist();
  }

  @Test
  void theFirstStartNumbersTheMembersByName() throws Exception {
    EtcdArguments arguments =
        here(
            "--name=n2",
            THREE,
            "--initial-advertise-peer-urls=http://b:3380",
            "--listen-peer-urls=http://0.0.0.0:3380",
            "--initial-cluster-token=quay \"1\"".replace(' ', '-'));
    ServerConfig config = config(arguments);
    assertThat(member(arguments).orElseThrow().id()).isEqualTo(2);
    assertThat(config.servers())
        .extracting(ServerConfig.Entry::address)
        .containsExactly("a:2380:2407", "b:3380:3407", "c:2380:2407");
    assertThat(config.settings()).satisfies(has("Cluster=quay-\"1\" Join=false Name=n2"));
    assertThat(config.dataDirectory(2)).isEqualTo(folder.resolve("n.etcd"));
  }

  @Test
  void aMemberThatJoinsAsksTheClusterWhoItIs() throws Exception {
    EtcdArguments arguments =
        here(
            "--name=n1",
            THREE,
            "--initial-advertise-peer-urls=http://a:2380",
            "--initial-cluster-state=existing",
            "--jangada-client-port=9000");
    ServerConfig config = config(arguments);
    assertThat(config.settings()).satisfies(has("Join=true Cluster=quay"));
    assertThat(member(arguments).orElseThrow().id()).isEqualTo(8);
    assertThat(config.servers())
        .extracting(ServerConfig.Entry::address)
        .containsExactly("b:3380:9001", "c:2380:9000", "a:2380:9000");
  }

  @Test
  void aMemberThatIsNotKnownYetSaysItsNumberItself() throws Exception {
    String[] flags = {
      "--name=n4",
      THREE + ",n4=http://d:2380",
      "--initial-advertise-peer-urls=http://d:2380",
      "--initial-cluster-state=existing",
      ""
    };
    flags[4] = "--jangada-member-id=9";
    assertThat(config(here(flags)).entry(9).address()).isEqualTo("d:2380:2407");
    flags[4] = "--jangada-member-id=7";
    EtcdArguments taken = here(flags);
    assertThat(member(taken)).isEmpty();
    assertThat(taken.problems()).singleElement().asString().contains("another number", "c:2380");
    flags[4] = "--debug";
    EtcdArguments unknown = here(flags);
    assertThat(member(unknown)).isEmpty();
    assertThat(unknown.problems()).singleElement().asString().contains("no member at http://d");
    EtcdArguments alone =
        here("--initial-cluster=x=http://x:1,default=http://localhost:2380", flags[3]);
    assertThat(member(alone)).isEmpty();
    assertThat(alone.problems()).singleElement().asString().contains("answers: none.");
  }

  @Test
  void aMemberWithDataTakesNoNoticeOfTheInitialCluster() throws Exception {
    config(here("--name=n1", THREE, "--initial-advertise-peer-urls=http://a:2380"));
    Path data = folder.resolve("n.etcd");
    Identity.of("etcd-cluster", 1).claim(new OsDisk(data));
    String before = Files.readString(data.resolve("config.json"));
    EtcdArguments later = here("--name=other", "--initial-cluster-token=x", "--max-txn-ops=7");
    ServerConfig config = config(later);
    assertThat(config.servers()).hasSize(3);
    assertThat(config.settings()).satisfies(has("Cluster=etcd-cluster EtcdTxnOpsMax=7 Name=other"));
    assertThat(Files.readString(data.resolve("config.json"))).isEqualTo(before);
    EtcdArguments moved = here("--listen-peer-urls=http://localhost:7");
    assertThat(member(moved)).isEmpty();
    assertThat(moved.problems()).singleElement().asString().contains("at port 2380");
  }

  private record Ran(int code, String out, String err) {}

  private static Ran run(String... words) {
    StringWriter out = new StringWriter();
    StringWriter err = new StringWriter();
    EtcdProgram program = new EtcdProgram(Map.of(), new PrintWriter(out), new PrintWriter(err));
    return new Ran(program.run(List.of(words)), out.toString(), err.toString());
  }

  @Test
  void versionsAreToldAsByEtcd() {
    Ran ran = run("--version");
    assertThat(ran.code()).isZero();
    assertThat(ran.out())
        .matches(
            "(?s)etcd Version: 3\\.[0-9]+\\.[0-9]+\nGit SHA: \\w+\nGo Version: .*\njangada .*");
  }

  @Test
  void helpNamesAllFlags() {
    String help = run("--help").out();
    for (EtcdFlag flag : EtcdFlag.values()) assertThat(help).contains("  " + flag.flag());
    assertThat(help).contains(OtherFlags.ignored());
    assertThat(run("-h").out()).isEqualTo(help);
  }

  @Test
  void allMistakesAreToldAtOnce() {
    Ran ran = run("--nmae=x", "--auto-tls", "--initial-cluster-state=old");
    assertThat(ran.code()).isEqualTo(2);
    assertThat(ran.out()).isEmpty();
    assertThat(ran.err().lines()).hasSize(4).last().isEqualTo("Try 'etcd --help'.");
  }
}
