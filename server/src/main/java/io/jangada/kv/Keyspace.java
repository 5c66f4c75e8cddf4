package io.jangada.kv;

import static io.jangada.kv.memory.NodeTable.NONE;

import io.jangada.bytes.Bytes;
import io.jangada.kv.memory.Expiry;
import io.jangada.kv.memory.History;
import io.jangada.kv.memory.KeyIndex;
import io.jangada.kv.memory.NodeTable;
import io.jangada.kv.memory.OrderedIndex;
import io.jangada.kv.memory.ReadAhead;
import io.jangada.kv.memory.Slab;
import io.jangada.kv.memory.Term;
import io.jangada.kv.memory.TermTable;

/// All keys with their values, as they are and as they were.
///
/// What is changed here is changed under a revision, which is that of the latest change or greater.
/// Of changes under one revision a key keeps the last.
final class Keyspace {
  /// A bit of a node's state beside those of [History]: the changes of its value are counted.
  private static final int CHANGED = 16;

  /// Another: it is restored, and a later value or removal of its key is to follow.
  private static final int FORMER = 32;

  final NodeTable nodes = new NodeTable();
  final Slab cells = new Slab(nodes);
  final OrderedIndex ordered = new OrderedIndex(nodes, cells);
  final Expiry expiry = new Expiry(nodes);
  final History history = new History(nodes, this::gone, this::forgotten);
  final KeyIndex index;
  final ReadAhead ahead;
  private final TermTable terms = new TermTable();
  final Leases leases;
  private int size;
  private long sizeBytes;
  private long historyBytes;

  /// @param hashSeed of the [KeyIndex]
  Keyspace(long hashSeed, Leases leases) {
    index = new KeyIndex(hashSeed, nodes, cells);
    ahead = new ReadAhead(index, nodes, cells);
    this.leases = leases;
  }

  /// How many keys have a value.
  int size() {
    return size;
  }

  /// The bytes of these keys and values.
  long sizeBytes() {
    return sizeBytes;
  }

  /// What former values and removals take in memory.
  long historyBytes() {
    return historyBytes;
  }

  long memoryBytes() {
    return cells.sizeBytes()
        + nodes.memoryBytes()
        + index.memoryBytes()
        + ordered.memoryBytes()
        + expiry.memoryBytes()
        + (long) terms.size() * TermTable.TERM_BYTES;
  }

  void reserve(int keys) {
    index.reserve(keys);
  }

  // ---- what there is ----

  /// The node of a key: its value, or that it was removed.
  int head(Bytes key) {
    return index.get(key);
  }

  /// The node of a key that has a value, or [NodeTable#NONE].
  int find(Bytes key) {
    int head = index.get(key);
    return hasValue(head) ? head : NONE;
  }

  /// The node of a key's value at a revision that is kept, or [NodeTable#NONE].
  int at(int head, long revision) {
    int node = head;
    while (node != NONE && nodes.revision(node) > revision) node = nodes.older(node);
    return hasValue(node) ? node : NONE;
  }

  boolean hasValue(int node) {
    return node != NONE && (nodes.state(node) & History.REMOVAL) == 0;
  }

  Term term(int node) {
    return terms.get(nodes.terms(node));
  }

  Bytes key(int node) {
    return cells.key(nodes.cell(node));
  }

  Bytes value(int node) {
    return cells.value(nodes.cell(node));
  }

  /// A value with all that is known of it, to be kept.
  KeyValue toKeep(int node, boolean hasValue) {
    // What is in one line of the processor's cache is read at once, before anything is copied.
    int cell = nodes.cell(node);
    int flags = nodes.flags(node);
    Term term = term(node);
    var revisions =
        new KeyValue.Revisions(nodes.created(node), nodes.revision(node), nodes.changes(node));
    var terms =
        term == null
            ? KeyValue.Terms.FOR_EVER
            : new KeyValue.Terms(term.ttl, term.deadlineMillis, term.lease);
    if (!hasValue || !cells.isPaged(cell)) {
      Bytes value = hasValue ? cells.valueToKeep(cell) : Bytes.EMPTY;
      return new KeyValue(cells.key(cell).compact(), value, flags, revisions, terms);
    }
    int keyBytes = cells.keyBytes(cell);
    Bytes both = cells.keyAndValueToKeep(cell);
    Bytes key = both.slice(0, keyBytes);
    Bytes value = both.slice(keyBytes, both.length() - keyBytes);
    return new KeyValue(key, value, flags, revisions, terms);
  }

  /// What [#toKeep] counts against limits.
  long sizeOf(int node, boolean hasValue) {
    int cell = nodes.cell(node);
    long bytes = hasValue ? cells.payloadBytes(cell) : cells.key(cell).length();
    return KeyValue.OVERHEAD_BYTES + bytes;
  }

  /// How long a key's value is; 0 for none.
  int lengthOf(Bytes key) {
    int head = find(key);
    return head == NONE ? 0 : value(head).length();
  }

  /// Whether a value would need more memory than there is already, free or in what it replaces,
  /// once that is not kept any more.
  boolean grows(Bytes key, Bytes value) {
    if (cells.hasRoomFor(key, value)) return false;
    int head = index.get(key);
    return head == NONE || !cells.fitsInto(nodes.cell(head), key, value);
  }

  // ---- changes ----

