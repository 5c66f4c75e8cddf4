/// A whole cluster on one thread, from one seed: the very same replicas as in production on a
/// simulated clock, network and disk, under a storm of faults that the seed draws, with laws
/// checked after every event and clients whose histories must be linearizable. Start reading at
/// [io.jangada.sim.Simulation].
package io.jangada.sim;
