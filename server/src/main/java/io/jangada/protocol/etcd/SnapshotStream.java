package io.jangada.protocol.etcd;

import com.google.protobuf.ByteString;
import com.google.protobuf.UnsafeByteOperations;
import io.jangada.bytes.Bytes;
import io.jangada.codec.BackupFormat;
import io.jangada.node.Backup;
import io.jangada.node.BackupChunk;
import io.jangada.node.Replica;
import io.jangada.protocol.etcd.api.ResponseHeader;
import io.jangada.protocol.etcd.api.SnapshotResponse;
import io.jangada.protocol.rpc.Call;
import io.jangada.protocol.rpc.Code;
import io.jangada.protocol.rpc.Status;
import io.jangada.raft.SnapshotMeta;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.zip.CRC32C;

/// Streams a backup of the member's data to a client: the file that `jangada backup` makes, in
/// blobs, and then its SHA-256. Clients take it for whole when its length is a multiple of 512, so
/// its description is made longer by blanks.
///
/// It holds one chunk of the snapshot at a time, and reads the next when the client has taken it.
final class SnapshotStream {
  private static final int BLOB_BYTES = 32 << 10;
  private static final int BLOCK_BYTES = 512;
  private static final int TRIES_MAX = 50;
  private static final long PAUSE_MILLIS = 200;

  private final Call call;
  private final Member member;
  private final ResponseHeader header;
  private final MessageDigest sha256;
  private final CRC32C crc = new CRC32C();
  private SnapshotMeta meta;
  private int chunk;
  private int tries;
  private long remaining;

  /// What is to be sent before the next chunk is read.
  private ByteBuffer pending;

  SnapshotStream(Call call, Member member, ResponseHeader header) {
    this.call = call;
    this.member = member;
    this.header = header;
    try {
      sha256 = MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("the JDK has no SHA-256", e);
    }
  }

  void begin() {
    call.lasts();
    ask(replica().backup(backup -> call.post(() -> named(backup))));
  }

  private Replica replica() {
    return call.port().replica();
  }

  private void ask(boolean asked) {
    if (!asked) end("the member stops");
  }

  private void end(String reason) {
    call.end(Errors.of(Code.UNAVAILABLE, reason));
  }

  private void named(Backup backup) {
    switch (backup) {
      case Backup.Snapshot(SnapshotMeta found) -> {
        meta = found;
        Bytes description = padded(member.descriptionOf(meta), meta);
        remaining = BackupFormat.sizeBytes(description, meta.chunks(), meta.sizeBytes());
        send(BackupFormat.head(description));
      }
      case Backup.Busy(String reason) -> later(reason, this::begin);
      case Backup.Failed(String reason) -> end(reason);
      case Backup.Chunk _ -> end("the snapshot makes no sense");
    }
  }

  private static Bytes padded(Bytes description, SnapshotMeta meta) {
    long bytes = BackupFormat.sizeBytes(description, meta.chunks(), meta.sizeBytes());
    int blanks = (int) (-bytes & BLOCK_BYTES - 1);
    byte[] text = Arrays.copyOf(description.toArray(), description.length() + blanks);
    Arrays.fill(text, description.length(), text.length, (byte) ' ');
    return Bytes.wrap(text);
  }

  private void later(String reason, Runnable again) {
    if (++tries == TRIES_MAX) end(reason);
    else
      CompletableFuture.delayedExecutor(PAUSE_MILLIS, TimeUnit.MILLISECONDS)
          .execute(() -> call.post(again));
  }

  private void readChunk() {
    if (chunk == meta.chunks()) {
      send(BackupFormat.end(crc));
      return;
    }
    BackupChunk wanted = new BackupChunk(meta.last(), chunk);
    ask(replica().backupChunk(wanted, backup -> call.post(() -> read(backup))));
  }

  private void read(Backup backup) {
    switch (backup) {
      case Backup.Chunk(Bytes data) -> {
        tries = 0;
        data.update(crc);
        send(BackupFormat.chunk(chunk++, data));
      }
      case Backup.Busy(String reason) -> later(reason, this::readChunk);
      case Backup.Failed(String reason) -> end(reason);
      case Backup.Snapshot _ -> end("the snapshot makes no sense");
    }
  }

  private void send(ByteBuffer bytes) {
    pending = bytes;
    drain();
  }

  private void drain() {
    while (pending.hasRemaining()) {
      if (!call.isReady()) {
        call.whenReady(this::drain);
        return;
      }
      int length = Math.min(pending.remaining(), BLOB_BYTES);
      ByteBuffer blob = pending.slice(pending.position(), length);
      pending.position(pending.position() + length);
      sha256.update(blob.duplicate());
      remaining -= length;
      send(UnsafeByteOperations.unsafeWrap(blob));
    }
    if (remaining > 0) readChunk();
    else finish();
  }

  private void finish() {
    send(UnsafeByteOperations.unsafeWrap(sha256.digest()));
    call.end(Status.OK);
  }

  private void send(ByteString blob) {
    call.send(
        SnapshotResponse.newBuilder()
            .setHeader(header)
            .setRemainingBytes(remaining)
            .setBlob(blob)
            .setVersion(Versions.SERVER)
            .build());
  }
}
