package io.jangada.protocol.udp3700;

import static org.assertj.core.api.Assertions.assertThat;

import io.jangada.check.Verdict;
import io.jangada.protocol.udp3700.Scenario.Blow;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;

/// Real processes in a medium that behaves as the course's simulator: the short form of what
/// [UdpTrial] does for as long as one likes. How soon things happen is measured there, on a machine
/// that does nothing else; here it only matters that they do.
class UdpNetworkTest {
  private static final List<String> PROGRAM = ReplicaProcess.compiled(ReplicaProgram.class);

  /// What a replica has that is there is answered, however little time the machine has for it. Only
  /// what one has that ended need not be.
  private static final double END_SECONDS_MAX = 60;

  private static Trial judged(Scenario scenario) throws Exception {
    Trial trial = Trial.run(scenario, PROGRAM, 1);
    System.out.println("udp3700 " + trial.told());
    assertThat(trial.counts().faults()).isEmpty();
    assertThat(trial.verdict()).isInstanceOf(Verdict.Linearizable.class);
    assertThat(trial.tally().refusals("fail")).isZero();
    assertThat(trial.machine().endMillisMax()).isLessThan(5_000);
    return trial;
  }

  @Test
  void fiveReplicasInPeace() throws Exception {
    Trial trial =
        judged(Scenario.of("peace", 3, 100).with(new Scenario.Times(3, 3, 20)).dirty(0, 30));
    assertThat(trial.answered()).isEqualTo(1);
    assertThat(trial.datagramsPerRequest()).isLessThan(4);
    assertThat(trial.tally().duplicates()).isZero();
  }

  @Test
  void aLeaderThatEndsWhileDatagramsAreLost() throws Exception {
    Trial trial =
        judged(
            Scenario.of("loss-crash", 4, 30, new Blow.KillLeader(1, ReplicaProcess.Signal.TERM))
                .with(new Scenario.Times(3, 4, END_SECONDS_MAX))
                .with(Weather.losing(0.1)));
    assertThat(trial.ignored()).as("%s", trial.unanswered()).isZero();
  }

  @Test
  void everythingAtOnce() throws Exception {
    Trial trial =
        judged(
            Scenario.everything(6, 50)
                .with(new Scenario.Times(3, 6, END_SECONDS_MAX))
                .named("everything"));
    assertThat(trial.ignored()).as("%s", trial.unanswered()).isZero();
  }

  /// That the medium and the checker see what they are for.
  @Test
  void replicasThatDoNotReplicateAreFoundOut() throws Exception {
    Scenario scenario =
        Scenario.of("lonely", 1, 100).with(3).sharing().with(new Scenario.Times(2, 1, 10));
    Trial trial = Trial.run(scenario, ReplicaProcess.compiled(LonelyReplica.class), 1);
    assertThat(trial.verdict()).isInstanceOf(Verdict.NotLinearizable.class);
    assertThat(trial.counts().faults()).anyMatch(fault -> fault.startsWith("a get of"));
  }

  @Test
  void wrongArgumentsGetASentenceAndTwo() {
    assertThat(usage()).contains("usage: 3700kvstore <UDP port>");
    assertThat(usage("4000", "0000")).contains("usage: ");
    assertThat(usage("x", "0000", "0001")).startsWith("'x' is no UDP port");
    assertThat(usage("70000", "0000", "0001")).startsWith("'70000' is no UDP port");
    assertThat(usage("4000", "0", "0001")).startsWith("'0' ");
    assertThat(usage("4000", "0000", "FFFF")).startsWith("'FFFF' ");
    assertThat(usage("4000", "0000", "0001", "0000")).startsWith("0000 is there twice");
  }

  private static String usage(String... args) {
    ByteArrayOutputStream said = new ByteArrayOutputStream();
    PrintStream log = new PrintStream(said, true, StandardCharsets.US_ASCII);
    assertThat(ReplicaProgram.run(args, Setup.USUAL, log)).isEqualTo(2);
    return said.toString(StandardCharsets.US_ASCII);
  }
}
