/// Many commands in one process: `jangada shell`, and how a line becomes words.
package io.jangada.cli.shell;
