package io.jangada.cli.backup;

import io.jangada.bytes.ByteWriter;
import io.jangada.bytes.Bytes;
import io.jangada.bytes.MalformedException;
import io.jangada.kv.KvLimits;
import io.jangada.kv.KvStore;
import io.jangada.kv.Restorer;
import io.jangada.raft.Membership;
import io.jangada.store.DataReport;
import io.jangada.store.DataVerifier;
import io.jangada.store.Identity;
import io.jangada.store.IncarnationFile;
import io.jangada.store.OsDisk;
import io.jangada.store.SnapshotStore;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.security.SecureRandom;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/// Makes a data directory that starts with a backup's content. Every member of a new cluster gets
/// one of the same backup: to them it is a snapshot that all of them have, of a log that goes on
/// after it. The members of the old cluster are forgotten.
///
/// The directory is made beside its place and moved there when it is whole and checked.
final class Restoration {
  /// It is used for the check alone.
  private static final long HASH_SEED = 0x6a616e67616461L;

  private static final long ID_KEY = 0x636c7573746572L;

  private final Path backup;
  private final Identity identity;
  private final List<Integer> voters;

  /// @param identity whose directory it is to be
  /// @param voters the members of the new cluster
  Restoration(Path backup, Identity identity, List<Integer> voters) {
    this.backup = backup;
    this.identity = identity;
    this.voters = voters;
  }

  /// What a backup that was checked holds.
  record Checked(Description description, int keys) {}

  /// Reads all of the backup, down to the last value.
  ///
  /// @throws MalformedException when something is wrong with it
  static Checked check(Path backup) throws IOException {
    Restorer restorer = KvStore.restorer(KvLimits.DEFAULT, HASH_SEED);
    try (FileChannel channel = FileChannel.open(backup, StandardOpenOption.READ)) {
      BackupReader reader = new BackupReader(channel);
      Optional<Bytes> chunk;
      while ((chunk = reader.next()).isPresent()) restorer.accept(chunk.get());
      KvStore store = restorer.finish();
      long index = reader.description().last().index();
      if (store.appliedIndex() != index)
        throw new MalformedException(
            "it is said to end with entry " + index + ", and ends with " + store.appliedIndex());
      return new Checked(reader.description(), store.size());
    }
  }

  /// Whether the directory is not there, or there is nothing in it.
  static boolean isFree(Path directory) throws IOException {
    if (!Files.exists(directory)) return true;
    if (!Files.isDirectory(directory)) return false;
    try (DirectoryStream<Path> inside = Files.newDirectoryStream(directory)) {
      return !inside.iterator().hasNext();
    }
  }

  void make(Path directory) throws IOException {
    Path target = directory.toAbsolutePath();
    Path beside = target.resolveSibling(target.getFileName() + ".restoring");
    remove(beside);
    OsDisk disk = new OsDisk(beside);
    identity.claim(disk);
    fill(disk);
    DataReport report = DataVerifier.verify(disk);
    if (!report.isGood())
      throw new IOException("what was written is not good: " + report.problems().getFirst());
    Files.deleteIfExists(target);
    Files.move(beside, target, StandardCopyOption.ATOMIC_MOVE);
    try (FileChannel parent = FileChannel.open(target.getParent())) {
      parent.force(true);
    }
  }

  private void fill(OsDisk disk) throws IOException {
    try (FileChannel channel = FileChannel.open(backup, StandardOpenOption.READ);
        SnapshotStore snapshots = SnapshotStore.open(disk)) {
      BackupReader reader = new BackupReader(channel);
      Description description = reader.description();
      long clusterId = clusterId(description);
      snapshots.begin(description.last(), Membership.of(voters).withClusterId(clusterId));
      Optional<Bytes> chunk;
      while ((chunk = reader.next()).isPresent()) snapshots.append(chunk.get());
      snapshots.finish();
      long incarnation = new SecureRandom().nextLong();
      IncarnationFile.restored(
              incarnation == 0 ? 1 : incarnation, clusterId, description.originId())
          .write(disk);
    }
  }

  /// The id of the cluster that begins with this backup.
  private long clusterId(Description description) {
    ByteWriter out = new ByteWriter(256).putText(identity.clusterId());
    voters.stream().sorted().forEach(out::putInt);
    long id = out.putBytes(description.text()).toBytes().hash64(ID_KEY, HASH_SEED);
    return id == 0 ? 1 : id;
  }

  private static void remove(Path directory) throws IOException {
    if (!Files.exists(directory)) return;
    List<Path> paths;
    try (Stream<Path> all = Files.walk(directory)) {
      paths = all.sorted(Comparator.reverseOrder()).toList();
    }
    for (Path each : paths) Files.delete(each);
  }
}
