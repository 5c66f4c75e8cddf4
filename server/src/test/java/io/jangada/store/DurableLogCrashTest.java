package io.jangada.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.jangada.bytes.Bytes;
import io.jangada.raft.Entry;
import io.jangada.raft.Persist;
import io.jangada.store.CrashDisk.Crash;
import io.jangada.store.CrashDisk.Loss;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// Whatever a crash does to what was not synced: what was synced is there, what was never submitted
/// is not, and the log goes on.
class DurableLogCrashTest {
  /// Segments of one page and of more, groups of few sectors and of many.
  private static final List<LogSettings> TINY =
      List.of(
          new LogSettings(4096, 1500, 1 << 20),
          new LogSettings(12_288, 5000, 1 << 20),
          new LogSettings(4096, 1 << 20, 1 << 20));

  private static final Identity MEMBER = Identity.of("crash-test", 1);

  private int missed;

  /// A log with the batches that it was given and what it said about them.
  private static final class Run {
    final CrashDisk disk;
    final RandomGenerator dice;
    final LogScript script;
    final List<LogModel> possible = new ArrayList<>();
    final LogSettings settings;
    DurableLog log;

    Run(CrashDisk disk, RandomGenerator dice, long seed) {
      this.disk = disk;
      settings = TINY.get((int) (seed % TINY.size()));
      this.dice = dice;
      script = new LogScript(dice, LogModel.EMPTY);
      possible.add(LogModel.EMPTY);
    }

    /// Opens the log, which must hold one of the possible states.
    void open(String where) throws IOException {
      DurableLog.Opened opened = DurableLog.open(disk, settings, MEMBER, () -> {});
      LogModel found = LogModel.of(opened);
      assertThat(possible).as(where).contains(found);
      log = opened.log();
      script.restart(found);
      possible.clear();
      possible.add(found);
    }

    /// Whatever a power failure leaves now, it shows that the last segment was there.
    ///
    /// @return how many segments were there before it
    int missTheLast(String where) throws IOException {
      TreeMap<String, byte[]> files = disk.durable();
      String last = LogRecovery.segmentNames(disk).getLast();
      files.remove(last);
      int before = LogRecovery.segmentNames(CrashDisk.of(files)).size();
      if (before == 0) return 0;
      assertThatThrownBy(() -> DurableLog.open(CrashDisk.of(files), settings, MEMBER, () -> {}))
          .as(where)
          .isInstanceOf(CorruptLogException.class)
          .hasMessageContaining(last)
          .hasMessageContaining("the file is missing");
      return before;
    }

    void writeSome(int turns) throws IOException {
      for (int turn = 0; turn < turns; turn++) {
        int batches = dice.nextInt(1, 4);
        for (int i = 0; i < batches; i++) {
          LogModel before = script.model();
          Persist batch = script.next();
          possible.addAll(before.after(batch));
          log.submit(batch);
        }
        log.work();
        possible.clear();
        possible.add(script.model());
      }
    }
  }

  @ParameterizedTest
  @EnumSource(Loss.class)
  void aCrashAtEverySingleOperationLosesNothingThatWasSynced(Loss loss) throws IOException {
    for (long seed = 1; seed <= 6; seed++) {
      int crashAt = 1;
      while (crashesAt(crashAt, seed, loss)) crashAt++;
      assertThat(crashAt).as("operations in a run").isGreaterThan(100);
    }
    assertThat(missed).as("segments before one that was missed").isGreaterThan(500);
  }

  /// @return whether the run was long enough to reach the crash
  private boolean crashesAt(int crashAt, long seed, Loss loss) throws IOException {
    String where = "seed " + seed + ", crash at operation " + crashAt + ", loss " + loss;
    CrashDisk disk = new CrashDisk();
    Run run = new Run(disk, new SplittableRandom(seed), seed);
    RandomGenerator crashDice = new SplittableRandom(seed * 1_000_003 + crashAt);
    disk.crashAt = crashAt;
    try {
      run.open(where);
      run.writeSome(80);
      assertThat(disk.recycled).as("segments in files of others").isGreaterThan(2);
      return false;
    } catch (Crash e) {
      disk.restart(loss, crashDice);
    }
    run.open(where);
    missed += run.missTheLast(where);
    run.writeSome(3);
    missed += run.missTheLast(where + ", and then some");
    disk.restart(Loss.SOME, crashDice);
    run.open(where + ", then another");
    return true;
  }

