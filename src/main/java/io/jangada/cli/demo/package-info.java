/// A cluster in one process to play with: `jangada demo`. Start reading at
/// [io.jangada.cli.demo.Demo].
package io.jangada.cli.demo;
