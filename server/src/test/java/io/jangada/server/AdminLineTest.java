package io.jangada.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// The words after `admin`.
class AdminLineTest {
  private static final Address PLACE = new Address("h", 1, 2);

  private static Optional<AdminLine> read(String words) {
    return AdminLine.read(List.of(words.split(" ")));
  }

  @Test
  void commandsAreRead() {
    assertThat(read("status")).contains(new AdminLine.Status());
    assertThat(read("members")).contains(new AdminLine.Members());
    assertThat(read("snapshot")).contains(new AdminLine.Snapshot());
    assertThat(read("backup")).contains(new AdminLine.Backup());
    assertThat(read("chunk 5 2 0")).contains(new AdminLine.Chunk(5, 2, 0));
    assertThat(read("transfer")).contains(new AdminLine.Transfer(OptionalInt.empty()));
    assertThat(read("transfer 3")).contains(new AdminLine.Transfer(OptionalInt.of(3)));
    assertThat(read("promote 3")).contains(new AdminLine.Promote(3, false));
    assertThat(read("remove 3 dry-run")).contains(new AdminLine.Remove(3, true));
    assertThat(read("add 3 h 1 2")).contains(new AdminLine.Add(3, PLACE, false, false));
    assertThat(read("add 3 h 1 2 learner dry-run"))
        .contains(new AdminLine.Add(3, PLACE, true, true));
    assertThat(read("replace 3 4 h 1 2 dry-run"))
        .contains(new AdminLine.Replace(3, 4, PLACE, true));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "stat",
        "STATUS",
        "status x",
        "status dry-run",
        "members 1",
        "snapshot dry-run",
        "backup 1",
        "chunk",
        "chunk 1 2",
        "chunk 1 2 x",
        "chunk 1 2 3 4",
        "chunk 1 2 3 dry-run",
        "transfer 1 2",
        "transfer x",
        "transfer 1 dry-run",
        "promote",
        "promote x",
        "promote -1",
        "promote 9999999999",
        "remove 1 2",
        "add 3 h 1",
        "add 3 h 0 2",
        "add 3 h 1 70000",
        "add 3 h 1 2 voter",
        "add 3 h/ 1 2",
        "add x h 1 2",
        "replace 3 h 1 2",
        "replace 3 4 h 1 2 learner",
        "dry-run"
      })
  void anythingElseIsNoCommand(String words) {
    assertThat(read(words)).isEmpty();
  }

  @Test
  void addressesAreReadAsTheyAreWritten() {
    assertThat(Address.read("h:1:2")).contains(PLACE);
    assertThat(Address.read("::1:9050:9000")).contains(new Address("::1", 9050, 9000));
    assertThat(Address.read(new Address("::1", 9050, 9000).toString()))
        .contains(new Address("::1", 9050, 9000));
    for (String wrong : List.of("", "h", "h:1", ":1:2", "h:1:", "h:x:2", "h:1:65536", "h h:1:2"))
      assertThat(Address.read(wrong)).as(wrong).isEmpty();
  }
}
