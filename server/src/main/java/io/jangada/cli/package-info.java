/// The command line: a tree of subcommands. Nothing here decides anything about the protocol; a
/// command reads its arguments and calls the package that does the work.
package io.jangada.cli;
