package io.jangada.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// `config.json` as people write it, well and badly.
class ServerConfigTest {
  private static final String ENTRY =
      "{'Id':0,'Hostname':'localhost','ClientPort':9000,'LogPort':9050}";

  @TempDir private Path folder;

  @Test
  void theSeedsFileIsRead() throws Exception {
    ServerConfig config =
        read(
            """
            {'path': 'data', 'SERVERS': [
              {'id': 0, 'hostname': 'localhost', 'clientport': 9000, 'logport': 9050},
              {'Id': 7, 'Hostname': '10.0.0.7', 'ClientPort': 9000, 'LogPort': 9050,
               'HttpPort': 80}]}
            """);
    assertThat(config.servers())
        .containsExactly(
            new ServerConfig.Entry(0, "localhost", new ServerConfig.Ports(9000, 9050)),
            new ServerConfig.Entry(
                7, "10.0.0.7", new ServerConfig.Ports(9000, 9050, Map.of(OptionalPort.HTTP, 80))));
    assertThat(config.entry(7).address()).isEqualTo("10.0.0.7:9050:9000");
    assertThat(config.dataDirectory(7)).isEqualTo(folder.resolve("data/server-7"));
    assertThat(config.listen(config.entry(0))).contains("localhost");
    assertThat(config.listen(config.entry(7))).isEmpty();
    assertThat(config.listensBeyondLoopback(config.entry(0))).isFalse();
    assertThat(config.listensBeyondLoopback(config.entry(7))).isTrue();
    for (Setting setting : Setting.values())
      if (setting != Setting.PATH)
        assertThat(config.settings().value(setting).map(Settings.Value::source).orElse("default"))
            .isEqualTo("default");
  }

  @Test
  void clientsMayHaveAnAddressOfTheirOwn() throws Exception {
    String file = "{'Path':'data','ClientListen':'%s','Name':'n{id}','Servers':[" + ENTRY + "]}";
    ServerConfig all = read(file.formatted("::"));
    assertThat(all.listen(all.entry(0))).contains("localhost");
    assertThat(all.clientListen(all.entry(0))).contains("::");
    assertThat(all.listensBeyondLoopback(all.entry(0))).isTrue();
    assertThat(all.name(0)).isEqualTo("n0");
    ServerConfig one = read(file.formatted("127.0.0.1"));
    assertThat(one.listensBeyondLoopback(one.entry(0))).isFalse();
  }

