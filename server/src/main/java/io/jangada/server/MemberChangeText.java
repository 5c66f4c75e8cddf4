package io.jangada.server;

import io.jangada.bytes.Bytes;
import io.jangada.protocol.etcd.MemberChange;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// Changes of members, and how they ended, as servers say them to each other: words in UTF-8 with
/// line feeds between them.
final class MemberChangeText {
  private static final String ADD = "add";
  private static final String ADD_LEARNER = "add-learner";
  private static final String REMOVE = "remove";
  private static final String UPDATE = "update";
  private static final String PROMOTE = "promote";
  private static final String LEAD = "lead";
  private static final String PUBLISH = "publish";
  private static final String BETWEEN = "\n";

  private MemberChangeText() {}

  static Bytes of(MemberChange change) {
    List<String> words = new ArrayList<>();
    switch (change) {
      case MemberChange.Add(List<String> urls, boolean learner) -> {
        words.add(learner ? ADD_LEARNER : ADD);
        words.addAll(urls);
      }
      case MemberChange.Remove(int member) -> words.addAll(List.of(REMOVE, "" + member));
      case MemberChange.Update(int member, List<String> urls) -> {
        words.addAll(List.of(UPDATE, "" + member));
        words.addAll(urls);
      }
      case MemberChange.Promote(int member) -> words.addAll(List.of(PROMOTE, "" + member));
      case MemberChange.Lead(int member) -> words.addAll(List.of(LEAD, "" + member));
      case MemberChange.Publish(int member, String address) ->
          words.addAll(List.of(PUBLISH, "" + member, address));
    }
    return Bytes.utf8(String.join(BETWEEN, words));
  }

  /// Empty for what is no change.
  static Optional<MemberChange> change(Bytes text) {
    List<String> words = List.of(text.toUtf8().split(BETWEEN));
    List<String> rest = words.subList(1, words.size());
    if (words.getFirst().equals(ADD)) return Optional.of(new MemberChange.Add(rest, false));
    if (words.getFirst().equals(ADD_LEARNER)) return Optional.of(new MemberChange.Add(rest, true));
    if (rest.isEmpty() || !rest.getFirst().matches("-?[0-9]{1,9}")) return Optional.empty();
    int member = Integer.parseInt(rest.getFirst());
    List<String> more = rest.subList(1, rest.size());
    return switch (words.getFirst()) {
      case REMOVE -> Optional.of(new MemberChange.Remove(member));
      case UPDATE -> Optional.of(new MemberChange.Update(member, more));
      case PROMOTE -> Optional.of(new MemberChange.Promote(member));
      case LEAD -> Optional.of(new MemberChange.Lead(member));
      case PUBLISH -> more.stream().findFirst().map(at -> new MemberChange.Publish(member, at));
      default -> Optional.empty();
    };
  }

  static Bytes of(MemberChange.End end) {
    return Bytes.utf8(end.kind().name() + BETWEEN + end.member() + BETWEEN + end.text());
  }

  /// Empty for what says no end.
  static Optional<MemberChange.End> end(Bytes text) {
    String[] words = text.toUtf8().split(BETWEEN, 3);
    if (words.length < 3 || !words[1].matches("-?[0-9]{1,9}")) return Optional.empty();
    int member = Integer.parseInt(words[1]);
    for (MemberChange.Kind kind : MemberChange.Kind.values())
      if (kind.name().equals(words[0]))
        return Optional.of(new MemberChange.End(kind, member, words[2]));
    return Optional.empty();
  }
}
