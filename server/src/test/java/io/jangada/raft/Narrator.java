package io.jangada.raft;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.StringJoiner;

/// Tells what happens in a cluster, one line for each message and for each step that changed
/// something.
final class Narrator implements RaftCluster.Listener {
  final List<String> lines = new ArrayList<>();
  boolean muted;

  private EntryId lastBefore = EntryId.ZERO;
  private long commitBefore;
  private int answersBefore;
  private int readsBefore;
  private int droppedBefore;
  private int queueBefore;

  void say(String line) {
    if (!muted) lines.add(line);
  }

  @Override
  public void stepping(ClusterMember member) {
    lastBefore = member.isUp() ? member.node.last() : null;
    commitBefore = member.isUp() ? member.node.commit() : 0;
    answersBefore = member.proposed.size();
    droppedBefore = member.dropped.size();
    readsBefore = member.reads.size();
    queueBefore = member.disk.queue.size();
  }

  @Override
  public void stepped(ClusterMember member, List<RaftEvent> events) {
    RaftNode node = member.node;
    StringJoiner line = new StringJoiner("; ", member + " ", "").setEmptyValue("");
    for (RaftEvent event : events) line.add(told(event));
    appended(member, events, line);
    if (lastBefore != null && node.commit() != commitBefore) line.add("commit " + node.commit());
    answers(member, line);
    if (!member.disk.automatic)
      for (Persist batch : member.disk.queue.stream().skip(queueBefore).toList())
        line.add("writing " + batchOf(batch));
    if (line.length() > 0) say(line.toString());
  }

  private void appended(ClusterMember member, List<RaftEvent> events, StringJoiner line) {
    RaftNode node = member.node;
    // What a member starts with did not happen now.
    if (lastBefore == null) return;
    long from = lastBefore.index();
    for (RaftEvent event : events) {
      if (event instanceof RaftEvent.LogTruncated(EntryId last))
        from = Math.min(from, last.index());
      if (event instanceof RaftEvent.SnapshotInstalled(EntryId last, boolean kept) && !kept)
        from = last.index();
    }
    StringJoiner entries = new StringJoiner(", ", "appended ", "").setEmptyValue("");
    for (long i = from + 1; i <= node.last().index(); i++)
      if (node.inspect().entryAt(i) != null) entries.add(told(node.inspect().entryAt(i)));
    if (entries.length() > 0) line.add(entries.toString());
  }

  private void answers(ClusterMember member, StringJoiner line) {
    member.proposed.values().stream()
        .skip(answersBefore)
        .forEach(id -> line.add("request accepted at " + id));
    member.dropped.values().stream()
        .skip(droppedBefore)
        .forEach(reason -> line.add("request dropped: " + words(reason)));
    int reads = member.reads.size() - readsBefore;
    if (reads > 0)
      line.add((reads == 1 ? "read" : reads + " reads") + " answered at " + member.applied);
  }

  private static String role(RaftNode node) {
    return node.roleName() + " term=" + node.term();
  }

  @Override
  public void delivered(Message message, boolean lost) {
    say(told(message) + (lost ? " lost" : ""));
  }

  static String told(Entry entry) {
    return entry.id()
        + switch (entry.kind()) {
          case NO_OP -> " \"\"";
          case COMMAND -> entry.data().isEmpty() ? "" : " \"" + entry.data() + "\"";
          case MEMBERSHIP -> " " + Membership.decode(entry.data());
        };
  }

  static String told(Message message) {
    String head = "n" + message.from() + "->n" + message.to() + " ";
    String term = " term=" + message.term();
    return switch (message) {
      case Message.RequestVote m ->
          head
              + "RequestVote"
              + term
              + " last="
              + m.last()
              + (m.preVote() ? " pre-vote" : "")
              + (m.transfer() ? " transfer" : "");
      case Message.RequestVoteReply m ->
          head
              + "RequestVoteReply"
              + term
              + (m.granted() ? " granted" : " refused")
              + (m.preVote() ? " pre-vote" : "");
      case Message.AppendEntries m ->
          head
              + "AppendEntries"
              + term
              + " prev="
              + m.prev()
              + told(m.entries())
              + " commit="
              + m.commit()
              + (m.round() > 0 ? " round=" + m.round() : "");
      case Message.AppendEntriesReply m ->
          head
              + "AppendEntriesReply"
              + term
              + (m.success()
                  ? " success match=" + m.match()
                  : " refused prev=" + m.match() + " conflict=" + m.conflict())
              + (m.round() > 0 ? " round=" + m.round() : "");
      case Message.InstallSnapshot m ->
          head
              + "InstallSnapshot"
              + term
              + " last="
              + m.meta().last()
              + " chunk="
              + m.chunk()
              + "/"
              + m.meta().chunks();
      case Message.InstallSnapshotReply m ->
          head + "InstallSnapshotReply" + term + " last=" + m.last() + " wants=" + m.nextChunk();
      case Message.DataLost m -> head + "DataLost" + term + " data=" + m.incarnation();
      case Message.TimeoutNow _ -> head + "TimeoutNow" + term;
    };
  }

