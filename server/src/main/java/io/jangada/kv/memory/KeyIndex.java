package io.jangada.kv.memory;

import io.jangada.bytes.Bytes;
import java.util.Arrays;

/// From a key to its node: a hash table that grows by one bucket at a time (linear hashing, Litwin
/// 1980), so that no single insertion pays for a copy of the whole.
///
/// With `n` buckets, `low` the largest power of two that is at most `n`, and `split = n - low`, the
/// buckets before `split` have been split already: a hash's bucket is its lower bits modulo `2 *
/// low` where that bucket exists, and modulo `low` where it does not yet. Growing by one means
/// dividing bucket `split` between itself and the new one.
///
/// Nodes are their own bucket lists, which saves an entry object for each key, and remember their
/// hashes, so that other keys are hardly ever looked at. The hash is keyed: clients cannot choose
/// keys that all fall into one bucket without knowing the seed. Nothing ever walks the table, so
/// members may have different seeds.
public final class KeyIndex {
  private static final int PAGE_BITS = 10;
  private static final int PAGE = 1 << PAGE_BITS;
  private static final int REFERENCE_BYTES = 4;
  private static final int BUCKETS_MAX = 1 << 30;

  /// Up to here room is made at once: 16 MiB.
  private static final int RESERVED_MAX = 1 << 22;

  private final long seed;
  private final Slab cells;
  private Node[][] pages = {new Node[PAGE]};
  private int buckets = PAGE;
  private int low = PAGE;
  private int size;

  /// @param cells where the keys of the nodes are
  public KeyIndex(long seed, Slab cells) {
    this.seed = seed;
    this.cells = cells;
  }

  public int size() {
    return size;
  }

  /// The node of the key, or null.
  public Node get(Bytes key) {
    return find(hashOf(key), key);
  }

  private Node find(int hash, Bytes key) {
    int bucket = bucketOf(hash);
    Node node = pages[bucket >>> PAGE_BITS][bucket & (PAGE - 1)];
    while (node != null && !(node.keyHash == hash && cells.hasKey(node.cell, key)))
      node = node.nextInBucket;
    return node;
  }

  /// Adds the node of a key that has none.
  public void add(Node node) {
    node.keyHash = hashOf(cells.key(node.cell));
    insert(node);
  }

  /// Adds the node, unless its key has one.
  public boolean addIfAbsent(Node node) {
    Bytes key = cells.key(node.cell);
    node.keyHash = hashOf(key);
    if (find(node.keyHash, key) != null) return false;
    insert(node);
    return true;
  }

  /// Makes room for so many nodes in an empty table, so that most of them need not be moved later:
  /// moving one costs as much as adding it.
  public void reserve(int nodes) {
    if (size > 0) throw new IllegalStateException(size + " nodes are there");
    int wanted = (int) Math.min(wantedBuckets(nodes), RESERVED_MAX);
    while (buckets < wanted) grow();
  }

  /// Takes out a node that is in the table.
  public void remove(Node node) {
    int bucket = bucketOf(node.keyHash);
    Node[] page = pages[bucket >>> PAGE_BITS];
    int slot = bucket & (PAGE - 1);
    if (page[slot] == node) {
      page[slot] = node.nextInBucket;
    } else {
      Node before = page[slot];
      while (before.nextInBucket != node) before = before.nextInBucket;
      before.nextInBucket = node.nextInBucket;
    }
    node.nextInBucket = null;
    size--;
  }

  /// What the table takes; it never shrinks.
  public long memoryBytes() {
    return (long) REFERENCE_BYTES * ((buckets + PAGE - 1 & -PAGE) + pages.length);
  }

  public int buckets() {
    return buckets;
  }

  /// How many nodes share the key's bucket.
  public int crowdAt(Bytes key) {
    int bucket = bucketOf(hashOf(key));
    int crowd = 0;
    Node node = pages[bucket >>> PAGE_BITS][bucket & (PAGE - 1)];
    for (; node != null; node = node.nextInBucket) crowd++;
    return crowd;
  }

  private void insert(Node node) {
    size++;
    for (int i = 0; i < 2 && buckets < wantedBuckets(size); i++) grow();
    push(bucketOf(node.keyHash), node);
  }

  /// Two buckets for each node: a second look costs three cache misses, a slot four bytes.
  private static long wantedBuckets(int nodes) {
    return Math.min(2L * nodes, BUCKETS_MAX);
  }

  private void grow() {
    if ((buckets & (PAGE - 1)) == 0) addPage();
    int split = buckets++ - low;
    Node[] page = pages[split >>> PAGE_BITS];
    Node node = page[split & (PAGE - 1)];
    page[split & (PAGE - 1)] = null;
    if (buckets == 2 * low) low = buckets;
    while (node != null) {
      Node next = node.nextInBucket;
      push(bucketOf(node.keyHash), node);
      node = next;
    }
  }

  private void addPage() {
    int page = buckets >>> PAGE_BITS;
    if (page == pages.length) pages = Arrays.copyOf(pages, 2 * page);
    pages[page] = new Node[PAGE];
  }

  private void push(int bucket, Node node) {
    Node[] page = pages[bucket >>> PAGE_BITS];
    int slot = bucket & (PAGE - 1);
    node.nextInBucket = page[slot];
    page[slot] = node;
  }

  private int hashOf(Bytes key) {
    return (int) key.hash64(seed, seed);
  }

  private int bucketOf(int hash) {
    int bucket = hash & (2 * low - 1);
    return bucket < buckets ? bucket : hash & (low - 1);
  }
}
