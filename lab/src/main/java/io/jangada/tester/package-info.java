/// Tries out a cluster of real servers and says of each thing whether it holds: `jangada tester`.
/// Start reading at [io.jangada.tester.Tester].
package io.jangada.tester;
