package io.jangada.store;

import io.jangada.bytes.MalformedException;
import io.jangada.raft.EntryId;
import io.jangada.raft.HardState;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/// The first sector of a segment; see [LogFormat].
///
/// @param start what all the records before it come to
/// @param isFollowed whether the next segment exists durably; false proves nothing
record SegmentHeader(Place place, Identity identity, Start start, boolean isFollowed) {
  private static final long MAGIC = 0x4a414e47414c4f47L;
  private static final int CRC_AT = LogFormat.SEGMENT_HEADER_BYTES - 4;
  private static final int FOLLOWED_AT = CRC_AT - 4;

  /// Where the segment is in the log.
  ///
  /// @param sequence 1 for the first segment of a log
  /// @param sizeBytes the size of the file
  /// @param firstGroup the number of the first group in it
  record Place(long sequence, long sizeBytes, long firstGroup) {}

  /// The hard state, the last entry and the last compacted entry at the beginning of a segment.
  record Start(HardState hardState, EntryId last, EntryId compacted) {
    static final Start OF_A_NEW_LOG = new Start(HardState.INITIAL, EntryId.ZERO, EntryId.ZERO);
  }

  /// The same, with the next segment there.
  SegmentHeader followed() {
    return new SegmentHeader(place, identity, start, true);
  }

  ByteBuffer encode() {
    ByteBuffer out = ByteBuffer.allocate(LogFormat.SEGMENT_HEADER_BYTES);
    out.putLong(MAGIC).putInt(LogFormat.VERSION);
    out.putLong(place.sequence).putLong(place.sizeBytes).putLong(place.firstGroup);
    out.putLong(start.hardState.term()).putInt(start.hardState.vote());
    out.putLong(start.last.index()).putLong(start.last.term());
    out.putLong(start.compacted.index()).putLong(start.compacted.term());
    byte[] cluster = identity.clusterId().getBytes(StandardCharsets.US_ASCII);
    out.putInt(identity.memberId()).put((byte) cluster.length).put(cluster);
    out.putInt(FOLLOWED_AT, isFollowed ? 1 : 0);
    out.putInt(CRC_AT, LogFormat.crc(out, 0, CRC_AT));
    return out.clear();
  }

  /// @param name of the file
  /// @throws MalformedException when the sector is no header
  /// @throws IdentityException when it is one of another format
  static SegmentHeader decode(ByteBuffer in, String name) throws IdentityException {
    if (in.getLong(0) != MAGIC) throw new MalformedException("not the header of a log segment");
    if (in.getInt(CRC_AT) != LogFormat.crc(in, 0, CRC_AT))
      throw new MalformedException("a segment header with a wrong checksum");
    int version = in.position(8).getInt();
    if (version != LogFormat.VERSION)
      throw new IdentityException(
          name
              + " is in format "
              + version
              + ", this version of the program reads "
              + LogFormat.VERSION);
    Place place = new Place(in.getLong(), in.getLong(), in.getLong());
    if (place.sizeBytes % Disk.SECTOR_BYTES != 0 || place.firstGroup < 1)
      throw new MalformedException(
          "a segment header that says " + place.sizeBytes + ", " + place.firstGroup);
    try {
      HardState hardState = new HardState(in.getLong(), in.getInt());
      EntryId last = new EntryId(in.getLong(), in.getLong());
      EntryId compacted = new EntryId(in.getLong(), in.getLong());
      int member = in.getInt();
      byte[] cluster = new byte[Math.min(in.get() & 0xff, in.remaining())];
      in.get(cluster);
      Identity identity = Identity.of(new String(cluster, StandardCharsets.US_ASCII), member);
      Start start = new Start(hardState, last, compacted);
      boolean isFollowed = in.getInt(FOLLOWED_AT) != 0;
      return new SegmentHeader(place, identity, start, isFollowed);
    } catch (IllegalArgumentException e) {
      throw new MalformedException("a segment header that says " + e.getMessage());
    }
  }
}
