package io.jangada.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.jangada.cli.CommandRun;
import io.jangada.cli.ExitCode;
import io.jangada.cli.Main;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// `put`, `list`, `watch`, `history`, `diff` and `lease` as a script meets them, on a server.
@Timeout(120)
class HistoryCommandsTest {
  @TempDir private Path folder;

  private Map<String, String> environment;

  private CommandRun jangada(String... arguments) {
    return run(new byte[0], arguments);
  }

  private CommandRun run(byte[] input, String... arguments) {
    var shell = new CommandRun.Shell(Main.commandLine(environment), environment, folder);
    return shell.run(input, arguments);
  }

  private String out(String... arguments) {
    CommandRun ran = jangada(arguments);
    assertThat(ran.err()).isEmpty();
    assertThat(ran.code()).isZero();
    return ran.out();
  }

  private long put(String... arguments) {
    String[] all = new String[arguments.length + 1];
    all[0] = "put";
    System.arraycopy(arguments, 0, all, 1, arguments.length);
    String out = out(all);
    assertThat(out).matches("OK [0-9]+\n");
    return Long.parseLong(out.substring(3).strip());
  }

  private Fleet fleet(String... fields) throws Exception {
    Fleet fleet = new Fleet(folder, 1, fields);
    fleet.startAll();
    if (fields.length > 0) fleet.awaitHistory();
    else fleet.leader();
    environment = Map.of("JANGADA_ENDPOINTS", "127.0.0.1:" + fleet.at(0).clientPort());
    return fleet;
  }

  @Test
  void aRangeIsListedAsItIsAndAsItWas() throws Exception {
    try (Fleet fleet = fleet("'HistoryMillis':600000")) {
      put("boat/1", "sail");
      long second = put("boat/2", "oar", "--ttl", "1h");
      run(new byte[] {'a', '\n', (byte) 0xff}, "put", "boat/3");
      put("boat/1", "tow");
      put("cart", "wheel");
      assertThat(out("list", "boat/")).isEqualTo("boat/1\ttow\nboat/2\toar\nboat/3\ta\n\u00ff\n");
      assertThat(out("list", "--prefix", "boat/", "--revision", "" + second))
          .isEqualTo("boat/1\tsail\nboat/2\toar\n");
      assertThat(out("list", "--reverse", "--keys", "--limit", "2")).isEqualTo("cart\nboat/3\n");
      assertThat(out("list", "--from", "boat/2", "--to", "c", "--keys"))
          .isEqualTo("boat/2\nboat/3\n");
      assertThat(out("list", "--count")).isEqualTo("4\n");
      assertThat(out("list", "boat/", "--count", "--revision", "" + second)).isEqualTo("2\n");
      assertThat(out("list", "boat/3", "-o", "json"))
          .isEqualTo(
              String.format(
                  "{\"ok\":true,\"key\":\"boat/3\",\"revision\":%d,\"created\":%d,\"changes\":1,"
                      + "\"valueBase64\":\"YQr/\"}\n",
                  second + 1, second + 1));
      assertThat(jangada("list", "--revision", "9999").code()).isEqualTo(ExitCode.FAILED);
      assertThat(jangada("list", "boat", "--from", "a").code()).isEqualTo(ExitCode.USAGE);
      assertThat(fleet.server(0)).isNotNull();
    }
  }

  @Test
  void aListOfManyPiecesIsWhole() throws Exception {
    byte[] value = new byte[90_000];
    Arrays.fill(value, (byte) 'x');
    try (Fleet fleet = fleet()) {
      for (int i = 1; i < 9; i++) assertThat(run(value, "put", "k" + i).code()).isZero();
      assertThat(keys(out("list", "k"))).isEqualTo("k1 k2 k3 k4 k5 k6 k7 k8");
      assertThat(keys(out("list", "--reverse", "--limit", "6"))).isEqualTo("k8 k7 k6 k5 k4 k3");
      assertThat(keys(out("list", "--limit", "8"))).isEqualTo("k1 k2 k3 k4 k5 k6 k7 k8");
      assertThat(fleet.server(0)).isNotNull();
    }
  }

