package io.jangada.cli.cluster;

import io.jangada.bytes.Bytes;
import io.jangada.bytes.MalformedException;
import io.jangada.client.Endpoint;
import io.jangada.client.JangadaClient;
import io.jangada.client.Reply;
import io.jangada.codec.Json;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;

/// How every server stands: those that were named, and the members that they name.
///
/// @param answers in the order of the members' ids, those that did not answer last
public record ClusterStatus(List<Answer> answers) {
  private static final int MEMBERS_MAX = 1_000;

  /// What one server said.
  ///
  /// @param kind `voter`, `learner` or `joining`; `-` for one that is no member
  /// @param status null when it did not answer
  /// @param error why it did not, or null
  public record Answer(Endpoint endpoint, String kind, Json.Obj status, String error) {
    private Answer as(String kind) {
      return new Answer(endpoint, kind, status, error);
    }

    public boolean leads() {
      return status != null && Admin.text(status, "role").equals("leader");
    }

    public long id() {
      return status == null ? Long.MAX_VALUE : Admin.number(status, "id", Long.MAX_VALUE);
    }
  }

  /// The one that leads in the highest term, or null.
  public Answer leader() {
    Answer leader = null;
    for (Answer each : answers)
      if (each.leads() && (leader == null || term(each) > term(leader))) leader = each;
    return leader;
  }

  /// The server with the newest state: the leader, or else the one that has applied the most.
  public Optional<Answer> mostAdvanced() {
    if (leader() != null) return Optional.of(leader());
    return answers.stream()
        .filter(answer -> answer.status != null)
        .max(Comparator.comparingLong(answer -> Admin.number(answer.status, "appliedIndex", 0)));
  }

  private static long term(Answer answer) {
    return Admin.number(answer.status, "term", 0);
  }

  /// What servers say of themselves that people should look at, a sentence each.
  List<String> complaints() {
    List<String> complaints = new ArrayList<>();
    for (Answer each : answers) {
      if (each.status == null) continue;
      String unready = each.status.has("unready") ? Admin.text(each.status, "unready") : "";
      if (!unready.isEmpty()) complaints.add("server " + each.id() + " " + unready);
      if (!each.status.has("problems")) continue;
      for (Json problem : each.status.list("problems", MEMBERS_MAX))
        if (problem instanceof Json.Str(String text) && !text.equals(unready))
          complaints.add("server " + each.id() + ": " + text);
    }
    return complaints;
  }

  public boolean isComplete() {
    return answers.stream().allMatch(answer -> answer.status != null);
  }

  /// Asks all of them at the same time; one that does not even name the members is not asked again.
  public static ClusterStatus call(JangadaClient client, List<Endpoint> endpoints) {
    Map<Endpoint, String> kinds = new LinkedHashMap<>();
    endpoints.forEach(each -> kinds.put(each, "-"));
    List<Answer> answers = new ArrayList<>();
    query(client, endpoints, "members")
        .forEach(
            (at, list) -> {
              kinds.putAll(members(list.join()));
              if (list.join() instanceof Reply.Unavailable(String reason))
                answers.add(new Answer(at, "-", null, reason));
            });
    Set<Endpoint> left = new LinkedHashSet<>(kinds.keySet());
    answers.forEach(silent -> left.remove(silent.endpoint));
    answers.replaceAll(silent -> silent.as(kinds.get(silent.endpoint)));
    query(client, List.copyOf(left), "status")
        .forEach((at, reply) -> answers.add(answer(at, kinds.get(at), reply.join())));
    answers.sort(Comparator.comparingLong(Answer::id));
    return new ClusterStatus(unique(answers));
  }

  private static Map<Endpoint, CompletableFuture<Reply.ToAdmin>> query(
      JangadaClient client, List<Endpoint> endpoints, String word) {
    Map<Endpoint, CompletableFuture<Reply.ToAdmin>> replies = new LinkedHashMap<>();
    for (Endpoint each : endpoints) replies.put(each, client.adminAt(each, word));
    return replies;
  }

  private static Map<Endpoint, String> members(Reply.ToAdmin reply) {
    Map<Endpoint, String> kinds = new LinkedHashMap<>();
    if (!(reply instanceof Reply.Told(Bytes content))) return kinds;
    try {
      for (Json each : Admin.read(content).list("members", MEMBERS_MAX))
        if (each instanceof Json.Obj member && member.has("client"))
          kinds.put(Endpoint.parse(member.text("client")), Admin.text(member, "kind"));
    } catch (MalformedException | IllegalArgumentException e) {
      // What it says of itself will show what is the matter.
    }
    return kinds;
  }

  private static Answer answer(Endpoint at, String kind, Reply.ToAdmin reply) {
    return switch (reply) {
      case Reply.Told(Bytes content) -> {
        try {
          Json.Obj status = Admin.read(content);
          String refusal = Admin.refusal(status);
          yield new Answer(at, kind, refusal == null ? status : null, refusal);
        } catch (MalformedException e) {
          yield new Answer(at, kind, null, "malformed reply: " + e.getMessage());
        }
      }
      case Reply.Refused(String reason) -> new Answer(at, kind, null, reason);
      case Reply.Unavailable(String reason) -> new Answer(at, kind, null, reason);
      case Reply.Unknown(String reason) -> new Answer(at, kind, null, reason);
    };
  }

  /// One server can be known under two names: `localhost` and its address.
  private static List<Answer> unique(List<Answer> answers) {
    Map<Long, Answer> byId = new TreeMap<>();
    List<Answer> silent = new ArrayList<>();
    for (Answer each : answers) {
      Answer known = each.status == null ? null : byId.get(each.id());
      if (each.status == null) silent.add(each);
      else if (known == null || known.kind.equals("-")) byId.put(each.id(), each);
    }
    List<Answer> all = new ArrayList<>(byId.values());
    all.addAll(silent);
    return all;
  }
}
