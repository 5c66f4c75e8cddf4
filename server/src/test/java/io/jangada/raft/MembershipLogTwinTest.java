package io.jangada.raft;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/// [MembershipLog] against a rescan of the whole log at each question.
class MembershipLogTwinTest {
  /// The log: at each index what it brought, or null.
  private final List<Membership> log = new ArrayList<>();

  private Membership bootstrap;
  private long base;

  private Membership at(long index) {
    Membership found = bootstrap;
    for (int i = 0; i < index; i++) if (log.get(i) != null) found = log.get(i);
    return found;
  }

  private long lastChange() {
    for (int i = log.size(); i > 0; i--) if (log.get(i - 1) != null) return i;
    return 0;
  }

  @Test
  void itKnowsWhatARescanFinds() {
    Seeds.each(
        2000,
        random -> {
          log.clear();
          base = 0;
          bootstrap = Membership.of(1, 2, 3);
          MembershipLog memberships = new MembershipLog(0, bootstrap);
          for (int i = 0; i < 60; i++) {
            switch (random.nextInt(8)) {
              case 0, 1, 2 -> log.add(null);
              case 3, 4 -> {
                Membership next = Membership.of(1 + random.nextInt(9), 11 + random.nextInt(9));
                log.add(next);
                memberships.append(log.size(), next);
              }
              case 5 -> {
                long last = random.nextLong(base, log.size() + 1);
                boolean changes = lastChange() > last;
                assertThat(memberships.truncateAfter(last)).isEqualTo(changes);
                while (log.size() > last) log.removeLast();
              }
              case 6 -> {
                base = random.nextLong(base, log.size() + 1);
                memberships.compactTo(base);
              }
              default -> {
                if (random.nextInt(5) > 0) continue;
                Membership snapshot = Membership.of(30 + random.nextInt(9));
                log.add(snapshot);
                base = log.size();
                memberships.reset(base, snapshot);
              }
            }
            assertThat(memberships.current()).isEqualTo(at(log.size()));
            if (lastChange() > base) assertThat(memberships.currentIndex()).isEqualTo(lastChange());
            else assertThat(memberships.currentIndex()).isLessThanOrEqualTo(base);
            for (long index = base; index <= log.size(); index++)
              assertThat(memberships.at(index)).as("at %s", index).isEqualTo(at(index));
            long from = random.nextLong(base, log.size() + 1);
            int member = 1 + random.nextInt(20);
            boolean voter = false;
            for (long index = from; index <= log.size(); index++)
              voter |= at(index).isVoter(member);
            assertThat(memberships.isVoterFrom(from, member)).isEqualTo(voter);
          }
        });
  }
}