  @Test
  void everyDefaultIsAValueOfItsKind() {
    for (Setting setting : Setting.values())
      if (!setting.defaultValue().isEmpty())
        assertThat(setting.kind().normal(setting.defaultValue())).contains(setting.defaultValue());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '"',
      value = {
        "'Servers':5              | Servers is 5; it must be an array of objects.",
        "'Servers':[]             | Servers is empty; a cluster needs a server.",
        "'Servers':[1]            | Servers[0] is 1; it must be an object with Id, Hostname,",
        "'Servers':[{}]           | Servers[0].Id is missing; it must be a whole number from 0 to",
        "'Path':''                | Path is \"\"; it must be the name of a folder.",
        "'Path':3                 | Path is 3; it must be the name of a folder.",
        "'Cluster':'a b'          | Cluster is \"a b\"; it must be 1 to 64 printable characters",
        "'HeartbeatMillis':0      | HeartbeatMillis is 0; it must be a whole number from 1 to",
        "'HeartbeatMillis':-5     | HeartbeatMillis is -5; it must be a whole number",
        "'HeartbeatMillis':1.5    | HeartbeatMillis is 1.5; it must be a whole number",
        "'HeartbeatMillis':'50'   | HeartbeatMillis is \"50\"; it must be a whole number",
        "'HeartbeatMillis':null   | HeartbeatMillis is null; it must be a whole number",
        "'HeartbeatMillis':true   | HeartbeatMillis is true; it must be a whole number",
        "'HeartbeatMillis':160    | HeartbeatMillis is 160; it must be at most half of Election",
        "'TickMillis':60          | TickMillis is 60; it must be at most HeartbeatMillis, 50.",
        "'ElectionTimeoutMillis':[300,150] | ElectionTimeoutMillis is [300,150]|",
        "'ElectionTimeoutMillis':1         | ElectionTimeoutMillis is 1; it must be milliseconds",
        "'ElectionTimeoutMillis':'x'       | ElectionTimeoutMillis is",
        "'Reads':'stale'          | Reads is \"stale\"; it must be one of linearizable, lease,",
        "'Fsync':'never'          | Fsync is \"never\"; it must be one of always, unsafe-never.",
        "'Followers':1            | Followers is 1; it must be one of redirect, forward.",
        "'Admin':'true'           | Admin is \"true\"; it must be true or false.",
        "'ValueBytesMax':'20MiB'  | ValueBytesMax is \"20MiB\"; it must be a whole number",
        "'ValueBytesMax':'1MB'    | ValueBytesMax is \"1MB\"; it must be a whole number",
        "'SegmentBytes':100000    | SegmentBytes is 100000; it must be a multiple of 512.",
        "'HttpPort':70000         | HttpPort is 70000; it must be a whole number from 0 to 65535.",
        "'LogLevel':'loud'        | LogLevel is \"loud\"; it must be one of error, warn, info,",
        "'Heartbeat':50           | Heartbeat is unknown; did you mean HeartbeatMillis?.",
        "'HeartbeatMilis':50      | HeartbeatMilis is unknown; did you mean HeartbeatMillis?.",
        "'Xyzzy':50               | Xyzzy is unknown.",
        "'path':'a','Path':'b'    | Path is given twice.",
      })
  void aWrongValueGetsASentenceThatNamesIt(String fields, String sentence) throws IOException {
    String text = fields.contains("'Servers'") ? "" : ",'Servers':[" + ENTRY + "]";
    text += fields.contains("'Path'") ? "" : ",'Path':'data'";
    List<String> problems = problems("{" + fields + text + "}");
    assertThat(problems.getFirst()).startsWith(file() + ": " + sentence.strip());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '"',
      value = {
        "'Id':-1         | .Id is -1; it must be a whole number from 0 to 2147483647.",
        "'Id':'0'        | .Id is \"0\"; it must be a whole number",
        "'ClientPort':0  | .ClientPort is 0; it must be a whole number from 1 to 65535.",
        "'ClientPort':70000    | .ClientPort is 70000; it must be a whole number from 1 to 65535.",
        "'LogPort':1e3         | .LogPort is 1000.0; it must be a whole number",
        "'LogPort':99999999999999999999 | .LogPort is 99999999999999999999; it must be",
        "'Hostname':''         | .Hostname is \"\"; it must be the name or address of a host.",
        "'Hostname':5          | .Hostname is 5; it must be the name or address of a host.",
        "'Hostname':'a b'      | .Hostname is \"a b\"; it must be the name or address of a host.",
        "'HttpPort':-1         | .HttpPort is -1; it must be a whole number from 0 to 65535.",
        "'Port':1              | is unknown",
      })
  void aWrongFieldOfAServerGetsASentenceThatNamesIt(String field, String sentence)
      throws IOException {
    String name = field.substring(0, field.indexOf(':'));
    String entry = ENTRY.replaceFirst(name + ":[^,}]*", field);
    if (entry.equals(ENTRY)) entry = ENTRY.replace("}", "," + field + "}");
    List<String> problems = problems("{'Path':'data','Servers':[" + entry + "]}");
    assertThat(problems).singleElement().asString().startsWith(file() + ": Servers[0]");
    assertThat(problems.getFirst()).contains(sentence.strip());
  }

