package io.jangada.torture;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.random.RandomGenerator;
import java.util.stream.Stream;

/// What disks do to data that lies on them.
final class Corruption {
  private Corruption() {}

  /// Flips one bit in the older half of what a log's files hold.
  ///
  /// @return where; empty when there is too little to be hurt
  static Optional<String> flipBit(Path folder, RandomGenerator dice) throws IOException {
    List<Path> files;
    try (Stream<Path> all = Files.list(folder)) {
      files = all.filter(file -> file.toString().endsWith(".log")).sorted().toList();
    }
    if (files.isEmpty()) return Optional.empty();
    Path file = files.get(dice.nextInt((files.size() + 1) / 2));
    byte[] bytes = Files.readAllBytes(file);
    int used = bytes.length;
    while (used > 0 && bytes[used - 1] == 0) used--;
    if (used < 2) return Optional.empty();
    int at = dice.nextInt(used / 2);
    bytes[at] ^= (byte) (1 << dice.nextInt(8));
    Files.write(file, bytes);
    return Optional.of("byte " + at + " of " + file.getFileName());
  }
}
