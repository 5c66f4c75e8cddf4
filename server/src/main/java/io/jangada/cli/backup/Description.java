package io.jangada.cli.backup;

import io.jangada.bytes.Bytes;
import io.jangada.bytes.MalformedException;
import io.jangada.codec.Json;
import io.jangada.codec.JsonReader;
import io.jangada.raft.EntryId;
import io.jangada.raft.Membership;
import io.jangada.store.SnapshotStore;
import java.util.Base64;

/// A server's description of a snapshot that it gives away.
///
/// @param json all of it
record Description(Json.Obj json, String cluster, EntryId last, int chunks, long sizeBytes) {
  /// @throws MalformedException when it does not say what is needed
  static Description of(Json.Obj json) {
    EntryId last =
        new EntryId(
            json.number("index", 1, Long.MAX_VALUE), json.number("term", 0, Long.MAX_VALUE));
    int chunks = (int) json.number("chunks", 1, SnapshotStore.CHUNKS_MAX);
    long bytes = json.number("bytes", 0, Long.MAX_VALUE);
    return new Description(json, json.text("cluster"), last, chunks, bytes);
  }

  /// The id of the cluster that the backup was taken of; 0 where that had none.
  long originId() {
    if (!json.has("membership")) return 0;
    try {
      byte[] encoded = Base64.getDecoder().decode(json.text("membership"));
      return Membership.decode(Bytes.wrap(encoded)).clusterId();
    } catch (IllegalArgumentException e) {
      throw new MalformedException("its membership is not Base64");
    }
  }

  static Description parse(String text) {
    byte[] bytes = Bytes.utf8(text).toArray();
    if (new JsonReader().read(bytes, 0, bytes.length) instanceof Json.Obj json) return of(json);
    throw new MalformedException("its description is no object");
  }

  Bytes text() {
    return json.canonical();
  }

  boolean isSame(Description other) {
    return text().equals(other.text());
  }
}
