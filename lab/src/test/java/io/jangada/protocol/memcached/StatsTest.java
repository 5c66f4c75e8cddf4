package io.jangada.protocol.memcached;

import static org.assertj.core.api.Assertions.assertThat;

import io.jangada.server.Fleet;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// What `stats` shows, counted as memcached 1.6.18 counts it. A bar stands for the end of a line.
@Timeout(120)
class StatsTest {
  private static final String SET = "cmd_set 1, total_items 1";
  private static final List<String> NAMES =
      List.of(
          "cmd_get",
          "cmd_set",
          "cmd_flush",
          "cmd_touch",
          "get_hits",
          "get_misses",
          "delete_hits",
          "delete_misses",
          "incr_hits",
          "incr_misses",
          "decr_hits",
          "decr_misses",
          "cas_hits",
          "cas_misses",
          "cas_badval",
          "touch_hits",
          "touch_misses",
          "auth_cmds",
          "auth_errors",
          "total_items");

  @TempDir private static Path folder;
  private static Fleet fleet;
  private static Socket socket;
  private static BufferedReader in;

  @BeforeAll
  static void start() throws Exception {
    fleet = Fleet.withMemcached(folder, 1, "'FlushAllowed':true,'Threads':'separate'");
    fleet.startAll();
    fleet.leader();
    InetSocketAddress at = fleet.memcachedAt(0);
    socket = new Socket(at.getAddress(), at.getPort());
    socket.setSoTimeout(30_000);
    in =
        new BufferedReader(
            new InputStreamReader(socket.getInputStream(), StandardCharsets.ISO_8859_1));
  }

  @AfterAll
  static void stop() throws IOException {
    socket.close();
    fleet.close();
  }

  private static void say(String lines) throws IOException {
    byte[] bytes = lines.replace("|", "\r\n").getBytes(StandardCharsets.ISO_8859_1);
    socket.getOutputStream().write(bytes);
  }

  /// What is shown behind commands that are sent in one piece with the question.
  private static Map<String, String> shown(String lines, String stats) throws IOException {
    say(lines + stats + "|");
    Map<String, String> shown = new LinkedHashMap<>();
    for (String line; !(line = in.readLine()).equals("END") || shown.isEmpty(); ) {
      String[] fields = line.split(" ");
      if (fields[0].equals("STAT")) shown.put(fields[1], fields[2]);
    }
    return shown;
  }

  private static String counted(String lines) throws IOException {
    say("stats reset|");
    assertThat(in.readLine()).isEqualTo("RESET");
    Map<String, String> shown = shown(lines, "stats");
    assertThat(shown).containsKeys(NAMES.toArray(String[]::new));
    List<String> counted = new ArrayList<>();
    for (String name : NAMES)
      if (!shown.get(name).equals("0")) counted.add(name + " " + shown.get(name));
    return String.join(", ", counted);
  }

  private static void count(String lines, String wanted) throws IOException {
    assertThat(counted(lines)).as(lines).isEqualTo(wanted);
  }

  @Test
  void classicCommandsAreCountedWithAReplyAndWithout() throws Exception {
    count("get none|", "cmd_get 1, get_misses 1");
    count("set a 0 0 1|5|", SET);
    count("set a 0 0 1 noreply|5|", SET);
    count("gets a none a|", "cmd_get 3, get_hits 2, get_misses 1");
    count("gat 0 a none|", "cmd_touch 2, touch_hits 1, touch_misses 1");
    count("gats -1 a|", "cmd_touch 1, touch_hits 1");
    count("set a 0 -1 1|5|replace a 0 0 1|5|", "cmd_set 2, total_items 1");
    count("add a 0 0 1|5|add a 0 0 1 noreply|5|add a 0 -1 1|5|", "cmd_set 3, total_items 1");
    count("append a 0 0 1|5|prepend none 0 0 1 noreply|5|", "cmd_set 2, total_items 1");
    count("cas none 0 0 1 1|5|", "cmd_set 1, cas_misses 1");
    count("cas a 0 0 1 999999 noreply|5|", "cmd_set 1, cas_badval 1");
    String cas = cas("a");
    count("cas a 0 0 1 " + cas + "|5|", "cmd_set 1, cas_hits 1, total_items 1");
    count("incr a 1|incr a 1 noreply|incr none 1|", "incr_hits 2, incr_misses 1");
    count("decr a 1|decr a 1 noreply|decr none 1|", "decr_hits 2, decr_misses 1");
    count("set t 0 0 1|x|incr t 1|incr t x|", SET);
    count("touch a 0|touch a 0 noreply|", "cmd_touch 2, touch_hits 2");
    count("touch a -1|touch a 0|", "cmd_touch 2, touch_hits 1, touch_misses 1");
    count("delete t noreply|delete t|", "delete_hits 1, delete_misses 1");
    count("flush_all|flush_all 0 noreply|flush_all 1000|flush_all 0|", "cmd_flush 4");
    count("verbosity 1|bogus|version|set b 0 0|touch b x|", "");
  }

