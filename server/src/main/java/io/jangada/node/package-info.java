/// One running member: it joins raft, store and kv in a duty cycle that one thread owns. Start
/// reading at [io.jangada.node.Replica].
package io.jangada.node;
