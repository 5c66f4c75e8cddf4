/// A network of real node processes that behaves like Maelstrom's, and what is tried on it.
package io.jangada.protocol.maelstrom;
