package io.jangada.kv;

import io.jangada.bytes.ByteWriter;
import io.jangada.bytes.Bytes;
import io.jangada.kv.auth.Role;
import io.jangada.kv.auth.User;
import java.util.Iterator;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.IntConsumer;

/// The store as it was when [KvStore#snapshot] was called, read chunk by chunk while commands are
/// applied. The form is [StateFormat]'s; [History] explains why that costs no copy.
///
/// Owned by the store's owner. Each chunk costs about [KvLimits#CHUNK_BYTES] of work.
public final class Snapshot implements AutoCloseable {
  private final KvStore store;
  private final StateFormat.Header header;
  private final int chunkBytes;
  private ByteWriter out;
  private final IntConsumer valueReader;
  private final Consumer<Leases.Lease> leaseReader;
  private final Consumer<Sessions.Session> sessionReader;
  private final Consumer<Sessions.Answer> answerReader;
  private Stage stage = Stage.HEADER;

  /// As they were at the beginning: few enough to be noted.
  private final Iterator<Role> roles;

  private final Iterator<User> users;

  /// How many values, former values and removals were put.
  private long nodes;

  private enum Stage {
    HEADER,
    ROLES,
    USERS,
    LEASES,
    VALUES,
    SESSIONS,
    ANSWERS,
    END,
    FINISHED,
    CLOSED
  }

  Snapshot(KvStore store, StateFormat.Header header, int chunkBytes) {
    this.store = store;
    this.header = header;
    this.chunkBytes = chunkBytes;
    roles = store.users().roles().iterator();
    users = store.users().users().iterator();
    out = newWriter();
    valueReader = node -> StateFormat.put(out, header, store.keys(), node);
    leaseReader = lease -> StateFormat.put(out, lease);
    sessionReader = session -> StateFormat.put(out, session);
    answerReader = answer -> StateFormat.put(out, answer);
  }

  /// The index of the last entry that the snapshot covers.
  public long appliedIndex() {
    return header.position().appliedIndex();
  }

  /// The next chunk, never empty; nothing after the last one, which also closes the snapshot.
  ///
  /// @throws IllegalStateException after [#close]
  public Optional<Bytes> nextChunk() {
    if (stage == Stage.CLOSED) throw new IllegalStateException("the snapshot is closed");
    out.clear();
    while (out.length() < chunkBytes && stage != Stage.FINISHED) putNext();
    if (out.length() == 0) return Optional.empty();
    if (out.length() < 2 * chunkBytes) return Optional.of(out.toBytes());
    // A large one is not copied, and leaves no large buffer behind.
    Bytes chunk = out.handOver();
    out = newWriter();
    return Optional.of(chunk);
  }

  private ByteWriter newWriter() {
    return new ByteWriter(chunkBytes + 4096);
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
        StateFormat.put(out, header);
        stage = Stage.ROLES;
      }
      case ROLES -> {
        if (roles.hasNext()) StateFormat.put(out, roles.next());
        else stage = Stage.USERS;
      }
      case USERS -> {
        if (users.hasNext()) StateFormat.put(out, users.next());
        else stage = Stage.LEASES;
      }
      case LEASES -> {
        if (!store.leases().read(leaseReader)) stage = Stage.VALUES;
      }
      case VALUES -> {
        if (store.keys().history.read(valueReader)) nodes++;
        else stage = Stage.SESSIONS;
      }
      case SESSIONS -> {
        if (!store.sessions().sessions.read(sessionReader)) stage = Stage.ANSWERS;
      }
      case ANSWERS -> {
        if (!store.sessions().answers.read(answerReader)) stage = Stage.END;
      }
      case END -> {
        if (header.revisions() != null) StateFormat.putEnd(out, nodes);
        finish();
      }
      case FINISHED, CLOSED -> throw new IllegalStateException("nothing to put when " + stage);
    }
  }
}
