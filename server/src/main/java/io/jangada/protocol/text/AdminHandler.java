package io.jangada.protocol.text;

import io.jangada.kv.auth.Caller;
import java.util.List;
import java.util.function.Consumer;

/// Carries out the `admin` lines of the protocol.
@FunctionalInterface
public interface AdminHandler {
  /// The handler that knows no word.
  AdminHandler NONE = (_, _, reply) -> reply.accept(new AdminReply.CommandError());

  /// Carries out one line. Called on an event loop, so it must be quick.
  ///
  /// @param words what follows `admin`, at least one
  /// @param caller who asks; null for a client that did not say
  /// @param reply to be called once, from any thread
  void run(List<String> words, Caller caller, Consumer<AdminReply> reply);

  /// What may be shown and kept of a line: without passwords, and without what may be a mistyped
  /// one. By default the first word alone.
  default List<String> withoutSecrets(List<String> words) {
    return words.subList(0, 1);
  }
}
