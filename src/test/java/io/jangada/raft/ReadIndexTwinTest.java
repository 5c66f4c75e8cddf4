package io.jangada.raft;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/// [ReadIndex] against a plain list of reads, each with its own round and index.
class ReadIndexTwinTest {
  private static final class Read {
    final long ticket;
    long round;
    long index;
    boolean confirmed;

    Read(long ticket) {
      this.ticket = ticket;
    }
  }

  @Test
  void eachReadWaitsForItsRoundAndItsIndex() {
    Seeds.each(
        3000,
        random -> {
          ReadIndex reads = new ReadIndex(8);
          List<Read> all = new ArrayList<>();
          List<Read> confirmed = new ArrayList<>();
          long round = 0;
          long commit = 0;
          long applied = 0;
          for (int i = 0; i < 100; i++) {
            assertThat(reads.isFull()).isEqualTo(all.size() >= 8);
            assertThat(reads.isGathering()).isEqualTo(all.stream().anyMatch(r -> r.round == 0));
            assertThat(reads.isRoundOpen())
                .isEqualTo(all.stream().anyMatch(r -> r.round > 0 && !r.confirmed));
            switch (random.nextInt(7)) {
              case 0, 1 -> {
                if (reads.isFull()) continue;
                all.add(new Read(i));
                reads.add(i);
              }
              case 2 -> {
                if (reads.isFull()) continue;
                Read read = new Read(i);
                read.round = -1;
                read.index = commit;
                read.confirmed = true;
                all.add(read);
                confirmed.add(read);
                reads.addConfirmed(i, commit);
              }
              case 3 -> {
                round++;
                for (Read read : all)
                  if (read.round == 0) {
                    read.round = round;
                    read.index = commit;
                  }
                reads.start(round, commit);
              }
              case 4 -> {
                long answered = random.nextLong(0, round + 1);
                for (Read read : all)
                  if (read.round > 0 && read.round <= answered && !read.confirmed) {
                    read.confirmed = true;
                    confirmed.add(read);
                  }
                reads.confirm(answered);
              }
              case 5 -> commit += random.nextInt(3);
              default -> {
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
            }
          }
          List<Long> left = all.stream().map(read -> read.ticket).toList();
          assertThat(reads.clear()).containsExactlyInAnyOrderElementsOf(left);
          assertThat(reads.clear()).isEmpty();
          assertThat(reads.isFull()).isFalse();
        });
  }
}
