package io.jangada.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.jangada.bytes.Bytes;
import io.jangada.cli.CommandRun;
import io.jangada.cli.ExitCode;
import io.jangada.cli.Main;
import io.jangada.client.ClientOptions;
import io.jangada.client.Endpoint;
import io.jangada.client.JangadaClient;
import io.jangada.client.KeyRange;
import io.jangada.client.Login;
import io.jangada.client.Put;
import io.jangada.client.Reply;
import io.jangada.client.WatchEvent;
import io.jangada.client.WatchListener;
import io.jangada.client.WatchOptions;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// Users, roles and permissions as those meet them who set them up and those who have to live with
/// them.
@Timeout(180)
class UsersTest {
  private static final String DENIED = "permission denied";

  @TempDir private Path folder;

  private Fleet fleet;

  private CommandRun run(String user, String input, String... arguments) {
    Map<String, String> environment = new TreeMap<>();
    environment.put("JANGADA_ENDPOINTS", endpoints());
    if (user != null) environment.put("JANGADA_USER", user);
    var shell = new CommandRun.Shell(Main.commandLine(environment), environment, folder);
    return shell.run(input.getBytes(StandardCharsets.UTF_8), arguments);
  }

  private String endpoints() {
    return "127.0.0.1:"
        + fleet.at(0).clientPort()
        + ",127.0.0.1:"
        + fleet.at(1).clientPort()
        + ",127.0.0.1:"
        + fleet.at(2).clientPort();
  }

  private String done(String user, String line) {
    CommandRun ran = run(user, "", line.split(" "));
    assertThat(ran.err()).isEmpty();
    assertThat(ran.code()).isZero();
    return ran.out();
  }

  private void refused(String user, String why, String line) {
    CommandRun ran = run(user, "", line.split(" "));
    assertThat(ran.err()).contains(why);
    assertThat(ran.code()).isEqualTo(ExitCode.FAILED);
  }

  private void password(String by, String command, String user, String password) {
    CommandRun ran = run(by, password + "\n", "user", command, user);
    assertThat(ran.err()).isEmpty();
    assertThat(ran.code()).isZero();
  }

  /// Root, whose password is r00t, and the user shop, who may read and write what begins with app/.
  private Fleet checked() throws Exception {
    fleet = new Fleet(folder, 3);
    fleet.startAll();
    fleet.leader();
    password(null, "add", "root", "r00t");
    done(null, "user grant-role root root");
    done(null, "role add app");
    done(null, "role grant-permission app readwrite app/ --prefix");
    password(null, "add", "shop", "secret");
    done(null, "user grant-role shop app");
    done(null, "auth enable");
    return fleet;
  }

  private ClientOptions as(String user, String password) {
    return ClientOptions.of(Endpoint.parseList(endpoints())).withLogin(new Login(user, password));
  }

  /// A connection of the text protocol, line by line.
  private final class Lines implements AutoCloseable {
    private final Socket socket;
    private final BufferedReader in;

    Lines(int id) throws IOException {
      socket = new Socket("127.0.0.1", fleet.at(id).clientPort());
      socket.setSoTimeout(30_000);
      in =
          new BufferedReader(
              new InputStreamReader(socket.getInputStream(), StandardCharsets.ISO_8859_1));
    }

    String ask(String line) throws IOException {
      socket.getOutputStream().write((line + "\r\n").getBytes(StandardCharsets.UTF_8));
      return in.readLine();
    }

    @Override
    public void close() throws IOException {
      socket.close();
    }
  }

  @Test
  void everyoneMayDoWhatHisRolesPermit() throws Exception {
    try (Fleet all = checked()) {
      done("shop:secret", "put app/boat sail");
      assertThat(done("shop:secret", "get app/boat")).isEqualTo("sail\n");
      assertThat(done("shop:secret", "list app/")).isEqualTo("app/boat\tsail\n");
      refused("shop:secret", DENIED, "put cart wheel");
      refused("shop:secret", DENIED, "get cart");
      refused("shop:secret", DENIED, "list");
      refused("shop:secret", DENIED, "user list");
      refused("shop:secret", DENIED, "role add mine");
      refused("shop:secret", DENIED, "auth disable");
      refused("shop:secret", DENIED, "snapshot");
      refused("shop:secret", DENIED, "leader transfer");
      refused("shop:wrong", "refuses the user or the password", "get app/boat");
      refused("nobody:secret", "refuses the user or the password", "get app/boat");
      refused(null, "users are checked here", "get app/boat");
      refused(null, "users are checked here", "list app/");
      done("root:r00t", "put cart wheel");
      assertThat(done("root:r00t", "user list")).isEqualTo("root\nshop\n");
      assertThat(done("root:r00t", "user get shop")).isEqualTo("app\n");
      assertThat(done("root:r00t", "role get app")).isEqualTo("readwrite app%2F --prefix\n");
      done("root:r00t", "role allow app snapshot");
      done("shop:secret", "snapshot");
      assertThat(done(null, "member list")).contains("voter");
      done("root:r00t", "auth disable");
      assertThat(done(null, "get cart")).isEqualTo("wheel\n");
      assertThat(all.leader()).isNotNegative();
    }
  }

