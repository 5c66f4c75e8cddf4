package io.jangada.demo;

import io.jangada.store.Disk;
import io.jangada.store.DiskFile;
import io.jangada.store.DiskLock;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;

/// Another disk, for one run of one member. From the moment of [#die] every operation fails, so
/// that a member can be killed as a process is: between any two operations, without the chance to
/// write a last word. What was written stays as the disk beneath has it, as after a `kill -9`,
/// which takes the process and leaves the operating system. Files can be closed and the lock given
/// back, since the operating system does that for the dead.
final class MortalDisk implements Disk {
  private final Disk disk;
  private volatile boolean dead;

  MortalDisk(Disk disk) {
    this.disk = disk;
  }

  void die() {
    dead = true;
  }

  private void needAlive() throws IOException {
    if (dead) throw new IOException("the member was killed");
  }

  @Override
  public DiskFile open(String name) throws IOException {
    needAlive();
    return new MortalFile(disk.open(name));
  }

  @Override
  public DiskFile create(String name) throws IOException {
    needAlive();
    return new MortalFile(disk.create(name));
  }

  @Override
  public boolean exists(String name) throws IOException {
    needAlive();
    return disk.exists(name);
  }

  @Override
  public List<String> list(String directory) throws IOException {
    needAlive();
    return disk.list(directory);
  }

  @Override
  public void rename(String from, String to) throws IOException {
    needAlive();
    disk.rename(from, to);
  }

  @Override
  public void delete(String name) throws IOException {
    needAlive();
    disk.delete(name);
  }

  @Override
  public void makeDirectory(String name) throws IOException {
    needAlive();
    disk.makeDirectory(name);
  }

  @Override
  public void syncDirectory(String name) throws IOException {
    needAlive();
    disk.syncDirectory(name);
  }

  @Override
  public long usableBytes() throws IOException {
    needAlive();
    return disk.usableBytes();
  }

  @Override
  public DiskLock lock(String name) throws IOException {
    needAlive();
    return disk.lock(name);
  }

  private final class MortalFile implements DiskFile {
    private final DiskFile file;

    MortalFile(DiskFile file) {
      this.file = file;
    }

    @Override
    public long size() throws IOException {
      needAlive();
      return file.size();
    }

    @Override
    public int read(long position, ByteBuffer target) throws IOException {
      needAlive();
      return file.read(position, target);
    }

    @Override
    public void write(long position, ByteBuffer source) throws IOException {
      needAlive();
      file.write(position, source);
    }

    @Override
    public void truncate(long size) throws IOException {
      needAlive();
      file.truncate(size);
    }

    @Override
    public void sync() throws IOException {
      needAlive();
      file.sync();
    }

    @Override
    public void close() throws IOException {
      file.close();
    }
  }
}
