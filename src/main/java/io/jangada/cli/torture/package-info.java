/// A long storm over real processes: `jangada torture`. Start reading at
/// [io.jangada.cli.torture.Torture].
package io.jangada.cli.torture;
