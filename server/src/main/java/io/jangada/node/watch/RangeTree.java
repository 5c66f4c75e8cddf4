package io.jangada.node.watch;

import io.jangada.bytes.Bytes;
import io.jangada.kv.KeyRange;
import java.util.function.Consumer;

/// A map from ranges of keys that finds those that contain a key, in order of their ends, in a time
/// that grows with their number and, as a logarithm, with that of all: an interval tree.
///
/// It is a balanced tree (AVL) of the ranges in order of [KeyRange#from], then of [KeyRange#to].
/// Each node knows the greatest end in its subtree, so that a search leaves out what ends before
/// the key, and what begins behind it.
final class RangeTree<V> {
  private static final class Node<V> {
    final KeyRange keys;
    final V value;
    Node<V> left;
    Node<V> right;
    int height = 1;

    /// The greatest end in the subtree, null for no end.
    Bytes endMax;

    Node(KeyRange keys, V value) {
      this.keys = keys;
      this.value = value;
      endMax = keys.to();
    }
  }

  private Node<V> root;
  private int size;

  int size() {
    return size;
  }

  /// How many ranges a search passes at most from the root down, with no other on the way.
  int height() {
    return height(root);
  }

  /// The value of exactly this range, or null.
  V get(KeyRange keys) {
    Node<V> node = root;
    while (node != null) {
      int order = compare(keys, node.keys);
      if (order == 0) return node.value;
      node = order < 0 ? node.left : node.right;
    }
    return null;
  }

  /// Adds a range that is not there.
  void add(KeyRange keys, V value) {
    root = add(root, new Node<>(keys, value));
    size++;
  }

  /// Removes a range that is there.
  void remove(KeyRange keys) {
    root = remove(root, keys);
    size--;
  }

  /// Visits the values of all ranges that contain a key.
  void forEach(Bytes key, Consumer<V> visitor) {
    visit(root, key, visitor);
  }

  private static <V> void visit(Node<V> node, Bytes key, Consumer<V> visitor) {
    if (node == null || node.endMax != null && node.endMax.compareTo(key) <= 0) return;
    visit(node.left, key, visitor);
    if (node.keys.from().compareTo(key) > 0) return;
    if (node.keys.contains(key)) visitor.accept(node.value);
    visit(node.right, key, visitor);
  }

  private static <V> Node<V> add(Node<V> node, Node<V> added) {
    if (node == null) return added;
    int order = compare(added.keys, node.keys);
    if (order == 0) throw new IllegalStateException("the range is there already");
    if (order < 0) node.left = add(node.left, added);
    else node.right = add(node.right, added);
    return balance(node);
  }

  private static <V> Node<V> remove(Node<V> node, KeyRange keys) {
    if (node == null) throw new IllegalStateException("the range is not there");
    int order = compare(keys, node.keys);
    if (order < 0) node.left = remove(node.left, keys);
    else if (order > 0) node.right = remove(node.right, keys);
    else if (node.left == null) return node.right;
    else if (node.right == null) return node.left;
    else return balance(replaceByNext(node));
    return balance(node);
  }

  /// The node that comes next, in the place of one that has two children.
  private static <V> Node<V> replaceByNext(Node<V> node) {
    Node<V> next = node.right;
    while (next.left != null) next = next.left;
    next.right = removeFirst(node.right);
    next.left = node.left;
    return next;
  }

  private static <V> Node<V> removeFirst(Node<V> node) {
    if (node.left == null) return node.right;
    node.left = removeFirst(node.left);
    return balance(node);
  }

  private static <V> Node<V> balance(Node<V> node) {
    int lean = height(node.left) - height(node.right);
    if (lean > 1) {
      if (height(node.left.left) < height(node.left.right)) node.left = rotateLeft(node.left);
      return rotateRight(node);
    }
    if (lean < -1) {
      if (height(node.right.right) < height(node.right.left)) node.right = rotateRight(node.right);
      return rotateLeft(node);
    }
    update(node);
    return node;
  }

  private static <V> Node<V> rotateLeft(Node<V> node) {
    Node<V> top = node.right;
    node.right = top.left;
    top.left = node;
    update(node);
    update(top);
    return top;
  }

  private static <V> Node<V> rotateRight(Node<V> node) {
    Node<V> top = node.left;
    node.left = top.right;
    top.right = node;
    update(node);
    update(top);
    return top;
  }

  private static <V> void update(Node<V> node) {
    node.height = 1 + Math.max(height(node.left), height(node.right));
    node.endMax = node.keys.to();
    if (node.left != null) node.endMax = later(node.endMax, node.left.endMax);
    if (node.right != null) node.endMax = later(node.endMax, node.right.endMax);
  }

  private static int height(Node<?> node) {
    return node == null ? 0 : node.height;
  }

  private static Bytes later(Bytes end, Bytes other) {
    return compareEnds(end, other) < 0 ? other : end;
  }

  private static int compare(KeyRange one, KeyRange other) {
    int order = one.from().compareTo(other.from());
    return order != 0 ? order : compareEnds(one.to(), other.to());
  }

  private static int compareEnds(Bytes end, Bytes other) {
    if (end == null || other == null) return Boolean.compare(end == null, other == null);
    return end.compareTo(other);
  }
}
