package io.jangada.kv.memory;

import java.util.Arrays;

/// The terms of those values that have some, by the numbers that their nodes keep; 0 is none.
public final class TermTable {
  /// What a term takes with its place here.
  public static final int TERM_BYTES = 64;

  private static final int PAGE_BITS = 10;
  private static final int PAGE = 1 << PAGE_BITS;

  private Term[][] pages = new Term[4][];
  private int[] free = new int[16];
  private int freeCount;
  private int next = 1;
  private int size;

  public int size() {
    return size;
  }

  /// The term of a number, or null for 0.
  public Term get(int number) {
    return number == 0 ? null : pages[number >>> PAGE_BITS][number & (PAGE - 1)];
  }

  /// Takes the term of a node, or null, which has the number 0.
  public int add(Term term, int node) {
    if (term == null) return 0;
    term.node = node;
    int number = freeCount > 0 ? free[--freeCount] : next++;
    int page = number >>> PAGE_BITS;
    if (page == pages.length) pages = Arrays.copyOf(pages, 2 * page);
    if (pages[page] == null) pages[page] = new Term[PAGE];
    pages[page][number & (PAGE - 1)] = term;
    size++;
    return number;
  }

  public void remove(int number) {
    if (number == 0) return;
    pages[number >>> PAGE_BITS][number & (PAGE - 1)] = null;
    if (freeCount == free.length) free = Arrays.copyOf(free, 2 * freeCount);
    free[freeCount++] = number;
    size--;
  }
}
