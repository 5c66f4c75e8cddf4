package io.jangada.node;

import io.jangada.raft.EntryId;
import io.jangada.raft.Membership;
import java.util.SortedMap;

/// What can be told of a replica at one moment.
///
/// @param leader [Membership#NONE] while none is known
/// @param match what a leader knows of its peers' logs; empty for others
public record Status(
    int id,
    String role,
    long term,
    int leader,
    Membership membership,
    EntryId last,
    long durable,
    long commit,
    long applied,
    EntryId snapshot,
    int keys,
    long digest,
    long clusterTimeMillis,
    SortedMap<Integer, Long> match) {}
