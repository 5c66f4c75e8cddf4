/// The key-value state machine, pure: commands in, results out.
package io.jangada.kv;
