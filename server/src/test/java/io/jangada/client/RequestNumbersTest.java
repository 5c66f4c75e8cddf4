package io.jangada.client;

import static org.assertj.core.api.Assertions.assertThat;

import io.jangada.kv.KvLimits;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/// The numbers of changes: each given once, and those of one session never far apart.
class RequestNumbersTest {
  @Test
  void oneAfterTheOtherNeedsOneSession() {
    RequestNumbers sessions = new RequestNumbers("c", 4);
    for (int i = 0; i < 1_000; i++) {
      RequestNumbers.Ticket ticket = sessions.take();
      assertThat(ticket.prefix()).isEqualTo("once c.0 " + i + " ");
      sessions.giveBack(ticket);
    }
  }

  @Test
  void aNumberWithoutAnswerHoldsItsSessionBackAndNotTheOthers() {
    RequestNumbers sessions = new RequestNumbers("c", 2);
    RequestNumbers.Ticket stuck = sessions.take();
    for (int i = 1; i < RequestNumbers.WINDOW_NUMBERS; i++) sessions.giveBack(sessions.take());
    RequestNumbers.Ticket next = sessions.take();
    assertThat(next.prefix()).isEqualTo("once c.1 0 ");
    for (int i = 1; i < RequestNumbers.WINDOW_NUMBERS; i++) sessions.giveBack(sessions.take());
    assertThat(sessions.take()).isNull();
    sessions.giveBack(stuck);
    assertThat(sessions.take().prefix()).isEqualTo("once c.0 64 ");
  }

  @Test
  void theWindowIsNarrowEnoughForWhatAServerRemembers() {
    // Before a number that is sent late, at most as many others of its window were done as lie
    // above it, and those that were open below these: two windows less one.
    int remembered = KvLimits.DEFAULT.state().answersPerSessionMax();
    assertThat(2 * RequestNumbers.WINDOW_NUMBERS - 1).isLessThan(remembered);
  }

  @Test
  void numbersAreGivenOnceAndStayWithinTheWindow() {
    long seed = new Random().nextLong();
    Random random = new Random(seed);
    RequestNumbers sessions = new RequestNumbers("c", 3);
    List<RequestNumbers.Ticket> open = new ArrayList<>();
    Map<RequestNumbers.Session, Long> given = new HashMap<>();
    for (int i = 0; i < 100_000; i++) {
      boolean take = random.nextInt(100) < (i / 1_000 % 2 == 0 ? 70 : 30);
      RequestNumbers.Ticket ticket = take ? sessions.take() : null;
      if (ticket != null) {
        open.add(ticket);
        Long before = given.put(ticket.session(), ticket.number());
        assertThat(ticket.number()).as("seed " + seed).isEqualTo(before == null ? 0 : before + 1);
        TreeSet<Long> numbers = new TreeSet<>();
        for (RequestNumbers.Ticket each : open)
          if (each.session() == ticket.session()) numbers.add(each.number());
        assertThat(numbers.last() - numbers.first()).isLessThan(RequestNumbers.WINDOW_NUMBERS);
      } else if (take) {
        assertThat(open).as("seed " + seed).isNotEmpty();
      } else if (!open.isEmpty()) {
        sessions.giveBack(open.remove(random.nextInt(open.size())));
      }
    }
    assertThat(given).hasSizeLessThanOrEqualTo(3);
  }
}
