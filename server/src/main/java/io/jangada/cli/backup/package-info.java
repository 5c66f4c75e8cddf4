/// Copies of a cluster's data: taken while it serves, made into data directories again, checked.
package io.jangada.cli.backup;
