package io.jangada.protocol.memcached;

import static org.assertj.core.api.Assertions.assertThat;

import io.jangada.protocol.auth.PasswordHash;
import io.jangada.server.AdminWord;
import io.jangada.server.Fleet;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// How memcached's clients say who they are, where users are checked. A bar stands for the end of a
/// line.
@Timeout(120)
class MemcachedUsersTest {
  private static final int SIZE = 3;
  private static final int MILLIS_MAX = 30_000;
  private static final String UNKNOWN = "CLIENT_ERROR unauthenticated|";
  private static final String LOGIN = "set any x -1 11|shop secret|";
  private static final String AUDIT = "'AuditFile':'trail-{id}.log','AuditWrites':'*'";

  @TempDir private static Path folder;
  private static Fleet fleet;

  @BeforeAll
  static void start() throws Exception {
    fleet = Fleet.withMemcached(folder, SIZE, AUDIT);
    fleet.startAll();
    check(fleet, SIZE);
  }

  @AfterAll
  static void stop() {
    fleet.close();
  }

  private static String hash(String password) {
    byte[] bytes = password.getBytes(StandardCharsets.UTF_8);
    return AdminWord.of(PasswordHash.of(bytes, new SecureRandom()).text());
  }

  /// The user root, and shop, who may do anything with keys that begin with app/.
  private static void check(Fleet servers, int size) throws Exception {
    servers.leader();
    for (String line :
        List.of(
            "user add root " + hash("r00t"),
            "user grant root root",
            "role add app",
            "role grant app readwrite prefix app/",
            "user add shop " + hash("secret"),
            "user grant shop app",
            "auth enable")) assertThat(servers.admin(line).flag("ok")).as(line).isTrue();
    for (int id = 0; id < size; id++) {
      int member = id;
      assertThat(servers.until(() -> servers.status(member).flag("authentication"))).isTrue();
    }
  }

  private static void root(Fleet alone, String line) throws IOException {
    try (Client text = Client.to(alone.server(0).address())) {
      text.say("auth root r00t|admin " + line + "|");
      text.socket.shutdownOutput();
      assertThat(text.rest()).as(line).startsWith("OK|").contains("\"ok\":true");
    }
  }

  private record Client(Socket socket) implements AutoCloseable {
    static Client to(InetSocketAddress at) throws IOException {
      Socket socket = new Socket(at.getAddress(), at.getPort());
      socket.setSoTimeout(MILLIS_MAX);
      return new Client(socket);
    }

    void say(String lines) throws IOException {
      byte[] bytes = lines.replace("|", "\r\n").getBytes(StandardCharsets.ISO_8859_1);
      socket.getOutputStream().write(bytes);
    }

    void ask(String lines, String wanted) throws IOException {
      say(lines);
      int length = wanted.replace("|", "\r\n").length();
      assertThat(text(socket.getInputStream().readNBytes(length))).as(lines).isEqualTo(wanted);
    }

    /// What comes until the server closes.
    String rest() throws IOException {
      return text(socket.getInputStream().readAllBytes());
    }

    private static String text(byte[] bytes) {
      return new String(bytes, StandardCharsets.ISO_8859_1).replace("\r\n", "|");
    }

    @Override
    public void close() throws IOException {
      socket.close();
    }
  }

  /// The replies to all that one client sends at once.
  private static String told(int id, String lines) throws IOException {
    return told(id, lines, lines.length());
  }

  /// The same of one that sends it piece by piece.
  private static String told(int id, String lines, int piece) throws IOException {
    try (Client client = Client.to(fleet.memcachedAt(id))) {
      client.socket.setTcpNoDelay(true);
      for (int i = 0; i < lines.length(); i += piece)
        client.say(lines.substring(i, Math.min(lines.length(), i + piece)));
      client.socket.shutdownOutput();
      return client.rest();
    }
  }

  @Test
  void onlyALoginIsTakenFromAClientThatIsNotKnown() throws Exception {
    List<String> refused =
        List.of(
            "version|",
            "stats|",
            "verbosity 1|",
            "mn|",
            "quit|",
            "|",
            "bogus|",
            "GET / HTTP/1.1|",
            "get app/boat cart|",
            "mg app/boat v|",
            "delete app/boat noreply|",
            "add app/boat 0 0 4|sail|",
            "cas app/boat 0 0 4 1 noreply|sail|",
            "ms app/boat 4|sail|",
            "set app/boat 0 0|",
            "set app/boat 0 0 -1|",
            "set app/boat 0 0 4|sailXX",
            "get " + "k".repeat(251) + "|");
    String all = String.join("", refused) + LOGIN + "get app/boat|";
    String wanted = UNKNOWN.repeat(refused.size()) + "STORED|END|";
    for (int id = 0; id < SIZE; id++) assertThat(told(id, all)).isEqualTo(wanted);
    assertThat(told(0, all, 1)).isEqualTo(wanted);
  }

