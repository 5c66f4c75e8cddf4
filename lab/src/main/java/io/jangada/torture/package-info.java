/// A long storm over real processes: `jangada torture`. Start reading at
/// [io.jangada.torture.Torture].
package io.jangada.torture;
