/// Remote procedure calls: gRPC over HTTP/2, and what its services see of a call whatever carries
/// it. The services themselves are a client protocol's.
package io.jangada.protocol.rpc;
