package io.jangada.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.jangada.client.FakeServer;
import io.jangada.client.FakeStore;
import java.io.IOException;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/// The load driver against a store that is right, and against servers that are not.
class LoadRunTest {
  /// Within the requests that go out at once: a busy machine may get to no more of them in time.
  private static final int SOON = 20;

  private static Load load(Workload workload, double rate, boolean overwrites) {
    return new Load(
        workload,
        new Load.Clients(3, 8, rate),
        new Load.Data(100, 50, overwrites),
        new Load.Times(0.15, 0.05));
  }

  private static Measured run(FakeServer.Script script, Load load) throws Exception {
    try (FakeServer server = new FakeServer(script);
        LoadRun run = new LoadRun(server.endpoint(), TextServers::speaking)) {
      if (load.workload() != Workload.put) run.prefill(load);
      return run.run(load, LoadRun.Watcher.NONE);
    }
  }

  @Test
  void everyWorkloadGoesThroughOnAStoreThatIsRight() throws Exception {
    for (Workload workload : Workload.values()) {
      if (workload.isBinary()) continue;
      for (boolean overwrites : new boolean[] {true, false}) {
        Load load = load(workload, 0, overwrites);
        Measured measured = run(new FakeStore(overwrites), load);
        assertThat(measured.trouble()).as(load.shape()).isNull();
      }
    }
  }

  @Test
  void anOpenLoopKeepsItsRate() throws Exception {
    long began = System.nanoTime();
    Measured measured = run(new FakeStore(true), load(Workload.mix, 500, true));
    double seconds = (System.nanoTime() - began) / 1e9;
    assertThat(measured.trouble()).isNull();
    assertThat((double) measured.operations()).isLessThanOrEqualTo(500 * seconds);
  }

  @Test
  void wrongAnswersAreCaught() throws Exception {
    String value = "VALUE 100\r\n" + "x".repeat(100) + "\r\n";
    for (String wrong : new String[] {"ERR_NOT_FOUND\r\n", value, "OK 5\r\n", "VALUE 1\r\nx\r\n"}) {
      FakeStore store = new FakeStore(true);
      AtomicInteger gets = new AtomicInteger();
      Measured measured =
          run(
              asked -> {
                boolean lies = asked.word(0).equals("get") && gets.incrementAndGet() == SOON;
                return lies ? wrong : store.answer(asked);
              },
              load(Workload.get, 0, true));
      assertThat(measured.wrong()).as(wrong).isEqualTo(1);
      assertThat(measured.isGood()).isFalse();
      assertThat(measured.trouble()).contains("GET answered");
    }
  }

  @Test
  void nonsenseAndMoreRepliesThanRequestsAreCaught() throws Exception {
    for (String wrong : new String[] {"VALUE x\r\n", "VALUE 2\r\nabc", "OK 1\r\n".repeat(100)}) {
      FakeStore store = new FakeStore(true);
      AtomicInteger count = new AtomicInteger();
      Measured measured =
          run(
              asked -> count.incrementAndGet() == SOON ? wrong : store.answer(asked),
              load(Workload.put, 0, true));
      assertThat(measured.wrong()).as(wrong).isPositive();
    }
  }

  @Test
  void whatIsNotDoneIsCountedApart() throws Exception {
    for (String no : new String[] {"ERR_INTERNAL\r\n", "REDIRECT 2\r\n", FakeServer.CLOSE}) {
      FakeStore store = new FakeStore(true);
      AtomicInteger count = new AtomicInteger();
      Measured measured =
          run(
              asked -> count.incrementAndGet() == SOON ? no : store.answer(asked),
              load(Workload.put, 0, true));
      assertThat(measured.wrong()).as(no).isZero();
      assertThat(measured.failed()).as(no).isPositive();
      assertThat(measured.isGood()).isFalse();
    }
  }

  @Test
  void prefillingThatFailsSaysSo() {
    assertThatThrownBy(() -> run(asked -> "ERR_INTERNAL\r\n", load(Workload.get, 0, true)))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("ERR_INTERNAL");
  }

  @Test
  void prefilledKeysThatAreThereAlreadyDoNoHarm() throws Exception {
    FakeStore store = new FakeStore(false);
    for (int i = 0; i < 2; i++)
      assertThat(run(store, load(Workload.get, 0, false)).trouble()).isNull();
  }

  @Test
  void aFillingThatBreaksOffKnowsWhereToGoOn() throws Exception {
    FakeStore store = new FakeStore(true);
    AtomicInteger sets = new AtomicInteger();
    FakeServer.Script once =
        asked ->
            asked.line().startsWith("set") && sets.incrementAndGet() == 700
                ? "REDIRECT 7\r\n"
                : store.answer(asked);
    Load load =
        new Load(
            Workload.get,
            new Load.Clients(3, 8, 0),
            new Load.Data(100, 2_000, true),
            new Load.Times(0.15, 0));
    try (FakeServer server = new FakeServer(once);
        LoadRun run = new LoadRun(server.endpoint(), TextServers::speaking)) {
      assertThatThrownBy(() -> run.prefill(load)).hasMessageContaining("REDIRECT 7");
      sets.set(0);
      LoadRun.Filled broken = run.fill(load, 0);
      // Up to 1,024 requests are under way.
      assertThat(broken.upTo()).isBetween(0, 700 + 1_024);
      assertThat(broken.trouble()).contains("REDIRECT 7");
      assertThat(run.fill(load, broken.upTo()).upTo()).isEqualTo(2_000);
      assertThat(run.run(load, LoadRun.Watcher.NONE).trouble()).isNull();
    }
  }
}
