package io.jangada.cli.cluster;

/// How results are written.
enum OutputFormat {
  /// For people.
  simple,
  /// One JSON object a line.
  json
}
