/// etcd's v3 protocol: its services over gRPC, and the same as JSON over HTTP/1.1, on one port.
package io.jangada.protocol.etcd;
