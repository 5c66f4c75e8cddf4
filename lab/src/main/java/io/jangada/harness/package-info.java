/// Clusters of real processes, for tests and for people: started from a `config.json`, killed,
/// stopped and started again by process id, and spoken to in the text protocol alone. Start reading
/// at [io.jangada.harness.ProcessCluster].
package io.jangada.harness;
