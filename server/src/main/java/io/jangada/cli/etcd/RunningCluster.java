package io.jangada.cli.etcd;

import io.jangada.bytes.MalformedException;
import io.jangada.cli.cluster.Admin;
import io.jangada.client.ClientOptions;
import io.jangada.client.ClientTls;
import io.jangada.client.Endpoint;
import io.jangada.client.JangadaClient;
import io.jangada.client.Reply;
import io.jangada.codec.Json;
import io.jangada.raft.Membership;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutionException;

/// What a cluster that runs says of itself to a member that is to join it.
///
/// @param name of the cluster
record RunningCluster(String name, List<Member> members) {
  /// @param peer where other members find it
  /// @param clientPort of our own protocols; 0 where the cluster does not know it
  record Member(int id, Endpoint peer, int clientPort) {}

  /// Asks a cluster.
  @FunctionalInterface
  interface Question {
    /// @param servers some of its servers, one of which is enough
    /// @param tls null for none
    /// @throws IOException when none answers; the message says why
    RunningCluster ask(List<Endpoint> servers, ClientTls tls) throws IOException;
  }

  private static final Duration PATIENCE = Duration.ofSeconds(5);

  static RunningCluster ask(List<Endpoint> servers, ClientTls tls) throws IOException {
    try (JangadaClient client =
        JangadaClient.connect(ClientOptions.of(servers).withTls(tls)).within(PATIENCE)) {
      String name = ask(client, "status").text("cluster");
      List<Member> members = new ArrayList<>();
      for (Json each : ask(client, "members").list("members", Membership.MEMBERS_MAX))
        if (each instanceof Json.Obj member && member.has("peer")) members.add(read(member));
      return new RunningCluster(name, members);
    } catch (MalformedException | IllegalArgumentException e) {
      throw new IOException("the reply is malformed: " + e.getMessage(), e);
    }
  }

  private static Json.Obj ask(JangadaClient client, String what) throws IOException {
    try {
      Reply.ToAdmin reply = client.admin(what).get();
      if (reply instanceof Reply.Told(var content)) return Admin.read(content);
      throw new IOException(reply.toString());
    } catch (ExecutionException e) {
      throw new IOException(e.getCause());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException(e);
    }
  }

  private static Member read(Json.Obj member) {
    String client = member.has("client") ? member.text("client") : "";
    String port = client.substring(client.lastIndexOf(':') + 1);
    return new Member(
        member.number("id", Integer.MAX_VALUE),
        Endpoint.parse(member.text("peer")),
        port.matches("[0-9]{1,5}") ? Integer.parseInt(port) : 0);
  }

  /// The member that others find at this URL.
  Optional<Member> at(EtcdUrl url) {
    return members.stream()
        .filter(one -> one.peer.host().equals(url.host()) && one.peer.port() == url.port())
        .findFirst();
  }
}
