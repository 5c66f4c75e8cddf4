/// Messages of members as bytes and as JSON, frames, and JSON itself. Start reading at
/// [io.jangada.codec.BinaryMessages].
package io.jangada.codec;
