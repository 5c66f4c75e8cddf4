package io.jangada.server;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import io.jangada.raft.Membership;
import io.jangada.raft.RaftEvent;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

/// What a server's log says of an election, and what it leaves out.
class EventLogTest {
  private final Logger logger = (Logger) LoggerFactory.getLogger(EventLog.class);
  private final ListAppender<ILoggingEvent> lines = new ListAppender<>();
  private final EventLog journal = new EventLog(7);

  @BeforeEach
  void listen() {
    lines.start();
    logger.setAdditive(false);
    logger.addAppender(lines);
    logger.setLevel(Level.INFO);
  }

  @AfterEach
  void leave() {
    logger.detachAppender(lines);
    logger.setAdditive(true);
    logger.setLevel(null);
  }

  private List<String> told() {
    return lines.list.stream().map(line -> line.getLevel() + " " + line.getMessage()).toList();
  }

  @Test
  void anElectionIsALineForEachStep() {
    journal.event(new RaftEvent.ElectionStarted(3, true));
    journal.event(new RaftEvent.ElectionStarted(3, false));
    journal.event(new RaftEvent.VoteCast(3, 7));
    journal.event(new RaftEvent.LeaderElected(3));
    journal.event(new RaftEvent.SteppedDown(3, RaftEvent.Cause.LOST_QUORUM));
    journal.event(new RaftEvent.FollowerOf(4, Membership.NONE));
    journal.event(new RaftEvent.FollowerOf(4, 2));
    journal.event(new RaftEvent.FollowerOf(4, 2));
    assertThat(told())
        .satisfiesExactly(
            line -> assertThat(line).startsWith("INFO server 7 ").endsWith("term 3"),
            line -> assertThat(line).startsWith("INFO server 7 ").endsWith("term 3"),
            line -> assertThat(line).startsWith("INFO server 7 ").contains("term 3", "majority"),
            line -> assertThat(line).startsWith("INFO server 7 ").contains("server 2", "term 4"));
    assertThat(lines.list.get(1).getKeyValuePairs().toString())
        .contains("node=\"7\"", "term=\"3\"", "role=\"leader\"");
  }

  @Test
  void askingInVainIsToldOnceInAWhile() {
    for (int asked = 0; asked < 45; asked++) journal.event(new RaftEvent.ElectionStarted(3, true));
    assertThat(told())
        .hasSize(2)
        .allSatisfy(line -> assertThat(line).startsWith("WARN server 7 ").contains("no leader"));
  }

  @Test
  void aFullDiskIsTold() {
    journal.diskFull(true);
    journal.diskFull(false);
    assertThat(told())
        .satisfiesExactly(
            line -> assertThat(line).startsWith("WARN server 7 ").contains("disk"),
            line -> assertThat(line).startsWith("INFO server 7 ").contains("disk"));
  }
}