  @Test
  void whatIsMissingIsNamed() throws IOException {
    assertThat(problems("{'Servers':[{'Id':0}]}"))
        .satisfiesExactly(
            p -> assertThat(p).startsWith(file() + ": Servers[0].Hostname is missing"),
            p -> assertThat(p).startsWith(file() + ": Servers[0].ClientPort is missing"),
            p -> assertThat(p).startsWith(file() + ": Servers[0].LogPort is missing"),
            p -> assertThat(p).startsWith(file() + ": Path is missing"));
    assertThat(problems("{'Path':'data'}"))
        .containsExactly(file() + ": Servers is missing; it lists the servers of the cluster.");
  }

  @Test
  void doubledIdsAndPlacesAreNamed() throws IOException {
    String servers =
        "{'Id':0,'Hostname':'a','ClientPort':1,'LogPort':1},"
            + "{'Id':0,'Hostname':'A','ClientPort':1,'LogPort':2,'HttpPort':2},"
            + "{'Id':1,'Hostname':'b','ClientPort':1,'LogPort':2}";
    assertThat(problems("{'Path':'data','Servers':[" + servers + "]}"))
        .containsExactly(
            file() + ": a:1 is both the ClientPort of server 0 and the LogPort of server 0.",
            file() + ": Servers has two servers with Id 0.",
            file() + ": a:1 is both the ClientPort of server 0 and the ClientPort of server 0.",
            file() + ": a:2 is both the LogPort of server 0 and the HttpPort of server 0.");
  }

  @Test
  void aFileThatIsNoConfigurationIsRefused() throws IOException {
    assertThat(problems("[]")).singleElement().asString().contains(file() + ": ", "JSON object");
    assertThat(problems("")).singleElement().asString().startsWith(file() + ": line 1, column 1: ");
    Files.delete(file());
    assertThatThrownBy(() -> ServerConfig.read(file()))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining(file() + ": ");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '"',
      value = {
        "{'a':1,;}                | line 2, column 1: no JSON: '}' makes no sense after a comma",
        "{'a':1;'b':2}            | line 2, column 1: no JSON: '_' makes no sense; a comma or a",
        "{'a':1 // one;}          | line 1, column 8: no JSON: '/' makes no sense; there are no",
        "{'a':tru}                | line 1, column 6: no JSON: 't' makes no sense; names and texts",
        "{a:1}                    | line 1, column 2: no JSON: 'a' makes no sense; names and texts",
        "{'a':'x;'}               | line 1, column 8: no JSON: a text goes beyond the end of its",
        "{'a':1]                  | line 1, column 7: no JSON: ']' makes no sense",
        "{'a':[;1;2]}             | line 3, column 1: no JSON: '2' makes no sense; a comma or a",
        "{'a'                     | line 1, column 5: it ends too early",
        "{'a':1};x                | line 2, column 1: no JSON: 'x' makes no sense",
        "{'a':1};{}               | line 2, column 1: something follows the value",
        "{'a':1,;'a':2}           | line 2, column 1: two members 'a'",
      })
  void whereAFileIsNoJsonIsSaidInPlainWords(String text, String sentence) throws IOException {
    List<String> problems = problems(text.replace(';', '\n'));
    String wanted = file() + ": " + sentence.strip().replace('_', '"');
    assertThat(problems).singleElement().asString().startsWith(wanted).doesNotContain("code");
  }

  @Test
  void aServerThatIsNotListedIsNamed() throws Exception {
    ServerConfig config = read("{'Path':'data','Servers':[" + ENTRY + "]}");
    assertThatThrownBy(() -> config.entry(4))
        .isInstanceOf(ConfigException.class)
        .hasMessageContainingAll(file() + ": ", "Id 4", "0");
  }

  @Test
  void aHostThatIsNotThereOpensNoPortToEverybody() throws Exception {
    String misspelt = ENTRY.replace("localhost", "loclahost.invalid");
    ServerConfig config = read("{'Path':'d','Servers':[" + misspelt + "]}");
    assertThatThrownBy(() -> config.listen(config.entry(0)))
        .isInstanceOf(ConfigException.class)
        .hasMessageContainingAll("server 0", "loclahost.invalid");
    assertThatThrownBy(() -> Server.start(config, 0, _ -> {})).isInstanceOf(ConfigException.class);
    Map<Setting, String> listens = Map.of(Setting.LISTEN, "127.0.0.1");
    ServerConfig told = ServerConfig.read(file(), Map.of(), listens);
    assertThat(told.listen(told.entry(0))).contains("127.0.0.1");
  }

