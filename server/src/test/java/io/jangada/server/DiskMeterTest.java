package io.jangada.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.jangada.store.Disk;
import io.jangada.store.DiskFile;
import io.jangada.store.MemoryDisk;
import java.io.IOException;
import java.nio.ByteBuffer;
import org.junit.jupiter.api.Test;

/// How long syncs take, lately and altogether.
class DiskMeterTest {
  private static final long SECOND = 1_000_000_000;

  private long now;
  private final DiskMeter meter = new DiskMeter(() -> now);

  @Test
  void recentSyncsAreThoseOfTheLastMinuteOrTwo() {
    for (int i = 0; i < 99; i++) meter.synced(DiskMeter.Part.LOG, 400_000);
    meter.synced(DiskMeter.Part.LOG, 9_000_000);
    assertThat(meter.recent(DiskMeter.Part.LOG).count()).isEqualTo(100);
    assertThat(meter.recent(DiskMeter.Part.LOG).p50()).isBetween(395L, 405L);
    assertThat(meter.recent(DiskMeter.Part.LOG).max()).isBetween(8_900L, 9_100L);
    now += 61 * SECOND;
    meter.synced(DiskMeter.Part.LOG, 100_000);
    assertThat(meter.recent(DiskMeter.Part.LOG).count()).isEqualTo(101);
    now += 61 * SECOND;
    assertThat(meter.recent(DiskMeter.Part.LOG).count()).isEqualTo(1);
    now += 500 * SECOND;
    assertThat(meter.recent(DiskMeter.Part.LOG).count()).isZero();
    assertThat(meter.all(DiskMeter.Part.LOG).getTotalCount()).isEqualTo(101);
    assertThat(meter.recent(DiskMeter.Part.SNAPSHOT).count()).isZero();
  }

  @Test
  void aWatchedDiskKeepsPartsApart() throws IOException {
    Disk disk = new WatchedDisk(new MemoryDisk(), true, meter);
    write(disk, "log/1.log", 100);
    write(disk, "tmp/5-1.taken", 7);
    write(disk, "meta", 1);
    assertThat(meter.bytesWritten(DiskMeter.Part.LOG)).isEqualTo(100);
    assertThat(meter.bytesWritten(DiskMeter.Part.SNAPSHOT)).isEqualTo(7);
    assertThat(meter.all(DiskMeter.Part.LOG).getTotalCount()).isEqualTo(1);
    assertThat(meter.all(DiskMeter.Part.SNAPSHOT).getTotalCount()).isEqualTo(1);
  }

  @Test
  void anUnsafeDiskDoesNotSync() throws IOException {
    Disk disk = new WatchedDisk(new MemoryDisk(), false, meter);
    write(disk, "log/1.log", 100);
    assertThat(meter.all(DiskMeter.Part.LOG).getTotalCount()).isZero();
  }

  private static void write(Disk disk, String name, int bytes) throws IOException {
    int slash = name.indexOf('/');
    if (slash > 0) disk.makeDirectory(name.substring(0, slash));
    try (DiskFile file = disk.create(name)) {
      file.write(0, ByteBuffer.allocate(bytes));
      file.sync();
    }
  }
}
