/// The commands that ask a running cluster, over the text protocol: reading and writing keys,
/// looking at its members, changing them. Each parses its arguments, calls `io.jangada.client`, and
/// tells what came of it.
package io.jangada.cli.cluster;
