/// Watches: a member hands out the changes of its state machine, as it applies them. Start reading
/// at [io.jangada.node.watch.Watches].
package io.jangada.node.watch;
