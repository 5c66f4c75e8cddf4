package io.jangada.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.jangada.codec.Json;
import io.jangada.codec.JsonReader;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpRequest;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Base64;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// What the clients of each protocol see of a key that those of another wrote, as the table "One
/// key, all protocols" of PROTOCOLS.md has it. Each protocol is spoken with another member.
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@Timeout(120)
class OneKeyTest {
  private static final List<String> VALUES = List.of("sail", "", "\0 \r\n\u00ff");

  private Fleet fleet;
  private int leader;

  private enum Protocol {
    TEXT,
    MEMCACHED,
    REDIS,
    ETCD
  }

  @BeforeAll
  void start(@TempDir Path folder) throws Exception {
    fleet = Fleet.withAllPorts(folder, 3, "'SetOverwrites':true");
    fleet.startAll();
    leader = fleet.leader();
    for (int id = 0; id < 3; id++) {
      int member = id;
      fleet.until(() -> redis(member, "GET", "none").equals("nil"));
    }
  }

  @AfterAll
  void end() {
    fleet.close();
  }

  // ---- the clients ----

  /// What is said over a connection until the server has no more to say.
  private static String talk(InetSocketAddress to, String said) throws IOException {
    try (Socket socket = new Socket(to.getAddress(), to.getPort())) {
      socket.setSoTimeout(20_000);
      socket.getOutputStream().write(said.getBytes(StandardCharsets.ISO_8859_1));
      socket.shutdownOutput();
      byte[] reply = socket.getInputStream().readAllBytes();
      return new String(reply, StandardCharsets.ISO_8859_1);
    }
  }

  private String text(String line) throws IOException {
    return talk(fleet.server(leader).address(), line + "\r\n");
  }

  private String memcached(String line) throws IOException {
    return talk(fleet.memcachedAt(0), line + "\r\n");
  }

  private String redis(String... words) throws IOException {
    return redis(1, words);
  }

  /// The reply without what frames it; `nil` for none.
  private String redis(int id, String... words) throws IOException {
    StringBuilder request = new StringBuilder("*" + words.length + "\r\n");
    for (String word : words) request.append("$" + word.length() + "\r\n" + word + "\r\n");
    String reply = talk(fleet.redisAt(id), request.toString());
    if (reply.startsWith("$-1")) return "nil";
    String rest = reply.charAt(0) == '$' ? reply.substring(reply.indexOf('\n') + 1) : reply;
    return rest.substring(0, rest.length() - 2);
  }

  private static String base64(String text) {
    return Base64.getEncoder().encodeToString(text.getBytes(StandardCharsets.ISO_8859_1));
  }

  private Json.Obj etcd(String path, String json) throws IOException, InterruptedException {
    URI uri = URI.create("http:/" + fleet.etcdAt(2) + "/v3/" + path);
    String body = json.replace('\'', '"');
    HttpRequest request =
        HttpRequest.newBuilder(uri).POST(HttpRequest.BodyPublishers.ofString(body)).build();
    byte[] reply = Fleet.send(request).body().getBytes(StandardCharsets.UTF_8);
    return (Json.Obj) new JsonReader().read(reply, 0, reply.length);
  }

  private void etcdPut(String key, String value, String more) throws Exception {
    String fields = "{'key':'%s','value':'%s'%s}".formatted(base64(key), base64(value), more);
    assertThat(etcd("kv/put", fields).get("header")).isNotNull();
  }

  /// The key and what is known of it.
  private Json.Obj etcdGet(String key) throws IOException, InterruptedException {
    Json.Obj found = etcd("kv/range", "{'key':'%s'}".formatted(base64(key)));
    return (Json.Obj) found.list("kvs", 1).getFirst();
  }

  /// A number that is left out where it is 0.
  private static String number(Json.Obj of, String field) {
    return of.get(field) == null ? "0" : of.text(field);
  }

  // ---- what they do with a key ----

  private void write(Protocol protocol, String key, String value) throws Exception {
    int length = value.length();
    switch (protocol) {
      case TEXT ->
          assertThat(text("set " + key + " 0 " + length + "\r\n" + value)).startsWith("OK ");
      case MEMCACHED ->
          assertThat(memcached("set " + key + " 7 0 " + length + "\r\n" + value))
              .isEqualTo("STORED\r\n");
      case REDIS -> assertThat(redis("SET", key, value)).isEqualTo("+OK");
      case ETCD -> etcdPut(key, value, "");
    }
  }