  @Test
  void aLogThatCrashesAgainAndAgainAlsoWhileItRecoversGoesOn() throws IOException {
    for (long seed = 1; seed <= 4; seed++) {
      RandomGenerator dice = new SplittableRandom(seed);
      CrashDisk disk = new CrashDisk();
      Run run = new Run(disk, dice, seed);
      int crashes = 0;
      while (crashes < 300) {
        disk.crashAt = disk.operations + 1 + dice.nextInt(dice.nextBoolean() ? 8 : 120);
        try {
          run.open("seed " + seed + ", crash " + crashes);
          run.writeSome(50);
          if (dice.nextBoolean()) run.log.close();
        } catch (Crash e) {
          crashes++;
        }
        Loss[] losses = Loss.values();
        disk.restart(losses[dice.nextInt(losses.length)], dice);
      }
      assertThat(disk.recycled).as("segments in files of others").isGreaterThan(100);
    }
  }

  /// The number of a torn group is given to the next one, which may be torn over what it left.
  @Test
  void aGroupThatIsTornWhereAnotherWasTornBeforeIsNotMixedWithIt() throws IOException {
    RandomGenerator dice = new SplittableRandom(31);
    CrashDisk disk = new CrashDisk();
    LogSettings settings = new LogSettings(64 << 10, 1 << 20, 1 << 20);
    List<Entry> before = List.of();
    List<Entry> submitted = List.of();
    int cut = 0;
    for (int crash = 1; crash <= 1000; crash++) {
      DurableLog.Opened opened = DurableLog.open(disk, settings, MEMBER, () -> {});
      assertThat(opened.entries()).as("crash %d", crash).isIn(before, submitted);
      if (opened.entries().equals(before)) cut++;
      before = opened.entries();
      byte[] data = new byte[2000 + dice.nextInt(400)];
      dice.nextBytes(data);
      submitted = List.of(new Entry(1, crash, Entry.Kind.COMMAND, Bytes.wrap(data)));
      opened.log().submit(new Persist(1, null, null, submitted, 0));
      disk.crashAt = disk.operations + 1;
      assertThatThrownBy(opened.log()::work).isInstanceOf(Crash.class);
      disk.restart(Loss.SOME, dice);
    }
    assertThat(cut).isGreaterThan(500);
  }

  @Test
  void afterAFailedOperationTheLogThatIsOpenedAnewIsDurable() throws IOException {
    int stopped = 0;
    for (int failAt = 1; failAt <= 150; failAt++) {
      String where = "operation " + failAt + " fails";
      CrashDisk disk = new CrashDisk();
      Run run = new Run(disk, new SplittableRandom(failAt % 5), failAt);
      disk.failAt = failAt;
      try {
        run.open(where);
        run.writeSome(60);
      } catch (IOException e) {
        assertThat(e).as(where).hasMessage("input/output error");
        stopped++;
      }
      disk.restart(Loss.NONE_YET, new SplittableRandom(1));
      run.open(where);
      disk.restart(Loss.ALL, new SplittableRandom(1));
      run.open(where + ", and then the power");
    }
    assertThat(stopped).isEqualTo(150);
  }

  @Test
  void oldSegmentsGoAndTheirSpaceWithThem() throws IOException {
    CrashDisk disk = new CrashDisk();
    Run run = new Run(disk, new SplittableRandom(7), 0);
    run.open("new");
    run.writeSome(2000);
    assertThat(disk.usedBytes()).isLessThan(200_000);
  }
}
