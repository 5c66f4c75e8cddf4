package io.jangada.store;

import io.jangada.bytes.Bytes;
import io.jangada.bytes.Crc32c;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/// Whose data a directory holds, so that no member ever takes another's log for its own. It is the
/// file `meta`, four lines of text, and stands again in the header of every log segment:
///
///     jangada-data 2
///     cluster orders-eu
///     member 3
///     crc32c 8954bf1d
///
/// The number after `jangada-data` is the format version of the whole directory; the checksum is
/// that of the lines before it.
///
/// @param clusterId 1 to [#CLUSTER_ID_MAX] printable ASCII characters without blanks
/// @param memberId 0 or more
/// @param formatVersion [#FORMAT_VERSION]: there is no other that this version reads or writes
public record Identity(String clusterId, int memberId, int formatVersion) {
  public static final int FORMAT_VERSION = 2;
  public static final int CLUSTER_ID_MAX = 64;

  static final String FILE = "meta";
  private static final String TEMPORARY = "meta.tmp";
  private static final int FILE_BYTES_MAX = 512;

  public Identity {
    if (!clusterId.matches("[!-~]{1," + CLUSTER_ID_MAX + "}"))
      throw new IllegalArgumentException(
          "a cluster id is 1 to "
              + CLUSTER_ID_MAX
              + " printable ASCII characters without blanks: '"
              + clusterId
              + "'");
    if (memberId < 0) throw new IllegalArgumentException("member id " + memberId);
    if (formatVersion != FORMAT_VERSION)
      throw new IllegalArgumentException("format version " + formatVersion);
  }

  public static Identity of(String clusterId, int memberId) {
    return new Identity(clusterId, memberId, FORMAT_VERSION);
  }

  /// Takes a directory for this member: writes `meta` into one that has none, and otherwise
  /// compares.
  ///
  /// @return whether the directory was new
  /// @throws IdentityException when the data is another member's, or in another format
  public boolean claim(Disk disk) throws IOException {
    if (disk.exists(FILE)) {
      needSame(read(disk), "the data directory");
      return false;
    }
    if (!disk.list(DurableLog.DIRECTORY).isEmpty())
      throw new IdentityException(
          "the data directory has a log but no file '"
              + FILE
              + "' that identifies its member; "
              + this
              + " does not touch it");
    try (DiskFile file = disk.create(TEMPORARY)) {
      file.write(0, Bytes.utf8(text()).asBuffer());
      file.sync();
    }
    disk.rename(TEMPORARY, FILE);
    disk.syncDirectory("");
    return true;
  }

  /// Reads whose data a directory holds.
  ///
  /// @throws IdentityException when it does not say so in a form that this version reads
  public static Identity read(Disk disk) throws IOException {
    String text;
    try (DiskFile file = disk.open(FILE)) {
      int size = (int) Math.min(file.size(), FILE_BYTES_MAX);
      ByteBuffer buffer = ByteBuffer.allocate(size);
      while (buffer.hasRemaining() && file.read(buffer.position(), buffer) > 0) {}
      text = new String(buffer.array(), 0, buffer.position(), StandardCharsets.US_ASCII);
    }
    return parse(text);
  }

  void needSame(Identity found, String where) throws IdentityException {
    if (!found.clusterId.equals(clusterId) || found.memberId != memberId)
      throw new IdentityException(where + " belongs to " + found + ", not to " + this);
  }

  private static Identity parse(String text) throws IdentityException {
    String[] lines = text.split("\n", -1);
    IdentityException damaged =
        new IdentityException("the file '" + FILE + "' of the data directory is damaged");
    if (!lines[0].matches("jangada-data [0-9]{1,9}")) throw damaged;
    int version = Integer.parseInt(lines[0].substring("jangada-data ".length()));
    if (version > FORMAT_VERSION)
      throw new IdentityException(
          "the data directory is in format "
              + version
              + " of a newer version of this program; this one reads format "
              + FORMAT_VERSION);
    if (version < FORMAT_VERSION)
      throw new IdentityException(
          "the data directory is in format "
              + version
              + " of an older version of this program; this one reads format "
              + FORMAT_VERSION);
    if (lines.length != 5
        || !lines[1].startsWith("cluster ")
        || !lines[2].matches("member [0-9]{1,10}")) throw damaged;
    try {
      Identity identity =
          new Identity(
              lines[1].substring("cluster ".length()),
              Integer.parseInt(lines[2].substring("member ".length())),
              version);
      if (!identity.text().equals(text)) throw damaged;
      return identity;
    } catch (IllegalArgumentException e) {
      throw damaged;
    }
  }

  private String text() {
    String lines =
        "jangada-data " + formatVersion + "\ncluster " + clusterId + "\nmember " + memberId + "\n";
    return lines + "crc32c " + String.format("%08x", Crc32c.of(Bytes.utf8(lines))) + "\n";
  }

  @Override
  public String toString() {
    return "member " + memberId + " of cluster '" + clusterId + "'";
  }
}
