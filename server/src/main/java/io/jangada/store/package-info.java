/// Durability: the disk seam, the log on disk and the snapshots on disk.
package io.jangada.store;