  @Test
  void thePlaceholderOfTheFirstProgramIsNoHiddenFolder() throws Exception {
    ServerConfig config = read("{'Path':'...','Servers':[" + ENTRY + "]}");
    assertThat(config.isPlaceholder()).isTrue();
    assertThat(config.dataDirectory(0)).isEqualTo(folder.resolve("data/server-0"));
    assertThat(read("{'Path':'..a','Servers':[" + ENTRY + "]}").dataDirectory(0))
        .isEqualTo(folder.resolve("..a/server-0"));
    Map<Setting, String> given = Map.of(Setting.DATA_DIR, folder + "/mine");
    read("{'Path':'...','Servers':[" + ENTRY + "]}");
    assertThat(ServerConfig.read(file(), Map.of(), given).isPlaceholder()).isFalse();
  }

  @Test
  void whoJoinsIsNoFounder() throws Exception {
    write("{'Path':'d','Servers':[" + ENTRY + "," + ENTRY.replaceAll("0", "7") + "]}");
    assertThat(ServerConfig.read(file()).initialMembers(7)).containsExactly(0, 7);
    Map<Setting, String> joins = Map.of(Setting.JOIN, "true");
    assertThat(ServerConfig.read(file(), Map.of(), joins).initialMembers(7)).containsExactly(0);
    ServerConfig alone = read("{'Path':'d','Join':true,'Servers':[" + ENTRY + "]}");
    assertThatThrownBy(() -> alone.initialMembers(0))
        .hasMessageContainingAll(file() + ": ", "Join", "server 0");
  }

  @Test
  void aFlagGoesBeforeTheEnvironmentAndThatBeforeTheFile() throws Exception {
    write(
        "{'Path':'data','Cluster':'file','HeartbeatMillis':40,'SnapshotBytes':'1MiB','Servers':["
            + ENTRY
            + "]}");
    Map<String, String> environment =
        Map.of(
            "JANGADA_CLUSTER", "environment",
            "JANGADA_HEARTBEAT_MILLIS", "30",
            "JANGADA_LOG_LEVEL", "");
    Settings settings =
        ServerConfig.read(file(), environment, Map.of(Setting.HEARTBEAT_MILLIS, "20ms")).settings();
    assertThat(settings.value(Setting.HEARTBEAT_MILLIS))
        .contains(new Settings.Value("20", "--heartbeat-millis"));
    assertThat(settings.value(Setting.CLUSTER))
        .contains(new Settings.Value("environment", "JANGADA_CLUSTER"));
    assertThat(settings.value(Setting.SNAPSHOT_BYTES))
        .contains(new Settings.Value("1048576", file().toString()));
    assertThat(settings.value(Setting.LOG_LEVEL)).contains(new Settings.Value("info", "default"));
    assertThat(settings.low(Setting.ELECTION_TIMEOUT_MILLIS)).isEqualTo(300);
    assertThat(settings.high(Setting.ELECTION_TIMEOUT_MILLIS)).isEqualTo(600);
  }

  @Test
  void wrongFlagsAndVariablesAreNamedAsTheyWereWritten() throws IOException {
    write("{'Path':'data','Servers':[" + ENTRY + "]}");
    ConfigException e =
        catchThrowableOfType(
            ConfigException.class,
            () ->
                ServerConfig.read(
                    file(),
                    Map.of("JANGADA_FSYNC", "off"),
                    Map.of(Setting.HEARTBEAT_MILLIS, "200", Setting.READS, "x")));
    assertThat(e.problems())
        .satisfiesExactlyInAnyOrder(
            p -> assertThat(p).startsWith("--reads is x;").contains("linearizable"),
            p -> assertThat(p).startsWith("JANGADA_FSYNC is off;").contains("always"),
            p -> assertThat(p).startsWith("--heartbeat-millis is 200;"));
  }

