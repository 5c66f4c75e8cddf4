/// The binary protocol over TCP, on the port of the text protocol: all that the store can do, and
/// watches. [io.jangada.protocol.binary.BinaryFormat] says what every byte means;
/// [io.jangada.protocol.binary.BinaryConnection] is the way in.
package io.jangada.protocol.binary;