  /// Gives a key a value, without an end. What else is known of it stays as it was, or is 0 where
  /// the key is new, for the caller to set.
  ///
  /// @param head of the key, or [NodeTable#NONE]
  /// @param key not a slice of this store's memory, nor is the value
  /// @return the head
  int put(int head, Bytes key, Bytes value, long revision) {
    if (head == NONE) {
      int node = restore(index.hashOf(key), key, value, revision);
      ordered.add(node, key);
      return node;
    }
    boolean isBack = !hasValue(head);
    uncount(head);
    replace(head, key, value, revision);
    if (isBack && nodes.next(head) != NONE) {
      // It was there before and was removed under this revision: as if it were new.
      history.take(head);
      history.append(head);
    }
    if (isBack) {
      ordered.setLive(head, key, true);
      clear(head);
    }
    count(head, 1);
    return head;
  }

  /// Gives a key its value once more, without an end.
  ///
  /// @param head of a key that has a value
  void putSame(int head, long revision) {
    uncount(head);
    replace(head, null, null, revision);
    count(head, 1);
  }

  /// Forgets what is known of the value that a key had.
  private void clear(int head) {
    nodes.created(head, 0);
    nodes.changes(head, 0);
    nodes.marks(head, 0);
    nodes.flags(head, 0);
  }

  /// Removes a key that has a value.
  void remove(int head, long revision) {
    boolean isNew = nodes.revision(head) == revision;
    int older = nodes.older(head);
    if (!history.isKept() || isNew && older == NONE) {
      uncount(head);
      forgotten(head);
      if (history.isAwaited(head)) historyBytes += bytesOf(head);
      history.retire(head, revision);
      return;
    }
    Bytes key = key(head).compact();
    uncount(head);
    ordered.setLive(head, key, false);
    if (isNew && !hasValue(older)) {
      revert(head, older);
      return;
    }
    replace(head, key, Bytes.EMPTY, revision);
    nodes.state(head, nodes.state(head) | History.REMOVAL);
    clear(head);
    historyBytes += bytesOf(head);
  }

  /// The key was born under this revision and goes under it: nothing happened.
  private void revert(int head, int older) {
    cells.free(nodes.cell(head));
    dropTerm(head);
    history.revert(head);
    cells.give(nodes.cell(head), head);
    nodes.remove(older);
  }

  /// Gives a head other bytes, at the end of the list. It is not counted.
  ///
  /// @param value null for key and value as they are
  private void replace(int head, Bytes key, Bytes value, long revision) {
    if (nodes.revision(head) == revision) {
      dropTerm(head);
      if (value != null) cells.replace(head, key, value);
      nodes.state(head, nodes.state(head) & ~History.REMOVAL);
      return;
    }
    if (history.isKept() || history.isAwaited(head)) {
      int former = nodes.add();
      int cell = nodes.cell(head);
      history.supersede(head, former, revision);
      cells.give(cell, former);
      nodes.terms(head, 0);
      if (value == null) cells.addSame(head, cell);
      else cells.add(head, key, value);
      historyBytes += bytesOf(former);
    } else {
      dropTerm(head);
      history.take(head);
      if (value != null) cells.replace(head, key, value);
    }
    nodes.revision(head, revision);
    history.append(head);
  }

  /// Gives a value an end.
  void end(int head, Term term) {
    nodes.terms(head, terms.add(term, head));
    if (term == null) return;
    if (term.lease == 0) expiry.add(term);
    else leases.attach(term);
    term.isRunning = true;
  }

  // ---- from a snapshot ----

  /// The hash of a key, for [#head] and [#restore].
  int hashOf(Bytes key) {
    return index.hashOf(key);
  }

  /// The node of a key with this hash: its value, or that it was removed.
  int head(int hash, Bytes key) {
    return index.get(hash, key);
  }

  /// Gives a new key with this hash a value. [#order] is to follow before anything else is done
  /// with the key.
  int restore(int hash, Bytes key, Bytes value, long revision) {
    int node = nodes.add();
    cells.add(node, key, value);
    index.add(node, hash);
    nodes.revision(node, revision);
    history.append(node);
    count(node, 1);
    return node;
  }

  /// Gives the first of these nodes their places in the order of keys.
  void order(int[] restored, int count) {
    ordered.addAll(restored, count);
  }

  /// Notes the end that a former value had, before the value that follows it is put.
  void ended(int head, Term term) {
    nodes.terms(head, terms.add(term, head));
    nodes.state(head, nodes.state(head) | FORMER);
  }

  boolean isFormer(int head) {
    return (nodes.state(head) & FORMER) != 0;
  }

  // ---- what is noted of a value ----

  /// The key's value was changed under the node's revision.
  void changed(int head) {
    nodes.state(head, nodes.state(head) | CHANGED);
  }

  boolean isChanged(int head) {
    return (nodes.state(head) & CHANGED) != 0;
  }

  private void dropTerm(int node) {
    terms.remove(nodes.terms(node));
    nodes.terms(node, 0);
  }

  private void count(int head, int sign) {
    size += sign;
    sizeBytes += (long) sign * cells.payloadBytes(nodes.cell(head));
  }

  /// The head is about to be something else.
  private void uncount(int head) {
    if (!hasValue(head)) {
      historyBytes -= bytesOf(head);
      return;
    }
    count(head, -1);
    Term term = term(head);
    if (term == null || !term.isRunning) return;
    term.isRunning = false;
    if (term.lease == 0) expiry.remove(term);
    else leases.detach(term);
  }

  private long bytesOf(int node) {
    return NodeTable.NODE_BYTES + (long) cells.sizeOfCell(nodes.cell(node));
  }

  private void forgotten(int head) {
    ordered.remove(head, key(head));
    index.remove(head);
  }

  private void gone(int node) {
    if ((nodes.state(node) & (History.REMOVAL | History.SUPERSEDED)) != 0)
      historyBytes -= bytesOf(node);
    cells.free(nodes.cell(node));
    terms.remove(nodes.terms(node));
    nodes.remove(node);
  }
}
