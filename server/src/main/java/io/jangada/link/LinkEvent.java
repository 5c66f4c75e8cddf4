package io.jangada.link;

/// A change of the links between members that operators want to know: reported when it begins, not
/// repeated while it lasts.
public sealed interface LinkEvent {
  /// The event as a sentence for a log.
  default String text() {
    return switch (this) {
      case Connected(int peer, String address) -> "connected to member " + peer + " at " + address;
      case Renewed(int peer, String address) ->
          "renewed the connection to member " + peer + " at " + address;
      case Lost(int peer, String reason) -> "lost the connection to member " + peer + ": " + reason;
      case Unreachable(int peer, String reason) -> "cannot reach member " + peer + ": " + reason;
      case Refused(int peer, String reason) ->
          "refused as a peer of member " + peer + ": " + reason;
      case Accepted(int peer, String address) -> "member " + peer + " connected from " + address;
      case Left(int peer, String reason) ->
          "the connection of member " + peer + " ended: " + reason;
      case TurnedAway(String address, String reason) ->
          "refused a connection from " + address + ": " + reason;
      case Unsendable(int peer, String reason) ->
          "cannot send a message to member " + peer + ": " + reason;
    };
  }

  /// Whether an operator should look at it.
  default boolean isComplaint() {
    return switch (this) {
      case Connected _, Renewed _, Accepted _, Left _ -> false;
      case Lost _, Unreachable _, Refused _, TurnedAway _, Unsendable _ -> true;
    };
  }

  /// The connection to a peer is open.
  record Connected(int peer, String address) implements LinkEvent {}

  /// A new connection to a peer took the place of the one before, with new certificates.
  record Renewed(int peer, String address) implements LinkEvent {}

  /// A connection to a peer ended.
  record Lost(int peer, String reason) implements LinkEvent {}

  /// A peer could not be connected to.
  record Unreachable(int peer, String reason) implements LinkEvent {}

  /// The server at a peer's address refused this member, or is another member.
  record Refused(int peer, String reason) implements LinkEvent {}

  /// A peer connected, and its messages arrive.
  record Accepted(int peer, String address) implements LinkEvent {}

  /// A connection that a peer had made ended.
  record Left(int peer, String reason) implements LinkEvent {}

  /// A connection was refused, or did not speak the peer protocol.
  record TurnedAway(String address, String reason) implements LinkEvent {}

  /// A message can never be sent.
  record Unsendable(int peer, String reason) implements LinkEvent {}
}
