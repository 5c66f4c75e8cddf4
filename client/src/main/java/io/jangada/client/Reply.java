package io.jangada.client;

import io.jangada.bytes.Bytes;

/// What a call came to. Every call ends with one of these; its future is never completed with an
/// exception. Each kind of call has its own closed set, so that a switch can name them all.
///
/// Of those that mean *no*, three are about the cluster and not about the data:
///
/// | | was it done? | try again? |
/// |---|---|---|
/// | [Refused] | no | not like this |
/// | [Unavailable] | no | later |
/// | [Unknown] | perhaps, or perhaps still to come | look first |
public sealed interface Reply {
  /// To `get`.
  sealed interface ToGet extends Reply {}

  /// To `getm`.
  sealed interface ToGetm extends Reply {}

  /// To `set` and `cas`.
  sealed interface ToWrite extends Reply {}

  /// To `delete`.
  sealed interface ToDelete extends Reply {}

  /// To `admin`.
  sealed interface ToAdmin extends Reply {}

  record Found(Bytes value) implements ToGet {}

  /// @param exptimeSeconds as the write gave it, or what is left of it where the servers are
  ///   configured so; 0 for a value that does not expire
  record FoundVersion(Bytes value, long version, long exptimeSeconds) implements ToGetm {}

  /// The value is stored, once.
  record Written(long version) implements ToWrite {}

  record Deleted() implements ToDelete {}

  /// What the server said: JSON in UTF-8, or the bytes of a chunk.
  record Told(Bytes content) implements ToAdmin {}

  /// There is no such key, or it has expired; nothing was changed.
  record NotFound() implements ToGet, ToGetm, ToWrite, ToDelete {}

  /// A `set` found the key there already, or a `cas` found another version; nothing was changed.
  record Mismatch() implements ToWrite {}

  /// It makes no sense as it was asked, and had no effect.
  record Refused(String reason) implements ToGet, ToGetm, ToWrite, ToDelete, ToAdmin {}

  /// It had no effect and will have none: no server that could do it was found in time, or too much
  /// is under way in this client.
  record Unavailable(String reason) implements ToGet, ToGetm, ToWrite, ToDelete, ToAdmin {}

  /// It may have taken effect, or may yet: it was sent, and no answer that settles it came in time.
  record Unknown(String reason) implements ToWrite, ToDelete, ToAdmin {}
}
