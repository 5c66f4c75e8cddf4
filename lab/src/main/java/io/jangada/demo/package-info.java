/// A cluster in one process to play with: `jangada demo`. Start reading at [io.jangada.demo.Demo].
package io.jangada.demo;
