package io.jangada.store;

import java.io.IOException;
import java.util.List;

/// A directory tree on stable storage: the only way in which this room reaches the world. The
/// promises below are all that the log and the snapshots rely on, and all that a simulated disk has
/// to keep.
///
/// Names are relative to the root, parts joined by `/`; the root itself is `""`.
///
/// **What survives a crash.** Two things are made durable apart from each other:
/// - *The contents of a file*, size included, by [DiskFile#sync]. Of what was written since the
///   last one, a crash keeps any subset of the sectors of [#SECTOR_BYTES] bytes, each whole as it
///   was before or whole as it was written: never a mixture within a sector. A file that grew may
///   have any size between the old and the new one; what was not kept below that size reads as
///   zeroes.
/// - *Names* (made by [#create], [#rename], [#makeDirectory], removed by [#delete]) by
///   [#syncDirectory] of the directory they are in. Of the changes since, a crash keeps any subset.
///   A rename is one change: afterwards either the old name or the new one leads to the file.
///
/// Without a crash every read sees every write that was made before it.
///
/// **Errors.** Any method may throw an [IOException]; when there is no space it is a
/// [DiskFullException], and when too many files are open a [TooManyFilesException], which only
/// [#open], [#create], [#list] and [#lock] throw: a failed open is no failed sync. After a failed
/// sync it is unknown what the disk holds, and a second sync does not tell: the caller must stop.
public interface Disk {
  /// The unit that a crash keeps or loses whole.
  int SECTOR_BYTES = 512;

  /// Opens a file that exists, for reading and writing.
  ///
  /// @throws MissingFileException when there is none
  DiskFile open(String name) throws IOException;

  /// Makes an empty file and opens it; one that was there loses its contents.
  DiskFile create(String name) throws IOException;

  boolean exists(String name) throws IOException;

  /// The names in a directory, last parts only, in ascending order; none when there is no such
  /// directory.
  List<String> list(String directory) throws IOException;

  /// Gives a file another name, in one step; a file that had the name is gone. Both names must be
  /// in directories that exist.
  void rename(String from, String to) throws IOException;

  /// Removes a file; nothing happens when there is none.
  void delete(String name) throws IOException;

  /// Makes a directory; nothing happens when there is one. Its parent must exist.
  void makeDirectory(String name) throws IOException;

  void syncDirectory(String name) throws IOException;

  /// How many more bytes files can take, about.
  long usableBytes() throws IOException;

  /// Takes the one lock of that name.
  ///
  /// @throws DirectoryLockedException when it is taken
  DiskLock lock(String name) throws IOException;
}
