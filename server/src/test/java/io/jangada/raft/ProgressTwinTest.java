package io.jangada.raft;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/// [Progress] against a twin that keeps every message it sent and counts anew each time.
class ProgressTwinTest {
  private record Sent(long last, int bytes) {}

  private static final class Twin {
    final SplittableRandom random;
    final RaftConfig.Limits limits;
    final Progress progress;

    String state = "probe";
    boolean probed;
    long match;
    long next;
    List<Sent> sent = new ArrayList<>();
    int chunk;
    long tick;
    boolean catchingUp;
    SnapshotMeta meta;

    Twin(SplittableRandom random) {
      this.random = random;
      limits =
          TestLimits.usual()
              .inflightMessagesMax(1 + random.nextInt(4))
              .inflightBytesMax(1 + random.nextInt(100))
              .get();
      next = 1 + random.nextInt(30);
      progress = new Progress(limits, next, 0);
    }

    void act() {
      tick++;
      switch (random.nextInt(10)) {
        case 0, 1, 2 -> send(next + random.nextInt(4));
        case 3 -> send(next - 1);
        case 4, 5 -> matched(random.nextLong(0, next + 6));
        case 6 -> refused(random.nextLong(0, next + 3));
        case 7 -> {
          progress.probeAgain();
          probed = false;
        }
        case 8 -> {
          if (random.nextInt(4) == 0 && !state.equals("install")) install();
        }
        default -> {
          if (state.equals("install")) chunks();
          long index = random.nextLong(0, next + 2);
          boolean ends = catchingUp && match >= index && !state.equals("install");
          assertThat(progress.markCaughtUp(index)).isEqualTo(ends);
          catchingUp &= !ends;
        }
      }
    }

    boolean mayAppend() {
      int bytes = sent.stream().mapToInt(Sent::bytes).sum();
      return switch (state) {
        case "probe" -> !probed;
        case "replicate" ->
            sent.size() < limits.inflightMessagesMax() && bytes < limits.inflightBytesMax();
        default -> false;
      };
    }

    void send(long last) {
      if (last >= next && !mayAppend()) return;
      int bytes = random.nextInt(60);
      progress.sent(last, bytes, tick);
      if (state.equals("probe")) {
        probed = true;
        sent = new ArrayList<>();
      }
      if (last >= next && !state.equals("install")) sent.add(new Sent(last, bytes));
      if (last >= next && state.equals("replicate")) next = last + 1;
    }

    void matched(long index) {
      boolean news = index > match;
      assertThat(progress.matched(index, 0)).isEqualTo(news);
      match = Math.max(match, index);
      sent.removeIf(one -> one.last <= match);
      next = Math.max(next, match + 1);
      if (state.equals("probe")) {
        state = "replicate";
        for (Sent one : sent) next = Math.max(next, one.last + 1);
      } else if (state.equals("install") && match >= meta.last().index()) {
        probe(match + 1);
      }
    }

    void refused(long prev) {
      boolean fresh =
          prev > match
              && (state.equals("probe") && prev == next - 1
                  || state.equals("replicate") && prev < next);
      assertThat(progress.isRefusalFresh(prev)).isEqualTo(fresh);
      if (!fresh) return;
      long to = random.nextLong(0, prev + 1);
      progress.probe(to);
      probe(to);
    }

    void probe(long index) {
      state = "probe";
      probed = false;
      next = Math.max(index, match + 1);
      sent = new ArrayList<>();
    }

    void install() {
      EntryId last = new EntryId(match + 1 + random.nextInt(9), 1);
      meta = new SnapshotMeta(last, Membership.of(1), 9, 9, 9);
      progress.install(meta, tick);
      state = "install";
      chunk = 0;
      sent = new ArrayList<>();
      catchingUp = true;
    }

    void chunks() {
      if (random.nextBoolean()) progress.chunkAsked(tick);
      else {
        chunk = random.nextInt(9);
        progress.chunkWanted(chunk, tick);
      }
    }

    void check() {
      assertThat(progress.toString()).isEqualTo(state + " match=" + match + " next=" + next);
      assertThat(progress.mayAppend()).as("may append").isEqualTo(mayAppend());
      assertThat(progress.isCatchingUp()).isEqualTo(catchingUp);
      if (progress.state() instanceof Progress.State.Install install) {
        assertThat(install.chunk()).isEqualTo(chunk);
        assertThat(install.meta()).isEqualTo(meta);
      }
    }
  }

  @Test
  void itCountsWhatIsInFlightLikeSomebodyWhoKeepsEveryMessage() {
    Seeds.each(
        3000,
        random -> {
          Twin twin = new Twin(random);
          for (int i = 0; i < 200; i++) {
            twin.act();
            twin.check();
          }
        });
  }

  @Test
  void timesAndRoundsOnlyGrow() {
    Progress progress = new Progress(RaftConfig.Limits.DEFAULT, 1, 5);
    progress.recordReply(9, 4);
    progress.recordReply(7, 2);
    assertThat(progress.contactTick()).isEqualTo(9);
    assertThat(progress.round()).isEqualTo(4);
  }
}
