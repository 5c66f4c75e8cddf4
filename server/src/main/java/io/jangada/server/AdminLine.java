package io.jangada.server;

import io.jangada.kv.auth.Right;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/// One `admin` command, read.
sealed interface AdminLine {
  String DRY_RUN = "dry-run";

  /// A command that the replica answers when it can: no thread waits for it.
  sealed interface Copy extends AdminLine {}

  record Backup() implements Copy {}

  record Chunk(long index, long term, int number) implements Copy {}

  /// A command that a thread carries out, and may wait for.
  sealed interface Task extends AdminLine
      permits Status, Members, Transfer, Snapshot, ReloadCerts, Change, UserLine {}

  record Status() implements Task {}

  record Members() implements Task {}

  /// @param target empty for the most suitable
  record Transfer(OptionalInt target) implements Task {}

  record Snapshot() implements Task {}

  /// Reads the TLS files again.
  record ReloadCerts() implements Task {}

  /// A change of the membership.
  sealed interface Change extends Task {
    /// Whether only to say what would happen.
    boolean dryRun();
  }

  record Add(int id, Address address, boolean learner, boolean dryRun) implements Change {}

  record Promote(int id, boolean dryRun) implements Change {}

  record Remove(int id, boolean dryRun) implements Change {}

  record Replace(int old, int next, Address address, boolean dryRun) implements Change {}

  /// What it takes to give it, where users are checked; null for nothing, or where that is for the
  /// store to say.
  default Right right() {
    return switch (this) {
      case Backup _, Chunk _ -> Right.BACKUP;
      case Snapshot _ -> Right.SNAPSHOT;
      case Change _, Transfer _, ReloadCerts _ -> Right.MEMBERS;
      case Status _, Members _, UserLine _ -> null;
    };
  }

  /// Empty when the words make no command.
  static Optional<AdminLine> read(List<String> words) {
    List<String> rest = new ArrayList<>(words.subList(1, words.size()));
    boolean dryRun = !rest.isEmpty() && rest.getLast().equals(DRY_RUN);
    if (dryRun) rest.removeLast();
    return switch (words.getFirst()) {
      case "status" -> words.size() == 1 ? Optional.of(new Status()) : Optional.empty();
      case "members" -> words.size() == 1 ? Optional.of(new Members()) : Optional.empty();
      case "snapshot" -> words.size() == 1 ? Optional.of(new Snapshot()) : Optional.empty();
      case "reload-certs" -> words.size() == 1 ? Optional.of(new ReloadCerts()) : Optional.empty();
      case "backup" -> words.size() == 1 ? Optional.of(new Backup()) : Optional.empty();
      case "chunk" -> dryRun ? Optional.empty() : chunk(rest);
      case "transfer" -> dryRun ? Optional.empty() : transfer(rest);
      case "promote" -> one(rest).map(id -> new Promote(id, dryRun));
      case "remove" -> one(rest).map(id -> new Remove(id, dryRun));
      case "add" -> add(rest, dryRun);
      case "replace" -> replace(rest, dryRun);
      case "auth", "user", "role" -> UserLine.read(words);
      default -> Optional.empty();
    };
  }

  private static Optional<AdminLine> add(List<String> rest, boolean dryRun) {
    boolean learner = rest.size() == 5 && rest.get(4).equals("learner");
    if (rest.size() != 4 && !learner) return Optional.empty();
    Optional<Integer> id = id(rest.get(0));
    Optional<Address> address = Address.of(rest.get(1), rest.get(2), rest.get(3));
    return id.flatMap(i -> address.map(a -> new Add(i, a, learner, dryRun)));
  }

  private static Optional<AdminLine> replace(List<String> rest, boolean dryRun) {
    if (rest.size() != 5) return Optional.empty();
    Optional<Integer> old = id(rest.get(0));
    Optional<Integer> next = id(rest.get(1));
    Optional<Address> address = Address.of(rest.get(2), rest.get(3), rest.get(4));
    return old.flatMap(o -> next.flatMap(n -> address.map(a -> new Replace(o, n, a, dryRun))));
  }

  private static Optional<AdminLine> transfer(List<String> rest) {
    if (rest.isEmpty()) return Optional.of(new Transfer(OptionalInt.empty()));
    return one(rest).map(id -> new Transfer(OptionalInt.of(id)));
  }

  private static Optional<AdminLine> chunk(List<String> rest) {
    if (rest.size() != 3 || !rest.stream().allMatch(word -> word.matches("[0-9]{1,18}")))
      return Optional.empty();
    Optional<Integer> number = id(rest.get(2));
    return number.map(n -> new Chunk(Long.parseLong(rest.get(0)), Long.parseLong(rest.get(1)), n));
  }

  private static Optional<Integer> one(List<String> rest) {
    return rest.size() == 1 ? id(rest.getFirst()) : Optional.empty();
  }

  private static Optional<Integer> id(String word) {
    return word.matches("[0-9]{1,9}") ? Optional.of(Integer.parseInt(word)) : Optional.empty();
  }
}