  private String read(Protocol protocol, String key) throws Exception {
    return switch (protocol) {
      case TEXT -> data(text("get " + key));
      case MEMCACHED -> data(memcached("get " + key).replaceFirst("END\r\n$", ""));
      case REDIS -> redis("GET", key);
      case ETCD -> {
        Json.Obj found = etcdGet(key);
        String value = found.get("value") == null ? "" : found.text("value");
        yield new String(Base64.getDecoder().decode(value), StandardCharsets.ISO_8859_1);
      }
    };
  }

  /// What comes behind the line that announces it.
  private static String data(String reply) {
    return reply.substring(reply.indexOf('\n') + 1, reply.length() - 2);
  }

  /// What `mg` shows behind the length: flags, seconds left (-1 for ever), unique number.
  private List<String> terms(String key) throws IOException {
    return List.of(memcached("mg " + key + " f t c").strip().split(" "));
  }

  @ParameterizedTest
  @EnumSource
  void allReadTheValueThatOneWrote(Protocol writer) throws Exception {
    for (String value : VALUES) {
      write(writer, "boat", value);
      for (Protocol reader : Protocol.values())
        assertThat(read(reader, "boat")).as("%s reads", reader).isEqualTo(value);
      assertThat(terms("boat")).contains(writer == Protocol.MEMCACHED ? "f7" : "f0", "t-1");
    }
  }

  @ParameterizedTest
  @EnumSource
  void whatOneWritesChangesTheVersionsOfAll(Protocol writer) throws Exception {
    write(Protocol.ETCD, "versions", "old");
    Json.Obj before = etcdGet("versions");
    String unique = terms("versions").getLast().substring(1);
    String version = text("getm versions").split(" ")[1];
    write(writer, "versions", "new");
    Json.Obj after = etcdGet("versions");
    assertThat(after.text("create_revision")).isEqualTo(before.text("create_revision"));
    assertThat(after.text("mod_revision")).isNotEqualTo(before.text("mod_revision"));
    assertThat(Long.parseLong(after.text("version")))
        .isEqualTo(Long.parseLong(before.text("version")) + 1);
    assertThat(text("getm versions").split(" ")[1]).isEqualTo(after.text("mod_revision"));
    assertThat(memcached("cas versions 0 0 1 " + unique + "\r\nx")).isEqualTo("EXISTS\r\n");
    assertThat(text("cas versions 0 " + version + " 1\r\nx")).isEqualTo("ERR_VERSION\r\n");
    assertThat(read(Protocol.REDIS, "versions")).isEqualTo("new");
  }

  @Test
  void flagsStayWhereAValueIsChangedInPlace() throws Exception {
    memcached("set flags 7 100 1\r\n1");
    assertThat(redis("INCR", "flags")).isEqualTo(":2");
    assertThat(redis("APPEND", "flags", "0")).isEqualTo(":2");
    assertThat(terms("flags")).contains("f7", "t100");
    redis("SET", "flags", "3", "KEEPTTL");
    assertThat(terms("flags")).contains("f0", "t100");
  }

  @Test
  void aTimeToLiveIsSeenByAllButEtcd() throws Exception {
    for (String write : List.of("set ttl 100 1\r\nx", "set ttl 0 100 1\r\nx", "")) {
      write(Protocol.ETCD, "ttl", "for ever");
      assertThat(redis("TTL", "ttl")).isEqualTo(":-1");
      if (write.isEmpty()) redis("SET", "ttl", "x", "PX", "100900");
      else if (write.startsWith("set ttl 0")) memcached(write);
      else text(write);
      assertThat(text("getm ttl")).contains(" 100 1\r\nx");
      assertThat(Long.parseLong(redis("TTL", "ttl").substring(1))).isBetween(70L, 101L);
      assertThat(Long.parseLong(terms("ttl").get(2).substring(1))).isBetween(70L, 101L);
      assertThat(number(etcdGet("ttl"), "lease")).isEqualTo("0");
    }
    String unique = terms("ttl").getLast();
    String revision = etcdGet("ttl").text("mod_revision");
    assertThat(memcached("touch ttl 50")).isEqualTo("TOUCHED\r\n");
    assertThat(terms("ttl").getLast()).isEqualTo(unique);
    assertThat(etcdGet("ttl").text("mod_revision")).isNotEqualTo(revision);
    assertThat(text("getm ttl")).contains(" 50 1\r\nx");
    assertThat(redis("PERSIST", "ttl")).isEqualTo(":1");
    assertThat(text("getm ttl")).contains(" 0 1\r\nx");
  }

