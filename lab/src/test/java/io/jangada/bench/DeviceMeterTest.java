package io.jangada.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What the kernel tells of a disk.
class DeviceMeterTest {
  @TempDir private Path folder;

  @Test
  void whatIsNoDeviceIsNotMeasured() {
    assertThat(DeviceMeter.read(Path.of("/proc"))).isEmpty();
    assertThat(DeviceMeter.read(folder.resolve("missing"))).isEmpty();
  }

  @Test
  void whatIsSyncedIsCounted() throws Exception {
    Optional<DeviceMeter> before = DeviceMeter.read(folder);
    assumeTrue(before.isPresent(), "a temporary directory that is on no device");
    int bytes = 4 << 20;
    try (FileChannel file =
        FileChannel.open(
            folder.resolve("file"), StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
      ByteBuffer all = ByteBuffer.allocate(bytes);
      while (all.hasRemaining()) file.write(all);
      file.force(true);
    }
    DeviceMeter after = DeviceMeter.read(folder).orElseThrow();
    assertThat(after.writes()).isGreaterThan(before.get().writes());
    assertThat(after.writtenBytes()).isGreaterThanOrEqualTo(before.get().writtenBytes() + bytes);
  }
}
