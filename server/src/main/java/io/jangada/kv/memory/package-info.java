/// The memory of the state machine: keys and values in pages, the nodes that find them, their order
/// by version and by end.
package io.jangada.kv.memory;
