package io.jangada.client;

import java.util.ArrayList;
import java.util.List;

/// The numbers under which changes are sent, so that a server does each of them once.
///
/// A server remembers the last 128 requests of a session, and takes one whose number is no greater
/// than any it forgot for one that may have been done before. So a session is a window: the lowest
/// number without an answer and the next one to be given are never further apart than
/// [#WINDOW_NUMBERS]. A client that needs more takes further sessions.
final class RequestNumbers {
  static final int WINDOW_NUMBERS = 64;

  /// A number of a session, to be given back when its request is over.
  record Ticket(Session session, long number) {
    /// What stands before a text command that has this number.
    String prefix() {
      return "once " + session.client + " " + number + " ";
    }

    /// The name of the session.
    String client() {
      return session.client;
    }
  }

  static final class Session {
    private final String client;
    private final int place;
    private long next;
    private long lowest;

    /// Bit i: number `lowest` + i is over.
    private long over;

    private Session(String client, int place) {
      this.client = client + "." + place;
      this.place = place;
    }

    private boolean hasRoom() {
      return next - lowest < WINDOW_NUMBERS;
    }

    private void end(long number) {
      over |= 1L << (number - lowest);
      int step = Long.numberOfTrailingZeros(~over);
      lowest += step;
      over = step == WINDOW_NUMBERS ? 0 : over >>> step;
    }
  }

  private final String client;
  private final int sessionsMax;
  private final List<Session> sessions = new ArrayList<>();

  /// No session before this one has room.
  private int firstWithRoom;

  /// @param client a name that no other client ever had, of at most 26 printable characters
  RequestNumbers(String client, int sessionsMax) {
    this.client = client;
    this.sessionsMax = sessionsMax;
  }

  /// The next number of the first session that has room, or null when none has.
  Ticket take() {
    for (; firstWithRoom < sessions.size(); firstWithRoom++) {
      Session session = sessions.get(firstWithRoom);
      if (session.hasRoom()) return new Ticket(session, session.next++);
    }
    if (sessions.size() == sessionsMax) return null;
    Session session = new Session(client, sessions.size());
    sessions.add(session);
    return new Ticket(session, session.next++);
  }

  /// The request with this number got its answer or was given up: it is not sent again.
  void giveBack(Ticket ticket) {
    ticket.session.end(ticket.number);
    if (ticket.session.hasRoom()) firstWithRoom = Math.min(firstWithRoom, ticket.session.place);
  }
}
