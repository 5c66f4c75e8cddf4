package io.jangada.cli.cluster;

import java.util.ArrayList;
import java.util.List;

/// Rows of words, each column as wide as its widest word. The first row is the head.
public final class Columns {
  private final List<List<String>> rows = new ArrayList<>();

  public Columns(String... head) {
    rows.add(List.of(head));
  }

  /// As many words as the head has.
  public void add(List<String> row) {
    rows.add(List.copyOf(row));
  }

  public String text() {
    StringBuilder text = new StringBuilder();
    for (List<String> row : rows) {
      StringBuilder line = new StringBuilder();
      for (int column = 0; column < row.size(); column++) {
        int at = column;
        int width = rows.stream().mapToInt(other -> other.get(at).length()).max().orElse(0);
        line.append(row.get(column)).repeat(' ', width - row.get(column).length() + 2);
      }
      text.append(line.toString().stripTrailing()).append('\n');
    }
    return text.substring(0, text.length() - 1);
  }
}
