package io.jangada.store;

import static org.assertj.core.api.Assertions.assertThat;

import io.jangada.bytes.Bytes;
import io.jangada.raft.Entry;
import io.jangada.raft.EntryId;
import org.junit.jupiter.api.Test;

class LogStateTest {
  private final LogState state = new LogState(SegmentHeader.Start.OF_A_NEW_LOG);

  private void append(long index, long term) {
    state.apply(new LogRecord.Append(new Entry(index, term, Entry.Kind.COMMAND, Bytes.EMPTY)));
  }

  @Test
  void aLogThatWasReplacedHasItsOwnTerms() {
    append(1, 1);
    append(2, 1);
    append(3, 2);
    append(4, 2);
    state.apply(new LogRecord.Reset(new EntryId(2, 5)));
    append(3, 5);
    append(4, 5);
    append(5, 6);
    assertThat(state.idAt(2)).isEqualTo(new EntryId(2, 5));
    assertThat(state.idAt(3)).isEqualTo(new EntryId(3, 5));
    assertThat(state.idAt(4)).isEqualTo(new EntryId(4, 5));
    assertThat(state.idAt(5)).isEqualTo(new EntryId(5, 6));
  }

  @Test
  void anEntryThatTakesThePlaceOfOthersHasItsTermFromThereOn() {
    append(1, 1);
    append(2, 2);
    append(3, 3);
    append(2, 4);
    append(3, 4);
    assertThat(state.idAt(1)).isEqualTo(new EntryId(1, 1));
    assertThat(state.idAt(3)).isEqualTo(new EntryId(3, 4));
    state.apply(new LogRecord.Compact(new EntryId(2, 4)));
    assertThat(state.compacted()).isEqualTo(new EntryId(2, 4));
    assertThat(state.idAt(3)).isEqualTo(new EntryId(3, 4));
  }
}