  @Test
  void aLeasedKeyLivesForEverForOthersAndLosesItsLeaseWithANewEnd() throws Exception {
    String lease = etcd("lease/grant", "{'TTL':100}").text("ID");
    String leased = ",'lease':" + lease;
    etcdPut("lease", "x", leased);
    assertThat(redis("TTL", "lease")).isEqualTo(":-1");
    assertThat(terms("lease")).contains("t-1");
    assertThat(text("getm lease")).contains(" 0 1\r\nx");
    assertThat(redis("APPEND", "lease", "y")).isEqualTo(":2");
    redis("SET", "lease", "z", "KEEPTTL");
    assertThat(number(etcdGet("lease"), "lease")).isEqualTo(lease);
    for (List<String> ending :
        List.of(
            List.of("SET", "lease", "z"),
            List.of("PERSIST", "lease"),
            List.of("EXPIRE", "lease", "50"))) {
      etcdPut("lease", "x", leased);
      redis(ending.toArray(String[]::new));
      assertThat(number(etcdGet("lease"), "lease")).as("%s", ending).isEqualTo("0");
    }
    etcdPut("lease", "x", leased);
    etcd("lease/revoke", "{'ID':" + lease + "}");
    assertThat(redis("EXISTS", "lease")).isEqualTo(":0");
    assertThat(memcached("get lease")).isEqualTo("END\r\n");
    assertThat(text("get lease")).isEqualTo("ERR_NOT_FOUND\r\n");
  }

  @Test
  void keysThatMemcachedOrTextCannotName() throws Exception {
    String binary = "\0 \r\n\u00ff";
    redis("SET", binary, "sail");
    assertThat(read(Protocol.ETCD, binary)).isEqualTo("sail");
    assertThat(memcached("mg " + base64(binary) + " b v")).isEqualTo("VA 4\r\nsail\r\n");
    String longer = "k".repeat(251);
    redis("SET", longer, "sail");
    assertThat(read(Protocol.ETCD, longer)).isEqualTo("sail");
    assertThat(read(Protocol.TEXT, longer)).isEqualTo("sail");
    assertThat(memcached("get " + longer)).startsWith("CLIENT_ERROR ");
    assertThat(redis("SET", "", "empty")).isEqualTo("+OK");
    assertThat(read(Protocol.REDIS, "")).isEqualTo("empty");
    assertThat(etcd("kv/range", "{'key':''}").text("message")).contains("key is not provided");
  }

  @Test
  void marksOfMemcachedAreItsOwn() throws Exception {
    memcached("set stale 0 0 1\r\nx");
    assertThat(memcached("md stale I T30")).isEqualTo("HD\r\n");
    for (Protocol reader : Protocol.values()) assertThat(read(reader, "stale")).isEqualTo("x");
    assertThat(memcached("mg stale v")).isEqualTo("VA 1 X W\r\nx\r\n");
    write(Protocol.REDIS, "stale", "y");
    assertThat(memcached("mg stale v")).isEqualTo("VA 1\r\ny\r\n");
  }

  @Test
  void numbersOfRedisHaveASignAndThoseOfMemcachedHaveNone() throws Exception {
    redis("SET", "number", "-1");
    assertThat(memcached("incr number 1")).startsWith("CLIENT_ERROR cannot increment");
    redis("SET", "number", "18446744073709551614");
    assertThat(memcached("incr number 1")).isEqualTo("18446744073709551615\r\n");
    assertThat(redis("INCR", "number")).startsWith("-ERR value is not an integer");
  }
}
