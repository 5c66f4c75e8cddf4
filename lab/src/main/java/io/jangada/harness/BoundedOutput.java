package io.jangada.harness;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;

/// Keeps what a process says in a file, and in the file of the same name with `.1` what it said
/// before that one was full: the newest is always there, and no more than two files of the bound.
final class BoundedOutput {
  private final Path file;
  private final long bytesMax;

  BoundedOutput(Path file, long bytesMax) {
    this.file = file;
    this.bytesMax = bytesMax;
  }

  /// Appends all that comes, until there is no more.
  void keep(InputStream in) throws IOException {
    byte[] buffer = new byte[1 << 13];
    OutputStream out = open();
    try {
      long written = Files.size(file);
      for (int count = in.read(buffer); count >= 0; count = in.read(buffer)) {
        if (written + count > bytesMax) {
          out.close();
          Files.move(file, older(), StandardCopyOption.REPLACE_EXISTING);
          out = open();
          written = 0;
        }
        out.write(buffer, 0, count);
        written += count;
      }
    } finally {
      out.close();
    }
  }

  private OutputStream open() throws IOException {
    return Files.newOutputStream(file, StandardOpenOption.CREATE, StandardOpenOption.APPEND);
  }

  private Path older() {
    return file.resolveSibling(file.getFileName() + ".1");
  }
}
