package io.jangada.kv.memory;

import io.jangada.bytes.Bytes;
import java.util.Arrays;
import java.util.function.BooleanSupplier;
import java.util.function.IntConsumer;

/// From a key to its node: a hash table that grows by one bucket at a time (linear hashing, Litwin
/// 1980), so that no single insertion pays for a copy of the whole.
///
/// With `n` buckets, `low` the largest power of two that is at most `n`, and `split = n - low`, the
/// buckets before `split` have been split already: a hash's bucket is its lower bits modulo `2 *
/// low` where that bucket exists, and modulo `low` where it does not yet. Growing by one means
/// dividing bucket `split` between itself and the new one.
///
/// Nodes are their own bucket lists, which saves an entry for each key, and remember their hashes,
/// so that other keys are hardly ever looked at. The hash is keyed: clients cannot choose keys that
/// all fall into one bucket without knowing the seed. Nothing ever walks the table, so members may
/// have different seeds.
public final class KeyIndex {
  private static final int PAGE_BITS = 10;
  private static final int PAGE = 1 << PAGE_BITS;
  private static final int NUMBER_BYTES = 4;
  private static final int BUCKETS_MAX = 1 << 30;

  /// How many buckets a walk looks at in one turn.
  private static final int SCANNED_MAX = 1 << 14;

  private static final long SEED_TAG_MASK = (1L << 30) - 1;

  /// Up to here room is made at once: 16 MiB.
  private static final int RESERVED_MAX = 1 << 22;

  private final long seed;
  private final NodeTable nodes;
  private final Slab cells;
  private int[][] pages = {new int[PAGE]};
  private int buckets = PAGE;
  private int low = PAGE;
  private int size;

  /// @param cells where the keys of the nodes are
  public KeyIndex(long seed, NodeTable nodes, Slab cells) {
    this.seed = seed;
    this.nodes = nodes;
    this.cells = cells;
  }

  public int size() {
    return size;
  }

  /// The hash of a key, for [#get] and [#add]: it is computed once.
  public int hashOf(Bytes key) {
    return (int) key.hash64(seed, seed);
  }

  /// The node of the key, or [NodeTable#NONE].
  public int get(Bytes key) {
    return get(hashOf(key), key);
  }

  /// The same, with the key's hash.
  public int get(int hash, Bytes key) {
    int node = first(bucketOf(hash));
    while (node != NodeTable.NONE
        && !(nodes.keyHash(node) == hash && cells.hasKey(nodes.cell(node), key)))
      node = nodes.nextInBucket(node);
    return node;
  }

  /// The first node of a bucket.
  int first(int bucket) {
    return pages[bucket >>> PAGE_BITS][bucket & (PAGE - 1)];
  }

  /// Adds the node of a key that has none.
  ///
  /// @param hash the key's
  public void add(int node, int hash) {
    nodes.keyHash(node, hash);
    size++;
    for (int i = 0; i < 2 && buckets < wantedBuckets(size); i++) grow();
    push(bucketOf(hash), node);
  }

  /// Makes room for so many nodes in an empty table, so that most of them need not be moved later:
  /// moving one costs as much as adding it.
  public void reserve(int nodes) {
    if (size > 0) throw new IllegalStateException(size + " nodes are there");
    int wanted = (int) Math.min(wantedBuckets(nodes), RESERVED_MAX);
    while (buckets < wanted) grow();
  }

  /// Takes out a node that is in the table.
  public void remove(int node) {
    int bucket = bucketOf(nodes.keyHash(node));
    int[] page = pages[bucket >>> PAGE_BITS];
    int slot = bucket & (PAGE - 1);
    int next = nodes.nextInBucket(node);
    if (page[slot] == node) {
      page[slot] = next;
    } else {
      int before = page[slot];
      while (nodes.nextInBucket(before) != node) before = nodes.nextInBucket(before);
      nodes.nextInBucket(before, next);
    }
    size--;
  }

  /// Walks over nodes in the order of their hashes with the bits turned round: a bucket has those
  /// of one interval, however large the table is. So a key that stays is met once by walks that
  /// continue from place to place while the table grows.
  ///
  /// @param place where to begin: 0, or what an earlier walk returned
  /// @param goesOn asked after each bucket
  /// @return where to continue; 0 at the end
  public long scan(long place, IntConsumer visitor, BooleanSupplier goesOn) {
    long at = place;
    int looked = 0;
    do {
      int bucket = bucketOf(Integer.reverse((int) at));
      for (int node = first(bucket); node != NodeTable.NONE; node = nodes.nextInBucket(node))
        if (Integer.toUnsignedLong(Integer.reverse(nodes.keyHash(node))) >= at)
          visitor.accept(node);
      boolean isSplit = bucket >= low || (bucket | low) < buckets;
      int bits = Integer.numberOfTrailingZeros(low) + (isSplit ? 1 : 0);
      long width = 1L << Integer.SIZE - bits;
      at = at / width * width + width;
      if (at >= 1L << Integer.SIZE) return 0;
    } while (++looked < SCANNED_MAX && goesOn.getAsBoolean());
    return at;
  }

  /// A part of the seed that says nothing of the rest.
  public long seedTag() {
    return Bytes.utf8("place").hash64(seed, ~seed) & SEED_TAG_MASK;
  }

  /// What the table takes; it never shrinks.
  public long memoryBytes() {
    return (long) NUMBER_BYTES * ((buckets + PAGE - 1 & -PAGE) + pages.length);
  }

  public int buckets() {
    return buckets;
  }

  /// How many nodes share the key's bucket.
  public int crowdAt(Bytes key) {
    int crowd = 0;
    int node = first(bucketOf(hashOf(key)));
    for (; node != NodeTable.NONE; node = nodes.nextInBucket(node)) crowd++;
    return crowd;
  }

  /// Two buckets for each node: a second look costs three cache misses, a slot four bytes.
  private static long wantedBuckets(int nodes) {
    return Math.min(2L * nodes, BUCKETS_MAX);
  }

  private void grow() {
    if ((buckets & (PAGE - 1)) == 0) addPage();
    int split = buckets++ - low;
    int[] page = pages[split >>> PAGE_BITS];
    int node = page[split & (PAGE - 1)];
    page[split & (PAGE - 1)] = NodeTable.NONE;
    if (buckets == 2 * low) low = buckets;
    while (node != NodeTable.NONE) {
      int next = nodes.nextInBucket(node);
      push(bucketOf(nodes.keyHash(node)), node);
      node = next;
    }
  }

  private void addPage() {
    int page = buckets >>> PAGE_BITS;
    if (page == pages.length) pages = Arrays.copyOf(pages, 2 * page);
    pages[page] = new int[PAGE];
  }

  private void push(int bucket, int node) {
    int[] page = pages[bucket >>> PAGE_BITS];
    int slot = bucket & (PAGE - 1);
    nodes.nextInBucket(node, page[slot]);
    page[slot] = node;
  }

  int bucketOf(int hash) {
    int bucket = hash & (2 * low - 1);
    return bucket < buckets ? bucket : hash & (low - 1);
  }
}
