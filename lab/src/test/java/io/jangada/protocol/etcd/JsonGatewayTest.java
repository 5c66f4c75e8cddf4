package io.jangada.protocol.etcd;

import static org.assertj.core.api.Assertions.assertThat;

import io.jangada.server.Fleet;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// What clients of etcd's do over HTTP/1.1: JSON, and the pages.
@Timeout(120)
class JsonGatewayTest {
  private static final HttpClient CLIENT = HttpClient.newHttpClient();

  private static HttpResponse<String> send(Fleet fleet, String path, String json, String... headers)
      throws IOException, InterruptedException {
    URI uri = URI.create("http://127.0.0.1:" + fleet.etcdAt(0).getPort() + path);
    HttpRequest.Builder request = HttpRequest.newBuilder(uri);
    if (headers.length > 0) request.headers(headers);
    if (json != null) request.POST(HttpRequest.BodyPublishers.ofString(json.replace('\'', '"')));
    return CLIENT.send(request.build(), HttpResponse.BodyHandlers.ofString());
  }

  private static String post(Fleet fleet, String path, String json, String... headers)
      throws IOException, InterruptedException {
    return send(fleet, path, json, headers).body().replace('"', '\'');
  }

  @Test
  void healthNeedsALeaderUnlessToldOtherwise(@TempDir Path folder) throws Exception {
    try (Fleet fleet = Fleet.withEtcd(folder, 2)) {
      fleet.start(0);
      fleet.until(() -> send(fleet, "/livez", null).statusCode() == 200);
      HttpResponse<String> lonely = send(fleet, "/health", null);
      assertThat(lonely.statusCode()).isEqualTo(503);
      assertThat(lonely.body()).isEqualTo("{\"health\":\"false\",\"reason\":\"RAFT NO LEADER\"}");
      HttpResponse<String> local = send(fleet, "/health?serializable=true&exclude=NOSPACE", null);
      assertThat(local.statusCode()).isEqualTo(200);
      assertThat(local.body()).isEqualTo("{\"health\":\"true\",\"reason\":\"\"}");
      fleet.start(1);
      fleet.leader();
      assertThat(fleet.until(() -> send(fleet, "/health", null).statusCode() == 200)).isTrue();
      assertThat(send(fleet, "/readyz?verbose&exclude=data_corruption", null).body())
          .isEqualTo("[+]serializable_read ok\n[+]linearizable_read ok\n[+]non_learner ok\nok\n");
      assertThat(send(fleet, "/readyz/linearizable_read", null).body()).isEqualTo("ok\n");
      assertThat(send(fleet, "/livez/linearizable_read", null).statusCode()).isEqualTo(404);
    }
  }

  @Test
  void callsTokensAndFigures(@TempDir Path folder) throws Exception {
    try (Fleet fleet = Fleet.withEtcd(folder, 1)) {
      fleet.startAll();
      fleet.leader();
      assertThat(send(fleet, "/version", null).body())
          .isEqualTo("{\"etcdserver\":\"3.6.4\",\"etcdcluster\":\"3.6.0\",\"storage\":\"3.6.0\"}");
      assertThat(post(fleet, "/v3/kv/put", "{'key':'Zm9v','value':'YmFy'}"))
          .contains("'revision':'2'")
          .doesNotContain("prev_kv");
      assertThat(post(fleet, "/v3beta/kv/put", "{'key':'Zm9v','prevKv':true}"))
          .contains("'prev_kv':{'key':'Zm9v','create_revision':'2','mod_revision':'2',");
      assertThat(post(fleet, "/v3/kv/range", "{'key':'Zm9v','sort_order':'DOWN'}"))
          .contains("'code':3");
      HttpResponse<String> future = send(fleet, "/v3/kv/range", "{'key':'Zm9v','revision':99}");
      assertThat(future.statusCode()).isEqualTo(400);
      assertThat(future.body())
          .isEqualTo(
              "{'error':'X','message':'X','code':11}"
                  .replace("X", "etcdserver: mvcc: required revision is a future revision")
                  .replace('\'', '"'));
      figures(fleet);
      tokens(fleet);
    }
  }

  /// What is shown as etcd's is what our own names say.
  private static void figures(Fleet fleet) throws IOException, InterruptedException {
    String shown = send(fleet, "/metrics", null).body();
    for (String name :
        List.of(
            "etcd_server_has_leader 1.0",
            "etcd_server_is_leader 1.0",
            "etcd_server_proposals_pending ",
            "etcd_server_proposals_failed_total ",
            "etcd_mvcc_db_total_size_in_bytes ",
            "etcd_server_quota_backend_bytes ",
            "etcd_disk_wal_fsync_duration_seconds_bucket{",
            "etcd_disk_backend_commit_duration_seconds_count ",
            "etcd_network_client_grpc_received_bytes_total ",
            "grpc_server_handled_total{grpc_code=\"OutOfRange\",grpc_method=\"Range\""))
      assertThat(shown).contains("\n" + name);
    assertThat(figure(shown, "etcd_server_leader_changes_seen_total"))
        .isEqualTo(figure(shown, "jangada_server_leader_changes_seen_total"));
    assertThat(figure(shown, "etcd_server_proposals_committed_total"))
        .isEqualTo(figure(shown, "jangada_raft_commit_index"));
    assertThat(figure(shown, "etcd_mvcc_db_total_size_in_use_in_bytes"))
        .isEqualTo(figure(shown, "jangada_server_memory_data_bytes"));
  }

  private static List<String> figure(String shown, String name) {
    List<String> values = new ArrayList<>();
    Matcher found = Pattern.compile("(?m)^" + name + " (.*)$").matcher(shown);
    while (found.find()) values.add(found.group(1));
    assertThat(values).as(name).hasSize(1);
    return values;
  }

  /// Who calls is said in a header, in three ways.
  private static void tokens(Fleet fleet) throws IOException, InterruptedException {
    String root = "{'name':'root','password':'secret'}";
    post(fleet, "/v3/auth/user/add", root);
    post(fleet, "/v3/auth/role/add", "{'name':'root'}");
    post(fleet, "/v3/auth/user/grant", "{'user':'root','role':'root'}");
    assertThat(send(fleet, "/v3/auth/enable", "").statusCode()).isEqualTo(200);
    String range = "{'key':'Zm9v'}";
    HttpResponse<String> nameless = send(fleet, "/v3/kv/range", range);
    assertThat(nameless.statusCode()).isEqualTo(400);
    assertThat(nameless.body()).contains("etcdserver: user name is empty");
    HttpResponse<String> wrong = send(fleet, "/v3/kv/range", range, "Authorization", "abc.7");
    assertThat(wrong.statusCode()).isEqualTo(401);
    String said = post(fleet, "/v3/auth/authenticate", root);
    Matcher token = Pattern.compile("'token':'([^']+)'").matcher(said);
    assertThat(token.find()).as(said).isTrue();
    String[][] headers = {
      {"Authorization", token.group(1)},
      {"Authorization", "Bearer " + token.group(1)},
      {"Grpc-Metadata-Token", token.group(1)}
    };
    for (String[] header : headers)
      assertThat(post(fleet, "/v3/kv/range", range, header)).contains("'count':'1'");
    assertThat(send(fleet, "/health", null).statusCode()).isEqualTo(200);
  }
}
