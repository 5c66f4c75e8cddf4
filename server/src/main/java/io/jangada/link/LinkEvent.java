package io.jangada.link;

/// Something that people who run a cluster want to know about the links between its members. Each
/// is told when it begins to be so, not again and again while it lasts.
public sealed interface LinkEvent {
  /// What happened, as a sentence for a log.
  String text();

  /// Whether somebody should have a look at it.
  default boolean isComplaint() {
    return switch (this) {
      case Connected _, Accepted _, Left _ -> false;
      case Lost _, Unreachable _, Refused _, TurnedAway _, Unsendable _ -> true;
    };
  }

  /// A peer can be sent to.
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

  /// Where a peer should be, this member was refused, or somebody else was found.
  record Refused(int peer, String reason) implements LinkEvent {
    @Override
    public String text() {
      return "refused as a peer of member " + peer + ": " + reason;
    }
  }

  /// A peer connected, and can be heard.
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

  /// Somebody connected and was refused, or did not speak as a member does.
  record TurnedAway(String address, String reason) implements LinkEvent {
    @Override
    public String text() {
      return "turned away a connection from " + address + ": " + reason;
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
