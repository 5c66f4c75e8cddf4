/// The one runnable program: a tree of subcommands that may know every other room. Nothing here
/// decides anything about the protocol; a command reads its arguments and calls the room it is for.
package io.jangada.cli;
