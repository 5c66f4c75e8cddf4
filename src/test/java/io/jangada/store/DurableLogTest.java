package io.jangada.store;

import static org.assertj.core.api.Assertions.assertThat;

import io.jangada.bytes.Bytes;
import io.jangada.raft.Entry;
import io.jangada.raft.EntryId;
import io.jangada.raft.HardState;
import io.jangada.raft.Persist;
import java.util.List;
import org.junit.jupiter.api.Test;

class DurableLogTest {
  private static final Identity MEMBER_1 = Identity.of("test", 1);

  @Test
  void whatWasWrittenIsThereAgain() throws Exception {
    MemoryDisk disk = new MemoryDisk();
    try (DurableLog log = DurableLog.open(disk, LogSettings.small(), MEMBER_1, () -> {}).log()) {
      log.submit(new Persist(1, null, new HardState(1, 1), List.of(entry(1, 1, "a")), 0));
      log.submit(new Persist(2, null, null, List.of(entry(2, 1, "b"), entry(3, 1, "c")), 0));
      assertThat(log.work()).isEqualTo(2);
      log.submit(new Persist(3, null, new HardState(2, 2), List.of(entry(3, 2, "C")), 0));
      assertThat(log.work()).isEqualTo(3);
      assertThat(log.work()).isZero();
    }
    DurableLog.Opened again = DurableLog.open(disk, LogSettings.small(), MEMBER_1, () -> {});
    assertThat(again.hardState()).isEqualTo(new HardState(2, 2));
    assertThat(again.base()).isEqualTo(EntryId.ZERO);
    assertThat(again.entries())
        .containsExactly(entry(1, 1, "a"), entry(2, 1, "b"), entry(3, 2, "C"));
  }

  private static Entry entry(long index, long term, String data) {
    return new Entry(index, term, Entry.Kind.COMMAND, Bytes.utf8(data));
  }
}
