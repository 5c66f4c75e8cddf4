package io.jangada.node;

/// What may wait in a replica's [Inbox], by kind, in number and in bytes. The limits in bytes are
/// those from which on nothing more is taken: what is taken last may go beyond.
///
/// @param requestsMax requests of clients; beyond, [Outcome.Busy]. So many may also wait at a
///   follower for its leader, and at a leader for room in its log
/// @param requestBytesMax keys and values of these requests
/// @param messagesMax messages of peers; beyond, they are lost
/// @param messageBytesMax entries, requests, values and chunks in these messages
public record InboxLimits(
    int requestsMax, long requestBytesMax, int messagesMax, long messageBytesMax) {
  public static final InboxLimits DEFAULT = new InboxLimits(16_384, 64L << 20, 16_384, 64L << 20);

  public InboxLimits {
    require(requestsMax >= 1, "requestsMax must be 1 or more");
    require(requestBytesMax >= 1, "requestBytesMax must be 1 or more");
    require(messagesMax >= 1, "messagesMax must be 1 or more");
    require(messageBytesMax >= 1, "messageBytesMax must be 1 or more");
  }

  private static void require(boolean condition, String message) {
    if (!condition) throw new IllegalArgumentException(message);
  }
}