  @Test
  void aTextClientSaysWhoItIsAndIsNoOneAfterItsPasswordChanged() throws Exception {
    try (Fleet all = checked();
        Lines client = new Lines(all.leader())) {
      assertThat(client.ask("get app/boat")).isEqualTo("ERR_AUTH");
      assertThat(client.ask("auth shop wrong")).isEqualTo("ERR_AUTH");
      assertThat(client.ask("auth shop secret")).isEqualTo("OK");
      assertThat(client.ask("get app/boat")).isEqualTo("ERR_NOT_FOUND");
      assertThat(client.ask("get cart")).isEqualTo("ERR_PERMISSION");
      assertThat(client.ask("delete cart")).isEqualTo("ERR_PERMISSION");
      assertThat(client.ask("auth shop")).isEqualTo("ERR_CMD_ERR");
      password("root:r00t", "passwd", "shop", "changed");
      assertThat(client.ask("get app/boat")).isEqualTo("ERR_AUTH");
      assertThat(client.ask("auth shop secret")).isEqualTo("ERR_AUTH");
      assertThat(client.ask("auth shop changed")).isEqualTo("OK");
      assertThat(client.ask("get app/boat")).isEqualTo("ERR_NOT_FOUND");
      done("root:r00t", "user delete shop");
      assertThat(client.ask("get app/boat")).isEqualTo("ERR_AUTH");
    }
  }

  /// What was sent behind `auth` waits for it.
  @Test
  void commandsBehindAuthAreThoseOfTheUser() throws Exception {
    try (Fleet all = checked();
        Lines client = new Lines(all.leader())) {
      assertThat(client.ask("auth shop secret\r\nget app/boat\r\nget cart")).isEqualTo("OK");
      assertThat(client.in.readLine()).isEqualTo("ERR_NOT_FOUND");
      assertThat(client.in.readLine()).isEqualTo("ERR_PERMISSION");
    }
  }

  @Test
  void aWatchEndsWhenThePermissionIsTaken() throws Exception {
    try (Fleet all = checked();
        JangadaClient shop = JangadaClient.connect(as("shop", "secret"));
        JangadaClient root = JangadaClient.connect(as("root", "r00t"))) {
      var events = new LinkedBlockingQueue<WatchEvent>();
      var ended = new CompletableFuture<String>();
      shop.watch(
          KeyRange.prefix(Bytes.utf8("app/")),
          WatchOptions.DEFAULT,
          new WatchListener() {
            @Override
            public CompletionStage<?> onEvents(List<WatchEvent> several, boolean more) {
              events.addAll(several);
              return null;
            }

            @Override
            public void onCompacted(long compacted) {
              ended.complete("compacted");
            }

            @Override
            public void onEnded(String reason) {
              ended.complete(reason);
            }
          });
      var seen = new ArrayList<WatchEvent>();
      for (int i = 0; i < 1_000 && seen.isEmpty(); i++) {
        root.put(Put.set(Bytes.utf8("app/" + i), Bytes.utf8("x"))).join();
        WatchEvent event = events.poll(30, TimeUnit.MILLISECONDS);
        if (event != null) seen.add(event);
      }
      assertThat(seen).isNotEmpty();
      done("root:r00t", "role revoke-permission app app/ --prefix");
      root.put(Put.set(Bytes.utf8("app/secret"), Bytes.utf8("x"))).join();
      assertThat(ended.get(60, TimeUnit.SECONDS)).contains(DENIED);
      assertThat(events).noneMatch(each -> each.entry().key().toUtf8().equals("app/secret"));
      assertThat(shop.get(Bytes.utf8("app/1")).join()).isInstanceOf(Reply.Refused.class);
      assertThat(all.leader()).isNotNegative();
    }
  }

  @Test
  void aClientGoesOnWhenItsUserGetsThePasswordAgainThatItHas() throws Exception {
    try (Fleet all = checked();
        JangadaClient shop = JangadaClient.connect(as("shop", "secret"))) {
      Bytes key = Bytes.utf8("app/boat");
      assertThat(shop.get(key).join()).isInstanceOf(Reply.NotFound.class);
      password("root:r00t", "passwd", "shop", "secret");
      assertThat(shop.get(key).join()).isInstanceOf(Reply.NotFound.class);
      password("root:r00t", "passwd", "shop", "changed");
      assertThat(shop.get(key).join()).isInstanceOf(Reply.Refused.class);
      assertThat(all.leader()).isNotNegative();
    }
  }

  @Test
  void usersAreCheckedAfterARestartOfAll() throws Exception {
    try (Fleet all = checked()) {
      for (int id = 0; id < 3; id++) all.kill(id);
      all.startAll();
      all.leader();
      refused(null, "users are checked here", "get app/boat");
      done("shop:secret", "put app/boat sail");
    }
  }

  @Test
  void wrongWordsAndAnUnfinishedSetUpAreRefused() throws Exception {
    try (Fleet all = new Fleet(folder, 3)) {
      fleet = all;
      fleet.startAll();
      fleet.leader();
      refused(null, "there must be a user root", "auth enable");
      done(null, "user add root --no-password");
      refused(null, "must have the role root", "auth enable");
      refused(null, "no such user", "user grant-role eva root");
      refused(null, "such a user already", "user add root --no-password");
      refused(null, "no such role", "role grant-permission app read a");
      assertThat(run(null, "", "role", "grant-permission", "app", "read").code())
          .isEqualTo(ExitCode.USAGE);
      assertThat(run(null, "two words\n", "user", "add", "eva").code()).isEqualTo(ExitCode.USAGE);
      assertThat(run(null, "\n", "user", "add", "eva").code()).isEqualTo(ExitCode.USAGE);
    }
  }
}
