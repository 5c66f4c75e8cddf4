package io.jangada.kv;

import io.jangada.bytes.ByteWriter;
import io.jangada.bytes.Bytes;
import java.util.Optional;

/// The store as it was when [KvStore#snapshot] was called, given out chunk by chunk while the store
/// goes on. The form is [SnapshotFormat]'s; how it can be is told at [Chain].
///
/// Owned by the store's owner. Each chunk costs about [KvLimits#CHUNK_BYTES] of work.
public final class Snapshot implements AutoCloseable {
  private final KvStore store;
  private final SnapshotFormat.Header header;
  private final int chunkBytes;
  private final ByteWriter out;
  private Stage stage = Stage.HEADER;

  private enum Stage {
    HEADER,
    VALUES,
    SESSIONS,
    ANSWERS,
    FINISHED,
    CLOSED
  }

  Snapshot(KvStore store, SnapshotFormat.Header header, int chunkBytes) {
    this.store = store;
    this.header = header;
    this.chunkBytes = chunkBytes;
    out = new ByteWriter(chunkBytes + 4096);
  }

  /// The index of the last entry that the snapshot covers.
  public long appliedIndex() {
    return header.appliedIndex();
  }

  /// The next chunk, never empty; nothing after the last one, which also closes the snapshot.
  ///
  /// @throws IllegalStateException after [#close]
  public Optional<Bytes> nextChunk() {
    if (stage == Stage.CLOSED) throw new IllegalStateException("the snapshot is closed");
    out.clear();
    while (out.length() < chunkBytes && stage != Stage.FINISHED) putNext();
    return out.length() == 0 ? Optional.empty() : Optional.of(out.toBytes());
  }

  /// Gives the snapshot up, if it is not at its end. What it kept is freed bit by bit by the
  /// commands that follow.
  @Override
  public void close() {
    stage = Stage.CLOSED;
    store.close(this);
  }

  private void finish() {
    stage = Stage.FINISHED;
    store.close(this);
  }

  private void putNext() {
    switch (stage) {
      case HEADER -> {
        SnapshotFormat.put(out, header);
        stage = Stage.VALUES;
      }
      case VALUES -> {
        Node node = store.nodes().read();
        if (node == null) stage = Stage.SESSIONS;
        else SnapshotFormat.put(out, node);
      }
      case SESSIONS -> {
        Sessions.Session session = store.sessions().sessions.read();
        if (session == null) stage = Stage.ANSWERS;
        else SnapshotFormat.put(out, session);
      }
      case ANSWERS -> {
        Sessions.Answer answer = store.sessions().answers.read();
        if (answer == null) finish();
        else SnapshotFormat.put(out, answer);
      }
      case FINISHED, CLOSED -> throw new IllegalStateException("nothing to put when " + stage);
    }
  }
}
