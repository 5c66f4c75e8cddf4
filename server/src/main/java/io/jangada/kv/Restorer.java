package io.jangada.kv;

import io.jangada.bytes.ByteReader;
import io.jangada.bytes.Bytes;
import io.jangada.bytes.MalformedException;

/// Makes a store of a snapshot's chunks. Beside the store itself it needs one chunk's memory.
///
/// Every method throws [MalformedException] for bytes that no store can have written; the restorer
/// is then of no further use.
public final class Restorer {
  private final KvStore store;
  private StateFormat.Header header;
  private int stage = StateFormat.HEADER;
  private long lastVersion;
  private long lastUsedMillis;
  private int values;
  private int sessions;
  private int answers;

  Restorer(KvStore store) {
    this.store = store;
  }

  /// Takes the next chunk, in the order in which they were given out.
  public void accept(Bytes chunk) {
    ByteReader in = new ByteReader(chunk);
    while (in.remaining() > 0) acceptRecord(in);
  }

  /// What the store takes in memory so far, about.
  public long memoryBytes() {
    return store.dataMemoryBytes() + store.sessionMemoryBytes();
  }

  /// The store, when all chunks were accepted.
  public KvStore finish() {
    if (header == null) throw new MalformedException("the snapshot has no header");
    if (values != header.totals().values()
        || sessions != header.totals().sessions()
        || answers != header.totals().answers())
      throw new MalformedException(
          "the snapshot ends after %d of %d values, %d of %d sessions, %d of %d answers"
              .formatted(
                  values,
                  header.totals().values(),
                  sessions,
                  header.totals().sessions(),
                  answers,
                  header.totals().answers()));
    return store;
  }

  private void acceptRecord(ByteReader in) {
    int kind = in.get();
    if (kind == StateFormat.HEADER ? header != null : header == null || kind < stage)
      throw new MalformedException("snapshot record of kind " + kind + " after " + stage);
    if (kind != stage) {
      stage = kind;
      lastVersion = 0;
    }
    switch (kind) {
      case StateFormat.HEADER -> acceptHeader(StateFormat.getHeader(in));
      case StateFormat.VALUE -> accept(StateFormat.getValue(in, header.counts()));
      case StateFormat.SESSION -> accept(StateFormat.getSession(in));
      case StateFormat.ANSWER -> accept(StateFormat.getAnswer(in));
      default -> throw new MalformedException("snapshot record of kind " + kind);
    }
  }

  private void acceptHeader(StateFormat.Header header) {
    KvLimits.State own = store.limits().state();
    if (!header.limits().equals(own))
      throw new MalformedException(
          "the snapshot was made under " + header.limits() + ", this member has " + own);
    this.header = header;
    store.restore(header);
  }

  private void accept(StateFormat.Value value) {
    long version = value.version();
    checkVersion(version);
    StateFormat.check(values++ < header.totals().values(), "value too many", version);
    StateFormat.check(store.restore(value), "second value of one key", version);
  }

  private void accept(Sessions.Session session) {
    checkVersion(session.version);
    long used = session.usedMillis;
    StateFormat.check(
        used >= lastUsedMillis && used <= header.position().clusterTimeMillis(),
        "session's last use",
        used);
    lastUsedMillis = used;
    StateFormat.check(sessions++ < header.totals().sessions(), "session too many", session.version);
    StateFormat.check(
        store.sessions().restore(session), "second session of one client", session.version);
  }

  private void accept(Sessions.Answer answer) {
    checkVersion(answer.version);
    StateFormat.check(answers++ < header.totals().answers(), "answer too many", answer.version);
    StateFormat.check(
        store.sessions().restore(answer), "answer that fits no session", answer.version);
  }

  private void checkVersion(long version) {
    StateFormat.check(
        version > lastVersion && version <= header.position().appliedIndex(), "version", version);
    lastVersion = version;
  }
}
