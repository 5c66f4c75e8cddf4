package io.jangada.demo;

import io.jangada.raft.EntryId;
import io.jangada.raft.Membership;
import io.jangada.raft.RaftEvent;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/// The life of the cluster in lines for people, each with the milliseconds since the beginning.
final class EventNarrator {
  private final Screen screen;
  private final boolean verbose;
  private final long beganNanos = System.nanoTime();

  /// @param verbose whether votes and other details are told, too
  EventNarrator(Screen screen, boolean verbose) {
    this.screen = screen;
    this.verbose = verbose;
  }

  static String name(int member) {
    return "n" + member;
  }

  static String names(Collection<Integer> members) {
    return members.stream().sorted().map(EventNarrator::name).collect(Collectors.joining(", "));
  }

  void tell(String what) {
    long millis = (System.nanoTime() - beganNanos) / 1_000_000;
    screen.tell(String.format(Locale.ROOT, "%6d ms  %s", millis, what));
  }

  void detail(String what) {
    if (verbose) tell(what);
  }

  void tell(int member, String what) {
    tell(name(member) + " " + what);
  }

  /// One life of a member, told from its events. Called on that member's threads, one at a time.
  final class Chapter {
    /// After so many rounds of asking it is certain that they lead nowhere.
    private static final int ASKED_IN_VAIN = 4;

    private final int member;
    private int asked;
    private String followed = "";

    Chapter(int member) {
      this.member = member;
    }

    void tell(RaftEvent event) {
      String line = lineOf(event);
      if (line != null) EventNarrator.this.tell(member, line);
      else detail(name(member) + " " + event);
    }

    private String lineOf(RaftEvent event) {
      return switch (event) {
        case RaftEvent.ElectionStarted(long term, boolean preVote) -> election(term, preVote);
        case RaftEvent.VoteCast _ -> null;
        case RaftEvent.LeaderElected(long term) -> "leads term " + term;
        case RaftEvent.FollowerOf(long term, int leader) -> follows(term, leader);
        case RaftEvent.SteppedDown(long term, RaftEvent.Cause cause) ->
            "steps down in term " + term + ": " + because(cause);
        case RaftEvent.LogTruncated(EntryId last) ->
            "cuts its log after entry " + last.index() + ": what followed conflicts";
        case RaftEvent.LogCompacted(EntryId base) ->
            "drops its log up to entry " + base.index() + ": its snapshot has that";
        case RaftEvent.ConfigurationChanged(long index, Membership membership) ->
            "goes by the members of entry " + index + ": " + names(membership.members());
        case RaftEvent.TransferStarted(int target) -> "hands the lead to " + name(target);
        case RaftEvent.TransferAbandoned(int target) ->
            "gives up handing the lead to " + name(target);
        case RaftEvent.StorageStalled(boolean stalled) ->
            stalled ? "waits for its disk, which is very slow" : "has its disk's attention again";
        case RaftEvent.InstallStarted(int peer, EntryId last) ->
            "sends " + name(peer) + " a snapshot up to entry " + last.index();
        case RaftEvent.InstallEnded(int peer, EntryId last, boolean installed) ->
            installed ? null : "gives up sending a snapshot to " + name(peer);
        case RaftEvent.SnapshotInstalled(EntryId last, boolean logKept) ->
            "takes over the snapshot up to entry " + last.index();
        case RaftEvent.SnapshotLost(EntryId last) ->
            "cannot read its snapshot up to entry " + last.index() + " and takes another";
        case RaftEvent.Readmitting(int peer, long _) ->
            "hears that " + name(peer) + " begins anew: it has no vote until it catches up";
        case RaftEvent.DataLost(String what) -> "sets damaged data aside: " + what;
        case RaftEvent.ClusterIdentified _ -> null;
        case RaftEvent.DataDiffers(long index, List<Integer> members, boolean _) ->
            "finds that data differs at entry " + index + ": members " + members;
        case RaftEvent.LossFound(int leader) ->
            "does not hold entries that it acknowledged to " + name(leader);
        case RaftEvent.MessageRefused(int from, String law) ->
            "refuses a message of " + name(from) + ": " + law;
        case RaftEvent.AcknowledgementLost(int peer, long _) ->
            "finds that " + name(peer) + " does not hold what it acknowledged";
        case RaftEvent.Rejoining(String waitsFor) -> waitsFor;
        case RaftEvent.MemoryUsed(var level, long bytes, long bytesMax) ->
            "takes " + bytes + " of " + bytesMax + " bytes of memory: " + level;
        case RaftEvent.Readmitted() -> "takes part in decisions from now on";
      };
    }

    /// Asking around comes before every election and is no news. Asking again is: nobody could be
    /// elected.
    private String election(long term, boolean preVote) {
      if (!preVote) {
        asked = 0;
        return "stands for election in term " + term;
      }
      return ++asked == ASKED_IN_VAIN ? "hears no leader, and no majority to elect one" : null;
    }

    private String follows(long term, int leader) {
      if (leader == Membership.NONE) return null;
      asked = 0;
      String line = "follows " + name(leader) + " in term " + term;
      boolean news = !line.equals(followed);
      followed = line;
      return news ? line : null;
    }

    private static String because(RaftEvent.Cause cause) {
      return switch (cause) {
        case HIGHER_TERM -> "a later term has begun";
        case LOST_QUORUM -> "it does not hear a majority";
        case REMOVED -> "it is no member any more";
        case STORAGE_STALLED -> "its disk is too slow";
      };
    }
  }
}