  private static String told(List<Entry> entries) {
    if (entries.isEmpty()) return "";
    StringJoiner all = new StringJoiner(", ", " [", "]");
    for (Entry entry : entries) all.add(told(entry));
    return all.toString();
  }

  private static String told(RaftEvent event) {
    return switch (event) {
      case RaftEvent.ElectionStarted(long term, boolean preVote) ->
          preVote ? "asks for pre-votes" : "stands in term " + term;
      case RaftEvent.VoteCast(long term, int candidate) ->
          "votes for n" + candidate + " in term " + term;
      case RaftEvent.LeaderElected(long term) -> "leads term " + term;
      case RaftEvent.FollowerOf(long term, int leader) ->
          "follows " + (leader == Membership.NONE ? "nobody" : "n" + leader) + " in term " + term;
      case RaftEvent.SteppedDown(long _, RaftEvent.Cause cause) -> "steps down: " + words(cause);
      case RaftEvent.LogTruncated(EntryId last) -> "cut after " + last;
      case RaftEvent.LogCompacted(EntryId base) -> "released to " + base;
      case RaftEvent.ConfigurationChanged(long index, Membership membership) ->
          "from " + index + " " + membership;
      case RaftEvent.TransferStarted(int target) -> "hands over to n" + target;
      case RaftEvent.TransferAbandoned(int target) -> "gives up handing over to n" + target;
      case RaftEvent.StorageStalled(boolean stalled) ->
          stalled ? "disk stalled" : "disk answers again";
      case RaftEvent.InstallStarted(int peer, EntryId last) ->
          "begins to install " + last + " on n" + peer;
      case RaftEvent.InstallEnded(int peer, EntryId last, boolean installed) ->
          (installed ? "installed " : "gave up to install ") + last + " on n" + peer;
      case RaftEvent.SnapshotInstalled(EntryId last, boolean kept) ->
          "has snapshot " + last + (kept ? ", keeps its log" : ", drops its log");
      case RaftEvent.SnapshotLost(EntryId last) -> "cannot read its snapshot " + last;
      case RaftEvent.Readmitting(int member, long incarnation) ->
          "takes in n" + member + " with data " + incarnation;
      case RaftEvent.DataLost(String what) -> "lost data: " + what;
      case RaftEvent.DataDiffers(long index, List<Integer> members, boolean _) ->
          "data differs at " + index + " on " + members;
      case RaftEvent.ClusterIdentified(long clusterId, long _, boolean _) ->
          "is of cluster " + clusterId;
      case RaftEvent.LossFound(int leader) -> "lost what n" + leader + " has acknowledged";
      case RaftEvent.MessageRefused(int from, String law) -> "refuses n" + from + ": " + law;
      case RaftEvent.AcknowledgementLost(int member, long match) ->
          "n" + member + " does not hold what it acknowledged, up to " + match;
      case RaftEvent.Rejoining(String waitsFor) -> "in probation, " + waitsFor;
      case RaftEvent.MemoryUsed(var level, long bytes, long bytesMax) ->
          "memory " + level + ": " + bytes + " of " + bytesMax;
      case RaftEvent.Readmitted() -> "counts from now on";
    };
  }

  private static String batchOf(Persist batch) {
    StringJoiner parts = new StringJoiner(" ", "#" + batch.batch() + " ", "");
    if (batch.resetTo() != null) parts.add("reset=" + batch.resetTo());
    if (batch.hardState() != null)
      parts.add("term=" + batch.hardState().term() + " vote=" + batch.hardState().vote());
    for (Entry entry : batch.entries()) parts.add(entry.id().toString());
    if (batch.compactedTo() > 0) parts.add("released=" + batch.compactedTo());
    return parts.toString();
  }

  private static String words(Enum<?> value) {
    return value.name().toLowerCase(Locale.ROOT).replace('_', ' ');
  }

  /// A member's state and log on one line.
  static String status(ClusterMember member) {
    if (!member.isUp()) return member + " down";
    RaftNode node = member.node;
    StringBuilder line = new StringBuilder(member + " " + role(node));
    line.append(" commit=").append(node.commit());
    if (node.durable() != node.last().index()) line.append(" durable=").append(node.durable());
    line.append(" log");
    if (node.inspect().compacted().index() > 0)
      line.append(" (").append(node.inspect().compacted()).append(")");
    for (long i = node.inspect().compacted().index() + 1; i <= node.last().index(); i++) {
      Entry entry = node.inspect().entryAt(i);
      line.append(' ').append(entry.id());
    }
    return line.toString();
  }
}
