package io.jangada.sim;

import io.jangada.node.Start;
import io.jangada.raft.Entry;
import io.jangada.raft.HardState;
import io.jangada.raft.Message;
import io.jangada.raft.RaftNode;
import io.jangada.store.DurableLog;
import io.jangada.store.Identity;
import io.jangada.store.IncarnationFile;
import java.io.IOException;

/// Holds what a member says against what its disk holds at that moment: the worst that a power
/// failure just now could leave is recovered, from a copy, and must bear out the message (thesis
/// §3.8). Votes and requests for votes are all looked at, acknowledgements now and then.
final class DurabilityChecker {
  private static final int ACKNOWLEDGEMENTS_PER_PROOF = 6;

  private final SimDisk disk;
  private final Start.StorageSettings storage;
  private long acknowledgements;
  private long lastMatch;

  DurabilityChecker(SimDisk disk, Start.StorageSettings storage) {
    this.disk = disk;
    this.storage = storage;
  }

  void check(RaftNode sender, Message message) {
    switch (message) {
      case Message.RequestVoteReply reply -> {
        if (reply.granted() && !reply.preVote())
          checkVote(sender, new HardState(reply.term(), reply.to()));
      }
      case Message.RequestVote request -> {
        if (!request.preVote()) checkVote(sender, new HardState(request.term(), sender.id()));
      }
      case Message.AppendEntriesReply reply -> {
        boolean news = reply.success() && reply.match() != lastMatch;
        if (reply.success()) lastMatch = reply.match();
        if (news && ++acknowledgements % ACKNOWLEDGEMENTS_PER_PROOF == 0)
          checkAcknowledged(sender, reply);
      }
      case Message.AppendEntries _,
          Message.InstallSnapshot _,
          Message.InstallSnapshotReply _,
          Message.DataLost _,
          Message.TimeoutNow _ -> {}
    }
  }

  private void checkVote(RaftNode sender, HardState vote) {
    IncarnationFile file = incarnationFile();
    SafetyChecker.check(
        file == null || file.state() == IncarnationFile.State.MEMBER,
        "nobody votes whose disk does not say that it takes part: " + sender.id());
    HardState held = recover(sender.id()).hardState();
    SafetyChecker.check(
        held.term() > vote.term() || held.equals(vote),
        "votes never outrun the disk: member " + sender.id() + " sent " + vote + ", held " + held);
  }

  private void checkAcknowledged(RaftNode sender, Message.AppendEntriesReply reply) {
    DurableLog.Opened held = recover(sender.id());
    boolean covered =
        reply.match() <= held.compacted().index()
            || sender.snapshot() != null && reply.match() <= sender.snapshot().last().index();
    boolean holds = covered;
    for (Entry entry : held.entries())
      holds |= entry.index() == reply.match() && entry.term() == sender.termAt(reply.match());
    SafetyChecker.check(
        holds && held.hardState().term() >= reply.term(),
        "nobody acknowledges what its disk does not hold: member "
            + sender.id()
            + " acknowledged "
            + reply.match()
            + " in term "
            + reply.term());
  }

  /// The file of the incarnation that is surely on the disk; null for none.
  IncarnationFile incarnationFile() {
    try {
      return IncarnationFile.read(disk.durableCopy("standing")).orElse(null);
    } catch (IOException e) {
      throw new io.jangada.raft.LawBrokenException("a standing can be read: " + e.getMessage());
    }
  }

  private DurableLog.Opened recover(int member) {
    try {
      Identity identity = Identity.of(storage.clusterId(), member);
      return DurableLog.open(disk.durableCopy("log"), storage.log(), identity, () -> {});
    } catch (IOException e) {
      throw new io.jangada.raft.LawBrokenException("a disk can be recovered: " + e.getMessage());
    }
  }
}
