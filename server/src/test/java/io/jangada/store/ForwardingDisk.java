package io.jangada.store;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;

/// Another disk, with a place to put a fault.
public class ForwardingDisk implements Disk {
  private final Disk disk;

  public ForwardingDisk(Disk disk) {
    this.disk = disk;
  }

  /// Called before a file is opened or made.
  protected void beforeOpen(String name) throws IOException {}

  /// Called before each write to a file.
  protected void beforeWrite(String name) throws IOException {}

  /// Called before each sync of a file.
  protected void beforeSync(String name) throws IOException {}

  @Override
  public DiskFile open(String name) throws IOException {
    beforeOpen(name);
    return new ForwardingFile(name, disk.open(name));
  }

  @Override
  public DiskFile create(String name) throws IOException {
    beforeOpen(name);
    return new ForwardingFile(name, disk.create(name));
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
    disk.syncDirectory(name);
  }

  @Override
  public long usableBytes() throws IOException {
    return disk.usableBytes();
  }

  @Override
  public DiskLock lock(String name) throws IOException {
    return disk.lock(name);
  }

  private final class ForwardingFile implements DiskFile {
    private final String name;
    private final DiskFile file;

    ForwardingFile(String name, DiskFile file) {
      this.name = name;
      this.file = file;
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
      beforeWrite(name);
      file.write(position, source);
    }

    @Override
    public void truncate(long size) throws IOException {
      file.truncate(size);
    }

    @Override
    public void sync() throws IOException {
      beforeSync(name);
      file.sync();
    }

    @Override
    public void close() throws IOException {
      file.close();
    }
  }
}
