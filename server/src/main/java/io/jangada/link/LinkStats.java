package io.jangada.link;

/// What went between this member and one peer since the links were started.
///
/// @param messagesDropped that waited too long for a connection, or for which there was no room
/// @param connects how often a connection to the peer was made
/// @param failures how often none could be made
/// @param refusals how often one was refused, by the peer or because somebody else was in its place
/// @param losses how often one ended
/// @param queueBytes what waits to be sent, about
/// @param connectedMillis for how long the connection has stood; -1 for none
/// @param accepted whether the peer has a connection to this member
/// @param roundTripMicros the system's estimate; -1 when there is none
public record LinkStats(
    int peer,
    long messagesSent,
    long bytesSent,
    long messagesReceived,
    long bytesReceived,
    long messagesDropped,
    long connects,
    long failures,
    long refusals,
    long losses,
    long queueBytes,
    long connectedMillis,
    boolean accepted,
    long roundTripMicros) {
  LinkStats withReceived(long messages, long bytes, boolean accepted) {
    return new LinkStats(
        peer,
        messagesSent,
        bytesSent,
        messages,
        bytes,
        messagesDropped,
        connects,
        failures,
        refusals,
        losses,
        queueBytes,
        connectedMillis,
        accepted,
        roundTripMicros);
  }
}
