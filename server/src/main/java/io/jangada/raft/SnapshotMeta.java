package io.jangada.raft;

/// What is known of a snapshot without reading it. Two snapshots with equal meta are equal byte for
/// byte, so an install that one leader began another may go on with.
///
/// @param last the last entry that the snapshot covers (Fig. 13, lastIncludedIndex and -Term)
/// @param membership the active membership at `last`
/// @param chunks how many chunks it has, 1 or more
/// @param sizeBytes the sum of the chunks' lengths
/// @param crc32c CRC32C over all chunks' bytes, in order
public record SnapshotMeta(
    EntryId last, Membership membership, int chunks, long sizeBytes, int crc32c) {
  public SnapshotMeta {
    if (last.index() < 1 || chunks < 1 || sizeBytes < 0)
      throw new IllegalArgumentException(last + ", " + chunks + " chunks, " + sizeBytes + " bytes");
  }
}
