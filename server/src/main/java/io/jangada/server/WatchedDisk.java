package io.jangada.server;

import io.jangada.store.Disk;
import io.jangada.store.DiskFile;
import io.jangada.store.DiskLock;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;

/// A disk whose syncs and writes are measured. With [Setting#FSYNC] `unsafe-never` it only pretends
/// to sync.
final class WatchedDisk implements Disk {
  private final Disk disk;
  private final boolean syncs;
  private final DiskMeter meter;

  WatchedDisk(Disk disk, boolean syncs, DiskMeter meter) {
    this.disk = disk;
    this.syncs = syncs;
    this.meter = meter;
  }

  @Override
  public DiskFile open(String name) throws IOException {
    return new Watched(disk.open(name), DiskMeter.Part.of(name));
  }

  @Override
  public DiskFile create(String name) throws IOException {
    return new Watched(disk.create(name), DiskMeter.Part.of(name));
  }

  @Override
  public boolean exists(String name) throws IOException {
    return disk.exists(name);
  }

  @Override
  public List<String> list(String directory) throws IOException {
    return disk.list(directory);
  }

  @Override
  public void rename(String from, String to) throws IOException {
    disk.rename(from, to);
  }

  @Override
  public void delete(String name) throws IOException {
    disk.delete(name);
  }

  @Override
  public void makeDirectory(String name) throws IOException {
    disk.makeDirectory(name);
  }

  @Override
  public void syncDirectory(String name) throws IOException {
    if (syncs) disk.syncDirectory(name);
  }

  @Override
  public long usableBytes() throws IOException {
    return disk.usableBytes();
  }

  @Override
  public DiskLock lock(String name) throws IOException {
    return disk.lock(name);
  }

  @Override
  public String toString() {
    return disk.toString();
  }

  private final class Watched implements DiskFile {
    private final DiskFile file;
    private final DiskMeter.Part part;

    Watched(DiskFile file, DiskMeter.Part part) {
      this.file = file;
      this.part = part;
    }

    @Override
    public long size() throws IOException {
      return file.size();
    }

    @Override
    public int read(long position, ByteBuffer target) throws IOException {
      return file.read(position, target);
    }

    @Override
    public void write(long position, ByteBuffer source) throws IOException {
      int length = source.remaining();
      file.write(position, source);
      meter.wrote(part, length);
    }

    @Override
    public void truncate(long size) throws IOException {
      file.truncate(size);
    }

    @Override
    public void sync() throws IOException {
      if (!syncs) return;
      long began = System.nanoTime();
      file.sync();
      meter.synced(part, System.nanoTime() - began);
    }

    @Override
    public void close() throws IOException {
      file.close();
    }
  }
}
