package io.jangada.link;

/// A change of the links between members that operators want to know: reported when it begins, not
/// repeated while it lasts.
public sealed interface LinkEvent {
  /// The event as a sentence for a log.
  String text();

  /// Whether an operator should look at it.
  default boolean isComplaint() {
    return switch (this) {
      case Connected _, Accepted _, Left _ -> false;
      case Lost _, Unreachable _, Refused _, TurnedAway _, Unsendable _ -> true;
    };
  }

  /// The connection to a peer is open.
  record Connected(int peer, String address) implements LinkEvent {
    @Override
    public String text() {
      return "connected to member " + peer + " at " + address;
    }
  }

  /// A connection to a peer ended.
  record Lost(int peer, String reason) implements LinkEvent {
    @Override
    public String text() {
      return "lost the connection to member " + peer + ": " + reason;
    }
  }

  /// A peer could not be connected to.
  record Unreachable(int peer, String reason) implements LinkEvent {
    @Override
    public String text() {
      return "cannot reach member " + peer + ": " + reason;
    }
  }

  /// The server at a peer's address refused this member, or is another member.
  record Refused(int peer, String reason) implements LinkEvent {
    @Override
    public String text() {
      return "refused as a peer of member " + peer + ": " + reason;
    }
  }

  /// A peer connected, and its messages arrive.
  record Accepted(int peer, String address) implements LinkEvent {
    @Override
    public String text() {
      return "member " + peer + " connected from " + address;
    }
  }

  /// A connection that a peer had made ended.
  record Left(int peer, String reason) implements LinkEvent {
    @Override
    public String text() {
      return "the connection of member " + peer + " ended: " + reason;
    }
  }

  /// A connection was refused, or did not speak the peer protocol.
  record TurnedAway(String address, String reason) implements LinkEvent {
    @Override
    public String text() {
      return "refused a connection from " + address + ": " + reason;
    }
  }

  /// A message can never be sent.
  record Unsendable(int peer, String reason) implements LinkEvent {
    @Override
    public String text() {
      return "cannot send a message to member " + peer + ": " + reason;
    }
  }
}
