package io.jangada.server.audit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// The files of a trail.
class AuditFileTest {
  @TempDir private Path folder;
  private Path path;
  private AuditFile file;

  @BeforeEach
  void open() {
    path = folder.resolve("logs/audit.log");
    file = new AuditFile(new AuditSettings.Place(path, 20, 3));
  }

  @AfterEach
  void close() throws IOException {
    file.close();
  }

  private void write(String lines) throws IOException {
    file.write(ByteBuffer.wrap(lines.getBytes(StandardCharsets.UTF_8)));
  }

  private Path numbered(int number) {
    return path.resolveSibling("audit.log." + number);
  }

  private List<String> names() throws IOException {
    try (Stream<Path> all = Files.list(path.getParent())) {
      return all.map(each -> each.getFileName().toString()).sorted().toList();
    }
  }

  @Test
  void onlyItsOwnerMayReadIt() throws IOException {
    Assumptions.assumeTrue(folder.getFileSystem().supportedFileAttributeViews().contains("posix"));
    write("one\n");
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(path)))
        .isEqualTo("rw-------");
  }

  @Test
  void whatIsThereStays() throws IOException {
    write("one\n");
    file.close();
    write("two\n");
    assertThat(path).hasContent("one\ntwo");
  }

  @Test
  void aFullFileMakesWayAndTheOldestGoes() throws IOException {
    for (int i = 1; i <= 9; i++) write("line " + i + " abc\n");
    assertThat(path).hasContent("line 9 abc");
    assertThat(numbered(1)).hasContent("line 8 abc");
    assertThat(numbered(2)).hasContent("line 7 abc");
    assertThat(names()).containsExactly("audit.log", "audit.log.1", "audit.log.2");
  }

  @Test
  void linesThatFitStayTogether() throws IOException {
    write("12345678\n");
    write("abcdefghij\n");
    assertThat(names()).containsExactly("audit.log");
    write("x\n");
    assertThat(names()).containsExactly("audit.log", "audit.log.1");
    assertThat(numbered(1)).hasContent("12345678\nabcdefghij");
  }

  @Test
  void fewerFilesAreKeptWhenTheirNumberWasLowered() throws IOException {
    write("first\n");
    for (int i = 1; i <= 6; i++) Files.writeString(numbered(i), "old " + i);
    write("this one does not fit\n");
    assertThat(names()).containsExactly("audit.log", "audit.log.1", "audit.log.2");
    assertThat(numbered(1)).hasContent("first");
    assertThat(numbered(2)).hasContent("old 1");
  }

  @Test
  void aSingleFileIsBegunAnew() throws IOException {
    try (AuditFile alone = new AuditFile(new AuditSettings.Place(path, 8, 1))) {
      alone.write(ByteBuffer.wrap("before\n".getBytes(StandardCharsets.UTF_8)));
      alone.write(ByteBuffer.wrap("after\n".getBytes(StandardCharsets.UTF_8)));
    }
    assertThat(path).hasContent("after");
    assertThat(names()).containsExactly("audit.log");
  }

  @Test
  void aFileThatWasMovedAwayIsLeftAndAnotherBegun() throws IOException {
    write("one\n");
    Path away = folder.resolve("away");
    Files.move(path, away);
    write("two\n");
    Files.delete(path);
    write("three\n");
    assertThat(away).hasContent("one");
    assertThat(path).hasContent("three");
    Path other = Files.writeString(folder.resolve("other"), "theirs\n");
    Files.move(other, path, StandardCopyOption.REPLACE_EXISTING);
    write("four\n");
    assertThat(path).hasContent("theirs\nfour");
  }

  @Test
  void aFileThatWasCopiedAndEmptiedGoesOn() throws IOException {
    write("0123456789\n");
    Files.write(path, new byte[0]);
    write("9876543210\n");
    assertThat(path).hasContent("9876543210");
    assertThat(names()).containsExactly("audit.log");
  }

  @Test
  void aLineThatACrashCutIsEnded() throws IOException {
    Files.createDirectories(path.getParent());
    Files.writeString(path, "{\"ki");
    write("whole\n");
    assertThat(path).hasContent("{\"ki\nwhole");
  }

  @Test
  @Timeout(20)
  void aPipeIsNotOpened() throws Exception {
    Files.createDirectories(path.getParent());
    Process mkfifo = new ProcessBuilder("mkfifo", path.toString()).start();
    Assumptions.assumeTrue(mkfifo.waitFor() == 0);
    assertThatThrownBy(() -> write("one\n"))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("no regular file");
    Files.delete(path);
    write("one\n");
    assertThat(path).hasContent("one");
  }
}
