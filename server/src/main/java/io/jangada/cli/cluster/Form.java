package io.jangada.cli.cluster;

/// How results are written.
enum Form {
  /// For people.
  simple,
  /// One JSON object a line.
  json
}
