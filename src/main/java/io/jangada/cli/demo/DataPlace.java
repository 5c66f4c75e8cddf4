package io.jangada.cli.demo;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.stream.Stream;

/// Where a demo keeps its members' data: a directory each, and beside them the file `members`,
/// which holds how many there are. A cluster must not be started again with another number: those
/// who remember the old one and those who do not would count different majorities.
///
/// @param temporary whether it goes when the demo ends
record DataPlace(Path path, int members, boolean temporary) {
  private static final int MEMBERS_DEFAULT = 3;

  private static final String FILE = "members";
  private static final int FILE_BYTES_MAX = 16;

  /// A directory that nobody else uses.
  static DataPlace temporary(int members, boolean keep) throws IOException {
    Path path = Files.createTempDirectory("jangada-demo-");
    return new DataPlace(path, note(path, members == 0 ? MEMBERS_DEFAULT : members), !keep);
  }

  /// A directory of the user's, new or with the data of an earlier demo.
  ///
  /// @param members 0 for as many as there are, or [#MEMBERS_DEFAULT]
  /// @throws Complaint when it holds something else
  static DataPlace at(Path path, int members) throws IOException, Complaint {
    Files.createDirectories(path);
    int found = found(path);
    if (found > 0 && members > 0 && found != members)
      throw new Complaint(path + " holds a cluster of " + found + " members: leave --members away");
    if (found > 0) return new DataPlace(path, found, false);
    return new DataPlace(path, note(path, members == 0 ? MEMBERS_DEFAULT : members), false);
  }

  /// How many members have data there; 0 when there is no demo's data.
  private static int found(Path path) throws IOException, Complaint {
    Path file = path.resolve(FILE);
    if (!Files.exists(file)) {
      try (Stream<Path> files = Files.list(path)) {
        if (files.anyMatch(each -> each.getFileName().toString().matches("n[0-9]+")))
          throw new Complaint(path + " holds members' data, but not what a demo left");
      }
      return 0;
    }
    String text = "";
    if (Files.size(file) <= FILE_BYTES_MAX)
      text = Files.readString(file, StandardCharsets.ISO_8859_1).strip();
    if (!text.matches("[1-9]")) throw new Complaint(file + " is not what a demo wrote");
    return Integer.parseInt(text);
  }

  private static int note(Path path, int members) throws IOException {
    Path draft = path.resolve(FILE + ".new");
    Files.writeString(draft, members + "\n");
    Files.move(draft, path.resolve(FILE), StandardCopyOption.ATOMIC_MOVE);
    return members;
  }

  /// Removes it if it is temporary.
  ///
  /// @return whether it is gone
  boolean leave() {
    if (!temporary) return false;
    try {
      Files.walkFileTree(path, new Removal());
      return true;
    } catch (IOException e) {
      return false;
    }
  }

  private static final class Removal extends SimpleFileVisitor<Path> {
    @Override
    public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
      Files.deleteIfExists(file);
      return FileVisitResult.CONTINUE;
    }

    @Override
    public FileVisitResult visitFileFailed(Path file, IOException e) throws IOException {
      if (e instanceof NoSuchFileException) return FileVisitResult.CONTINUE;
      throw e;
    }

    @Override
    public FileVisitResult postVisitDirectory(Path directory, IOException e) throws IOException {
      if (e != null) throw e;
      Files.deleteIfExists(directory);
      return FileVisitResult.CONTINUE;
    }
  }
}