  @Test
  void whatIsSentBehindALoginIsTheUsers() throws Exception {
    for (int id = 0; id < SIZE; id++)
      assertThat(
              told(
                  id,
                  LOGIN
                      + "set app/a 0 0 11|shop secret|get app/a|get cart|set app/b 0 0 1 noreply|b|"
                      + "get app/b cart|version|quit|get app/a|"))
          .matches(
              "STORED\\|STORED\\|VALUE app/a 0 11\\|shop secret\\|END\\|CLIENT_ERROR permission"
                  + " denied\\|VALUE app/b 0 1\\|b\\|CLIENT_ERROR permission denied\\|VERSION"
                  + " [^|]*\\|");
    for (int id = 0; id < SIZE; id++)
      assertThat(folder.resolve("trail-" + id + ".log")).content().doesNotContain("\"any\"");
  }

  @Test
  void aLoginThatFailsIsToldAndAnotherMayFollow() throws Exception {
    String lines =
        "set any 0 0 10|shop wrong|set any 0 0 4|shop|set any 0 0 5|shop |set any 0 0 7| secret|"
            + "set any 0 0 0||mn|set any 0 0 11 noreply|shop secret|mn|";
    String wanted =
        "CLIENT_ERROR authentication failure|"
            + "CLIENT_ERROR bad authentication token format|".repeat(4)
            + UNKNOWN
            + "STORED|MN|";
    assertThat(told(0, lines)).isEqualTo(wanted);
    assertThat(told(0, LOGIN + "stats|")).contains("|STAT auth_errors 1|");
  }

  @Test
  void littleIsTakenOfAClientThatIsNotKnown() throws Exception {
    try (Client client = Client.to(fleet.memcachedAt(0))) {
      client.ask("set any 0 0 16385|", UNKNOWN);
      client.ask("x".repeat(16_385) + "|mn|", UNKNOWN);
      String format = "CLIENT_ERROR bad authentication token format|";
      client.ask("set any 0 0 16384|" + "x".repeat(16_384) + "|", format);
      client.ask("get " + "k".repeat(2_000) + "|", UNKNOWN);
      client.say("get " + "k ".repeat(1_100));
      assertThat(client.rest()).isEqualTo(UNKNOWN);
    }
  }

  /// Where users are not checked a `set` is a `set`. A client is no one any more when its password
  /// changes.
  @Test
  void aClientIsKnownAsLongAsItsUserIs(@TempDir Path other) throws Exception {
    try (Fleet alone = Fleet.withMemcached(other, 1)) {
      alone.startAll();
      alone.leader();
      try (Client client = Client.to(alone.memcachedAt(0))) {
        client.ask(LOGIN.replace(" x -1 ", " 0 0 ") + "get any|", "STORED|VALUE any 0 11|");
        client.ask("", "shop secret|END|");
        check(alone, 1);
        client.ask("get app/boat|", UNKNOWN);
        client.ask("version|", UNKNOWN);
        client.ask(LOGIN + "get app/boat|", "STORED|END|");
        root(alone, "user password shop " + hash("changed"));
        client.ask("get app/boat|", UNKNOWN);
        client.ask("version|" + LOGIN.replace("11|shop secret", "12|shop changed"), UNKNOWN);
        client.ask("get app/boat|", "STORED|END|");
      }
      alone.kill(0);
      alone.start(0); // it does not know of its users yet
      try (Client client = Client.to(alone.memcachedAt(0))) {
        client.ask("set any 0 0 12 noreply|shop changed|get app/boat|", "STORED|END|");
      }
      try (Client root = Client.to(alone.memcachedAt(0));
          Client client = Client.to(alone.memcachedAt(0))) {
        client.ask("version|", UNKNOWN);
        root.ask("set any 0 0 9|root r00t|get any|", "STORED|VALUE any 0 11|shop secret|END|");
        root(alone, "auth disable");
        client.ask("set any 0 0 3|a b|get any|", "STORED|VALUE any 0 3|a b|END|");
      }
    }
  }
}
