package io.jangada.raft;

import io.jangada.bytes.MalformedException;
import java.util.List;

/// Finds claims in a message of another member that cannot be true as long as its sender keeps the
/// protocol's laws and has the same log (Fig. 3). Such a message is refused as a whole before
/// anything is changed: a member stops over its own state, never over another one's message.
final class MessageCheck {
  static final String LEADER_CLAIM = "Election Safety: at most one leader in a term (Fig. 3)";
  static final String COMMITTED =
      "State Machine Safety: a leader holds what is committed here (Fig. 3)";

  private final RaftLog log;

  MessageCheck(RaftLog log) {
    this.log = log;
  }

  /// The law that a message breaks, or null.
  ///
  /// @param term of this member
  /// @param role of this member in that term
  String violation(Message message, long term, Role role) {
    if (message.term() < 0 || message.term() > HardState.TERM_MAX)
      return "a term is 0 to " + HardState.TERM_MAX;
    if (message.term() - term > HardState.TERM_LEAP_MAX)
      return "no term leaps from " + term + " to " + message.term();
    if (message.term() < term) return null;
    boolean isClaimed = message.term() == term && isLedByAnother(message.from(), role);
    return switch (message) {
      case Message.AppendEntries append -> isClaimed ? LEADER_CLAIM : entries(append);
      case Message.InstallSnapshot install -> isClaimed ? LEADER_CLAIM : snapshot(install);
      case Message.AppendEntriesReply reply ->
          message.term() == term && role instanceof Leader leader
              ? acknowledgement(reply, leader)
              : null;
      case Message.InstallSnapshotReply _,
          Message.RequestVote _,
          Message.RequestVoteReply _,
          Message.DataLost _,
          Message.TimeoutNow _ ->
          null;
    };
  }

  private static boolean isLedByAnother(int from, Role role) {
    return switch (role) {
      case Leader _ -> true;
      case Candidate _ -> false;
      case Follower follower -> follower.leader != Membership.NONE && follower.leader != from;
    };
  }

  private String entries(Message.AppendEntries append) {
    EntryId prev = append.prev();
    if (prev.term() > append.term()) return "a leader's log ends in its own term: " + prev;
    EntryId last = prev;
    for (Entry entry : append.entries()) {
      if (entry.index() != last.index() + 1) return "entries follow without a gap";
      if (entry.term() < last.term() || entry.term() > append.term())
        return "terms in a log never decrease";
      if (entry.kind() == Entry.Kind.MEMBERSHIP && !decodesAsMembership(entry))
        return "the entry of a membership holds one";
      last = entry.id();
    }
    return differsFromCommitted(append.prev(), append.entries()) ? COMMITTED : null;
  }

  private static boolean decodesAsMembership(Entry entry) {
    try {
      return Membership.decode(entry.data()) != null;
    } catch (MalformedException e) {
      return false;
    }
  }

  /// Whether the leader has other entries at places up to the commit index than this member.
  private boolean differsFromCommitted(EntryId prev, List<Entry> entries) {
    if (isOtherThanCommitted(prev)) return true;
    for (Entry entry : entries) {
      if (entry.index() > log.commit()) return false;
      if (isOtherThanCommitted(entry.id())) return true;
    }
    return false;
  }

  private boolean isOtherThanCommitted(EntryId id) {
    long index = id.index();
    return index <= log.commit() && log.knows(index) && log.termAt(index) != id.term();
  }

  private String snapshot(Message.InstallSnapshot install) {
    EntryId last = install.meta().last();
    if (last.term() > install.term())
      return "a snapshot is of no later term than its sender: " + last;
    if (install.chunk() < 0 || install.chunk() >= install.meta().chunks())
      return "a snapshot has no chunk " + install.chunk();
    return isOtherThanCommitted(last) ? COMMITTED : null;
  }

  private String acknowledgement(Message.AppendEntriesReply reply, Leader leader) {
    if (reply.success() && reply.match() > log.lastIndex())
      return "no follower matches more than its leader holds";
    return reply.round() > leader.round() ? "no round is answered before it began" : null;
  }
}
