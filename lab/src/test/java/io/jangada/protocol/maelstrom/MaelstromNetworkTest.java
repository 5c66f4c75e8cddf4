package io.jangada.protocol.maelstrom;

import static org.assertj.core.api.Assertions.assertThat;

import io.jangada.check.Verdict;
import io.jangada.harness.Waiting;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// Real processes, talked to as Maelstrom talks: the short form of what [MaelstromTrial] does for
/// as long as one likes.
class MaelstromNetworkTest {
  private static final List<Partition.Kind> MAELSTROMS =
      List.of(
          Partition.Kind.ONE,
          Partition.Kind.MAJORITY,
          Partition.Kind.MAJORITIES_RING,
          Partition.Kind.MINORITY_THIRD);
  private static final List<Partition.Kind> ALL = List.of(Partition.Kind.values());

  private static Trial.Settings settings(String name, int nodes, LinKv.Settings load) {
    return new Trial.Settings(
        name,
        NodeProcess.compiled(MaelstromNode.class),
        nodes,
        Network.Latency.ZERO,
        load,
        Trial.Nemesis.NONE);
  }

  private static Trial judged(Trial.Settings settings) throws Exception {
    Trial trial = Trial.run(settings);
    System.out.println("maelstrom " + settings.name() + ": " + trial.told());
    assertThat(trial.faults()).isEmpty();
    assertThat(trial.verdict()).isInstanceOf(Verdict.Linearizable.class);
    return trial;
  }

  @Test
  void three_nodes_in_peace() throws Exception {
    Trial trial = judged(settings("peace", 3, new LinKv.Settings(40, 4, false, 1)));
    assertThat(trial.tally().invocations()).isGreaterThan(60);
    assertThat(trial.tally().okFraction()).isGreaterThan(0.5);
    assertThat(trial.messagesPerRequest()).isLessThan(4);
  }

  @Test
  void three_nodes_cut_off_from_each_other_again_and_again() throws Exception {
    Trial trial =
        judged(
            settings("three-cut", 3, new LinKv.Settings(40, 6, true, 2))
                .with(new Trial.Nemesis(ALL, 1_500, false)));
    assertThat(trial.tally().okFraction()).isGreaterThan(0.1);
  }

  @Test
  void a_majority_of_five_that_can_talk_serves() throws Exception {
    Trial trial =
        judged(
            settings("five-cut", 5, new LinKv.Settings(40, 9, false, 3))
                .with(new Trial.Nemesis(MAELSTROMS, 3_000, true)));
    assertThat(trial.tally().okFraction()).isGreaterThan(0.2);
    assertThat(trial.tally().serviceGapsMillis()).isNotEmpty().allMatch(gap -> gap < 3_000);
  }

  @Test
  void three_nodes_far_from_each_other() throws Exception {
    Trial trial =
        judged(
            settings("far", 3, new LinKv.Settings(40, 4, true, 4))
                .with(new Network.Latency("exponential", 10)));
    assertThat(trial.tally().okFraction()).isGreaterThan(0.3);
  }

  @ParameterizedTest
  @CsvSource({"constant, 500", "uniform, 300", "exponential, 200"})
  void messages_that_take_long_are_waited_for(String name, long millis) throws Exception {
    Network.Latency latency = new Network.Latency(name, millis);
    LinKv.Settings load = new LinKv.Settings(20, 7, false, 6);
    Trial trial = judged(settings("slow-" + name, 3, load).with(latency));
    assertThat(trial.tally().okFraction()).isGreaterThan(0.1);
  }

  @Test
  void an_idle_cluster_says_little() throws Exception {
    Path remarks = Path.of("target", "maelstrom", "idle");
    List<String> command = NodeProcess.compiled(MaelstromNode.class);
    var settings = new Network.Settings(command, 3, Network.Latency.ZERO, remarks);
    try (Network network = new Network(settings, _ -> {})) {
      List<Long> counts = new ArrayList<>();
      long began = System.nanoTime();
      // What was said by the end of each second: the demo of a tutorial says four things in one.
      Waiting.Condition quiet =
          () -> {
            long second = TimeUnit.NANOSECONDS.toSeconds(System.nanoTime() - began);
            while (counts.size() <= second) counts.add(network.counts().servers());
            int last = counts.size() - 1;
            return last >= 5 && counts.get(last) - counts.get(last - 5) < 20;
          };
      assertThat(Waiting.until(30_000, quiet)).isTrue();
      assertThat(counts.getLast()).as("messages").isPositive();
      assertThat(network.faults()).isEmpty();
    }
  }

  /// That the network and the checker see what they are for.
  @Test
  void nodes_that_do_not_replicate_are_found_out() throws Exception {
    Trial.Settings honest = settings("lonely", 2, new LinKv.Settings(80, 2, false, 5));
    Trial trial = Trial.run(honest.with(NodeProcess.compiled(LonelyNode.class)));
    assertThat(trial.faults()).isEmpty();
    assertThat(trial.verdict()).isInstanceOf(Verdict.NotLinearizable.class);
  }

  @Test
  void a_process_ends_with_its_input_and_has_said_nothing_but_messages() throws Exception {
    Path remarks = Path.of("target", "maelstrom", "end.log");
    Files.createDirectories(remarks.getParent());
    BlockingQueue<String> lines = new LinkedBlockingQueue<>();
    try (NodeProcess node =
        new NodeProcess(NodeProcess.compiled(MaelstromNode.class), remarks, lines::add)) {
      node.give("no message");
      node.give(
          "{\"src\":\"c0\",\"dest\":\"n0\",\"body\":"
              + "{\"type\":\"init\",\"msg_id\":1,\"node_id\":\"n0\",\"node_ids\":[\"n0\"]}}");
      assertThat(lines.poll(20, TimeUnit.SECONDS)).contains("init_ok");
      assertThat(node.endInput()).isZero();
    }
    assertThat(lines).isEmpty();
    assertThat(Files.readString(remarks)).contains("not carried out").contains("no message");
  }
}
