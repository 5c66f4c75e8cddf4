package io.jangada.raft;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/// [ReadIndex] against a plain list of reads, each with its own round and index.
class ReadIndexTwinTest {
  private static final int READS_MAX = 8;

  private static final class Read {
    final long ticket;
    long round;
    long index;
    boolean confirmed;

    Read(long ticket) {
      this.ticket = ticket;
    }
  }

  private static final class Twin {
    final SplittableRandom random;
    final ReadIndex reads = new ReadIndex(READS_MAX);
    final List<Read> all = new ArrayList<>();
    final List<Read> confirmed = new ArrayList<>();
    long round;
    long commit;
    long applied;

    Twin(SplittableRandom random) {
      this.random = random;
    }

    void act(long ticket) {
      switch (random.nextInt(7)) {
        case 0, 1 -> {
          if (reads.isFull()) return;
          all.add(new Read(ticket));
          reads.add(ticket);
        }
        case 2 -> addConfirmed(ticket);
        case 3 -> start();
        case 4 -> confirm();
        case 5 -> commit += random.nextInt(3);
        default -> drain();
      }
    }

    void addConfirmed(long ticket) {
      if (reads.isFull()) return;
      Read read = new Read(ticket);
      read.round = -1;
      read.index = commit;
      read.confirmed = true;
      all.add(read);
      confirmed.add(read);
      reads.addConfirmed(ticket, commit);
    }

    void start() {
      round++;
      for (Read read : all)
        if (read.round == 0) {
          read.round = round;
          read.index = commit;
        }
      reads.start(round, commit);
    }

    void confirm() {
      long answered = random.nextLong(0, round + 1);
      for (Read read : all)
        if (read.round > 0 && read.round <= answered && !read.confirmed) {
          read.confirmed = true;
          confirmed.add(read);
        }
      reads.confirm(answered);
    }

    void drain() {
      applied = random.nextLong(applied, commit + 1);
      List<Long> expected = new ArrayList<>();
      while (!confirmed.isEmpty() && confirmed.getFirst().index <= applied) {
        Read read = confirmed.removeFirst();
        all.remove(read);
        expected.add(read.ticket);
      }
      List<Long> drained = new ArrayList<>();
      reads.drain(applied, drained);
      assertThat(drained).isEqualTo(expected);
    }

    void check() {
      assertThat(reads.isFull()).isEqualTo(all.size() >= READS_MAX);
      assertThat(reads.isGathering()).isEqualTo(all.stream().anyMatch(r -> r.round == 0));
      assertThat(reads.isRoundOpen())
          .isEqualTo(all.stream().anyMatch(r -> r.round > 0 && !r.confirmed));
    }
  }

  @Test
  void eachReadWaitsForItsRoundAndItsIndex() {
    Seeds.each(
        3000,
        random -> {
          Twin twin = new Twin(random);
          for (int i = 0; i < 100; i++) {
            twin.act(i);
            twin.check();
          }
          List<Long> left = twin.all.stream().map(read -> read.ticket).toList();
          assertThat(twin.reads.clear()).containsExactlyInAnyOrderElementsOf(left);
          assertThat(twin.reads.clear()).isEmpty();
          assertThat(twin.reads.isFull()).isFalse();
        });
  }
}