  /// The keys of a list whose values are nothing but x.
  private static String keys(String list) {
    return list.replaceAll("\tx{90000}\n", " ").strip();
  }

  @Test
  void whatAKeyWasAndWhatBecameOfAllKeysIsShown() throws Exception {
    try (Fleet fleet = fleet("'HistoryMillis':600000")) {
      long first = put("boat", "sail");
      put("cart", "wheel");
      put("dory", "oar");
      long changed = put("boat", "tow");
      out("delete", "cart");
      out("delete", "boat");
      long again = put("boat", "row");
      put("ewer", "jug");
      assertThat(out("history", "boat"))
          .isEqualTo(
              String.format(
                  "%d\tput\tboat\tsail\n%d\tput\tboat\ttow\n"
                      + "%d\tremoved\tboat\n%d\tput\tboat\trow\n",
                  first, changed, changed + 2, again));
      assertThat(out("diff", "" + changed, "" + again))
          .isEqualTo("changed\tboat\trow\nremoved\tcart\n");
      assertThat(out("diff", "" + again, "0", "-o", "json"))
          .startsWith("{\"ok\":true,\"change\":\"added\",\"key\":\"ewer\"");
      assertThat(out("diff", "" + changed, "0", "--prefix", "b")).isEqualTo("changed\tboat\trow\n");
      assertThat(out("watch", "boat", "--from", "" + first, "--once", "3", "--former"))
          .isEqualTo(
              String.format(
                  "%d\tput\tboat\tsail\n%d\tput\tboat\ttow\tsail\n%d\tremoved\tboat\ttow\n",
                  first, changed, changed + 2));
      assertThat(jangada("history", "none").code()).isEqualTo(ExitCode.KEY_NOT_FOUND);
      assertThat(fleet.server(0)).isNotNull();
    }
  }

  @Test
  void withoutHistoryThereIsThePresentValue() throws Exception {
    try (Fleet fleet = fleet()) {
      long first = put("boat", "sail");
      long last = put("boat", "tow");
      put("cart", "wheel");
      assertThat(out("history", "boat")).isEqualTo(last + "\tput\tboat\ttow\n");
      CommandRun ran = jangada("diff", "" + first, "" + last);
      assertThat(ran.code()).isEqualTo(ExitCode.FAILED);
      assertThat(ran.err()).contains("not kept");
      assertThat(jangada("watch", "boat", "--from", "1", "--once", "1").err()).contains("not kept");
      assertThat(fleet.server(0)).isNotNull();
    }
  }

  @Test
  void leasesAreMadeKeptShownAndEnded() throws Exception {
    try (Fleet fleet = fleet()) {
      assertThat(out("lease", "grant", "10m", "--id", "77")).isEqualTo("77\n");
      put("boat", "sail", "--lease", "77");
      assertThat(out("lease", "keep-alive", "77", "--once")).isEqualTo("77\n");
      assertThat(out("lease", "list")).isEqualTo("77\n");
      assertThat(out("lease", "show", "77")).matches("ttl\t600.0 s\nleft\t[0-9.]+ s\nkey\tboat\n");
      assertThat(out("lease", "show", "77", "-o", "json"))
          .startsWith("{\"ok\":true,\"lease\":77,\"ttlMillis\":600000,\"leftMillis\":")
          .endsWith(",\"keys\":[{\"key\":\"boat\"}]}\n");
      assertThat(out("lease", "revoke", "77")).isEqualTo("1\n");
      assertThat(out("list")).isEmpty();
      for (String verb : new String[] {"revoke", "show", "keep-alive"})
        assertThat(jangada("lease", verb, "77").code()).isEqualTo(ExitCode.KEY_NOT_FOUND);
      assertThat(jangada("put", "boat", "sail", "--lease", "77").code())
          .isEqualTo(ExitCode.KEY_NOT_FOUND);
      assertThat(jangada("put", "boat", "x", "--lease", "7", "--ttl", "1s").code())
          .isEqualTo(ExitCode.USAGE);
      assertThat(fleet.server(0)).isNotNull();
    }
  }

  private static String[] append(String[] words, String last) {
    String[] all = Arrays.copyOf(words, words.length + 1);
    all[words.length] = last;
    return all;
  }
}