  private static String cas(String key) throws IOException {
    say("gets " + key + "|");
    String cas = in.readLine().split(" ")[4];
    in.readLine();
    in.readLine();
    return cas;
  }

  @Test
  void metaCommandsAreCountedToo() throws Exception {
    count("mg m v|mg m q|", "cmd_get 2, get_misses 2");
    count("ms m 1|5|ms m 1 q|6|", "cmd_set 2, total_items 2");
    count("mg m|mg m v q|mg m R30|", "cmd_get 3, get_hits 3");
    count("mg m T30|", "cmd_touch 1, touch_hits 1");
    count("mg none T30|", "cmd_get 1, get_misses 1");
    count("mg n N30|mg n N30|", "cmd_get 2, get_hits 2, total_items 1");
    count("ms m 1 ME|5|ms none 1 MR|5|ms none 1 MA|5|", "cmd_set 3");
    count("ms m 1 MA|5|ms none 1 MP N30|5|md none q|", "cmd_set 2, delete_hits 1, total_items 2");
    count("ms m 1 C1|5|ms m 1 MR C1|5|ms m 1 MA C1|5|", "cmd_set 3, cas_badval 2");
    count("ms none 1 C1|5|", "cmd_set 1, cas_misses 1");
    count("ms m 1 C" + cas("m") + "|5|", "cmd_set 1, cas_hits 1, total_items 1");
    count("ms g 1 T-1|5|ms g 1 T-1 ME|5|ms m 1 T-1 ME|5|", "cmd_set 3, total_items 2");
    count("ma m|ma m q|ma none|ma m C1|", "incr_hits 2, incr_misses 1");
    count("ma m MD v|ma none MD|", "decr_hits 1, decr_misses 1");
    count("ma o N0 J5|ma o N0|", "incr_hits 1, total_items 1");
    count("md m I|md m I q|", "");
    count("md m C1|md m q|md m q|", "delete_hits 1, delete_misses 2");
    count("me m|mn|", "");
  }

  @Test
  void whatElseIsShownIsSo() throws Exception {
    Map<String, String> all = shown("flush_all|set one 0 0 3 noreply|abc|", "stats");
    assertThat(all)
        .containsEntry("pid", "" + ProcessHandle.current().pid())
        .containsEntry("curr_items", "1")
        .containsEntry("curr_connections", "1")
        .containsEntry("evictions", "0")
        .containsEntry("reclaimed", "0");
    int processors = Runtime.getRuntime().availableProcessors();
    assertThat(Integer.parseInt(all.get("threads"))).isEqualTo(Math.max(1, processors / 2));
    assertThat(Long.parseLong(all.get("bytes_read"))).isPositive();
    assertThat(shown("", "stats settings"))
        .containsEntry("maxbytes", all.get("limit_maxbytes"))
        .containsEntry("maxconns", all.get("max_connections"))
        .containsEntry("tcpport", "" + fleet.memcachedAt(0).getPort());
    assertThat(shown("stats reset|", "stats"))
        .containsEntry("total_connections", "0")
        .containsEntry("curr_connections", "1")
        .containsEntry("curr_items", "1");
  }
}
