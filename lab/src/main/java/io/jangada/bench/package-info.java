/// Load, and what it measured: closed and open loops over raw connections that cost little, the
/// limits of disk and network beside them, and how long a cluster takes to come back.
///
/// [Load] says what to do, [LoadRun] does it, [Measured] is what came of it.
package io.jangada.bench;
