package io.jangada.server;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;

/// How much of its disk a server uses, and could use.
record DataSize(Path directory) {
  /// What the files of the data directory take; those that vanish meanwhile are not counted.
  long bytes() {
    try (Stream<Path> files = Files.walk(directory)) {
      return files.mapToLong(DataSize::bytes).sum();
    } catch (IOException | java.io.UncheckedIOException e) {
      return 0;
    }
  }

  private static long bytes(Path file) {
    try {
      return Files.isRegularFile(file) ? Files.size(file) : 0;
    } catch (IOException e) {
      return 0;
    }
  }

  /// What is free; -1 where the system does not say.
  long usableBytes() {
    try {
      return Files.getFileStore(directory).getUsableSpace();
    } catch (IOException e) {
      return -1;
    }
  }
}