  @Test
  void variablesThatNothingReadsAreTold() throws IOException {
    write("{'Path':'data','Servers':[" + ENTRY + "]}");
    Map<String, String> environment =
        Map.of(
            "JANGADA_FSNC", "always",
            "JANGADA_XYLOPHONE", "1",
            "JANGADA_EMPTY", "",
            "JANGADA_HEAP", "1g",
            "JANGADA_PORT", "tcp://10.0.0.1:9000",
            "JANGADA_PORT_9000_TCP_ADDR", "10.0.0.1",
            "JANGADA_SERVICE_HOST", "10.0.0.1",
            "JANGADA_SERVICE_PORT_CLIENT", "9000");
    assertThatThrownBy(() -> ServerConfig.read(file(), environment, Map.of()))
        .isInstanceOfSatisfying(
            ConfigException.class,
            e ->
                assertThat(e.problems())
                    .satisfiesExactly(
                        p -> assertThat(p).contains("JANGADA_FSNC ", "JANGADA_FSYNC?"),
                        p -> assertThat(p).contains("JANGADA_XYLOPHONE")));
  }

  /// Each word of the launchers, of the programs and of the documents that looks like one.
  @Test
  void everyVariableThatIsNamedAnywhereIsKnown() throws Exception {
    Map<String, String> named = new TreeMap<>();
    for (String folder :
        List.of("bin", "contrib", "docs", "client/src/main", "server/src/main", "lab/src/main")) {
      try (Stream<Path> files = Files.walk(Path.of(folder))) {
        for (Path each : files.filter(Files::isRegularFile).toList()) {
          String text = Files.readString(each, StandardCharsets.ISO_8859_1);
          Matcher name = Pattern.compile("JANGADA_[A-Z_]*[A-Z]").matcher(text);
          while (name.find()) named.put(name.group(), "set");
        }
      }
    }
    assertThat(named).hasSizeGreaterThan(7);
    assertThat(Variables.complaints(named)).isEmpty();
  }

  @Test
  void placesInTheFileCountFromTheFileAndOthersFromTheProcess() throws Exception {
    write("{'Path':'data','Servers':[" + ENTRY + "]}");
    Path here = Path.of("").toAbsolutePath();
    assertThat(ServerConfig.read(file()).dataDirectory(3))
        .isEqualTo(folder.resolve("data/server-3"));
    assertThat(
            ServerConfig.read(file(), Map.of("JANGADA_PATH", "there"), Map.of()).dataDirectory(3))
        .isEqualTo(here.resolve("there/server-3"));
    assertThat(
            ServerConfig.read(file(), Map.of(), Map.of(Setting.DATA_DIR, "mine")).dataDirectory(3))
        .isEqualTo(here.resolve("mine"));
  }

  @Test
  void theHttpPortOfAnEntryGivesWayToAFlagAlone() throws Exception {
    write("{'Path':'d','HttpPort':1,'Servers':[" + ENTRY.replace("}", ",'HttpPort':2}") + "]}");
    ServerConfig config = ServerConfig.read(file());
    assertThat(config.port(OptionalPort.HTTP, config.entry(0))).isEqualTo(2);
    ServerConfig flagged = ServerConfig.read(file(), Map.of(), Map.of(Setting.HTTP_PORT, "3"));
    assertThat(flagged.port(OptionalPort.HTTP, flagged.entry(0))).isEqualTo(3);
  }

  private Path file() {
    return folder.resolve("config.json");
  }

  private void write(String json) throws IOException {
    Files.writeString(file(), json.replace('\'', '"'));
  }

  private ServerConfig read(String json) throws Exception {
    write(json);
    return ServerConfig.read(file());
  }

  private List<String> problems(String json) throws IOException {
    write(json);
    return catchThrowableOfType(ConfigException.class, () -> ServerConfig.read(file())).problems();
  }
}
