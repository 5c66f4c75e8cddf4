/// `jangada bench`: its options, its progress, its table.
package io.jangada.cli.bench;
